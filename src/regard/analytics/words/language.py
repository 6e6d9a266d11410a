"""Which language a text is written in."""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

from regard.analytics.words.distinct import distinct_texts

COMMON = ("de", "en", "es", "fr", "it", "nl")
SURE = 0.6
FEWEST_LETTERS = 4
LETTERS = 300  # more than that tells nothing new about the language
BATCH = 20_000
UNKNOWN = "unknown"


def detect_languages(
    texts: Iterable[str | None], *, among: Sequence[str] = COMMON, sure: float = SURE
) -> npt.NDArray[np.str_]:
    """Tell the language of each text, or "unknown" where the text does not say.

    Each distinct text is looked at once. A text of a word or two often fits several languages: then, and where there
    are no letters at all, the answer is "unknown", not the likeliest guess.

    Parameters
    ----------
    texts : iterable of str or None, length n
    among : sequence of str
        ISO 639-1 codes of the languages that may occur. Name those that customers write: fewer candidates are faster
        and surer. A text in a language that is not among them is taken for its nearest relative, or unknown.
    sure : float, default .6
        Least probability of the best language.

    Returns
    -------
    ndarray of str, shape (n,)
        ISO 639-1 codes, or "unknown".

    Raises
    ------
    ValueError
        If `among` holds fewer than two languages or an unknown code, or `sure` is not a probability.

    Notes
    -----
    Naive Bayes on character 1- to 5-grams with Laplace smoothing, as Lingua fits it; of long texts the first 300
    characters are read.

    References
    ----------
    Stahl, Lingua, https://github.com/pemistahl/lingua-py.

    Examples
    --------
    >>> texts = ["Die Lieferung kam zu spät.", "The parcel came three days late and nobody told me.", "ok", ""]
    >>> detect_languages(texts).tolist()
    ['de', 'en', 'unknown', 'unknown']
    """
    if not 0 <= sure <= 1:
        raise ValueError(f"sure must lie between 0 and 1, not {sure}")
    detector = _detector(tuple(sorted(set(among))))
    found = distinct_texts(texts)
    codes: list[str] = []
    for start in range(0, len(found.texts), BATCH):
        batch = [text[:LETTERS] for text in found.texts[start : start + BATCH]]
        ranks = detector.compute_language_confidence_values_in_parallel(batch)
        for text, ranked in zip(batch, ranks, strict=True):
            best = ranked[0]
            certain = best.value >= max(sure, 1e-9) and len(text.strip()) >= FEWEST_LETTERS
            codes.append(best.language.iso_code_639_1.name.lower() if certain else UNKNOWN)
    return np.asarray(codes, dtype=np.str_)[found.places] if codes else np.empty(0, dtype=np.str_)


@cache
def _detector(among: tuple[str, ...]) -> LanguageDetector:
    known = {language.iso_code_639_1.name.lower(): language.iso_code_639_1 for language in Language.all()}
    strange = [code for code in among if code not in known]
    if strange or len(among) < 2:
        raise ValueError(
            f"among must name two or more ISO 639-1 codes; not known: {', '.join(strange) or 'none'}"
        )
    codes: list[IsoCode639_1] = [known[code] for code in among]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
