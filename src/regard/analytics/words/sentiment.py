"""How pleased or displeased texts are: learned from the company's own rated texts, or by word list before that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats
from regard.analytics.words.distinct import distinct_texts
from regard.analytics.words.language import COMMON, detect_languages
from regard.analytics.words.lexicon import LANGUAGES, lexicon_scores
from regard.analytics.words.linear import LinearText, learn_linear

ENOUGH, ENOUGH_A_SIDE = 300, 50
WEIGHT = 0.5  # of the word list's opinion beside the words themselves


@dataclass(frozen=True)
class SentimentModel:
    """Scores texts from -1 (displeased) to 1 (pleased).

    Attributes
    ----------
    used : {"learned", "lexicon"}
    because : str
        Why: how many rated texts there were, and how often each was right on texts it had not seen.
    texts : int
        Distinct rated texts on either side of the scale's middle.
    accuracy : float or None
        Share of held-out texts on the right side of zero, by what is used.
    lexicon_accuracy : float or None
        The same by the word list alone.
    """

    used: str
    because: str
    texts: int = 0
    accuracy: float | None = None
    lexicon_accuracy: float | None = None
    among: tuple[str, ...] = COMMON
    linear: LinearText | None = field(default=None, repr=False)

    def score(self, texts: Iterable[str | None], languages: str | Sequence[str] | None = None) -> Floats:
        """Sentiment of each text, shape (n,); nan of empty texts, and of languages that nothing is known about.

        `languages` is a code for all texts or one a text; detected where not given.
        """
        found = distinct_texts(texts)
        if not found.texts:
            return np.empty(0)
        codes = _languages(found.texts, found.places, languages, self.among)
        listed = lexicon_scores(found.texts, codes)
        if self.linear is None:
            return listed[found.places]
        scores = 2 * self.linear.probabilities(found.texts, _opinion(listed))[:, 1] - 1
        scores[[not text.strip() for text in found.texts]] = np.nan
        return np.asarray(scores[found.places], dtype=np.float64)


def learn_sentiment(
    texts: Iterable[str | None],
    ratings: npt.ArrayLike,
    *,
    scale: tuple[float, float],
    languages: str | Sequence[str] | None = None,
    among: Sequence[str] = COMMON,
    enough: int = ENOUGH,
) -> SentimentModel:
    """Learn from rated texts what pleased and displeased customers of this company write.

    What is learned is used when there are enough rated texts and it was right more often than the word list, on texts
    it had not seen. Until then the word list (English, German, French) is used. The result says which, and why.

    Parameters
    ----------
    texts : iterable of str or None, length n
    ratings : array_like, shape (n,)
        What the writer of each text gave, in stars or points; nan is left out. None at all give the word list.
    scale : (float, float)
        Worst and best possible rating. Ratings in the middle take no side and are left out.
    languages : str or sequence of str, optional
        ISO 639-1 code of all texts or of each; detected where not given.
    among : sequence of str
        Languages to tell apart when detecting.
    enough : int, default 300
        Distinct texts needed, at least 50 of them on either side.

    Returns
    -------
    SentimentModel

    Raises
    ------
    ValueError
        If shapes do not fit, or a rating lies outside the scale.

    Notes
    -----
    A linear support vector machine on TF-IDF of words, pairs of words and runs of two to five letters, in any
    language, with the word list's score as one more feature; Platt-calibrated on cross-validated margins:
    score = 2 P(rated above the middle) - 1.

    References
    ----------
    Hutto & Gilbert (2014), VADER, ICWSM; Platt (1999), Probabilistic outputs for support vector machines.

    Examples
    --------
    >>> model = learn_sentiment(["Lovely boots", "The seam leaks"], [5, 1], scale=(1, 5), languages="en")
    >>> model.used, model.because
    ('lexicon', 'only 2 rated texts (1 pleased, 1 displeased); 300 are needed, 50 of each')
    >>> model.score(["Kindly improve your performance", "Great service!"], "en").round(2).tolist()
    [-0.15, 0.66]
    """
    given = [text or "" for text in texts]
    rated = np.asarray(ratings, dtype=np.float64)
    _check(given, rated, scale)
    side = np.sign(rated - (scale[0] + scale[1]) / 2)
    found = distinct_texts(given)
    opinion = np.bincount(found.places, weights=np.nan_to_num(side), minlength=len(found.texts))
    kept = [place for place, text in enumerate(found.texts) if opinion[place] and text.strip()]
    pleased = np.asarray([opinion[place] > 0 for place in kept], dtype=np.int64)
    short = _too_few(pleased, enough)
    if short:
        return SentimentModel("lexicon", short, len(kept), among=tuple(among))
    chosen = [found.texts[place] for place in kept]
    codes = _languages(found.texts, found.places, languages, among)
    listed = lexicon_scores(chosen, [codes[place] for place in kept])
    learned = learn_linear(chosen, pleased, 2, extra=_opinion(listed))
    right = float(((learned.held_out[:, 1] > 0.5) == pleased).mean())
    by_list = float(((listed > 0) == pleased).mean())
    because = f"right on {right:.1%} of {len(kept):,} rated texts held out, the word list on {by_list:.1%}"
    if right <= by_list:
        return SentimentModel("lexicon", because, len(kept), by_list, by_list, tuple(among))
    return SentimentModel("learned", because, len(kept), right, by_list, tuple(among), learned.model)


def _too_few(pleased: npt.NDArray[np.int64], enough: int) -> str:
    above = int(pleased.sum())
    below = len(pleased) - above
    if len(pleased) >= enough and min(above, below) >= ENOUGH_A_SIDE:
        return ""
    counted = f"only {len(pleased):,} rated texts ({above:,} pleased, {below:,} displeased)"
    return f"{counted}; {enough} are needed, {ENOUGH_A_SIDE} of each"


def _opinion(listed: Floats) -> Floats:
    """The word list's scores as a column; no opinion is 0."""
    return np.asarray(WEIGHT * np.nan_to_num(listed)[:, None], dtype=np.float64)


def _languages(
    texts: list[str],
    places: npt.NDArray[np.int64],
    languages: str | Sequence[str] | None,
    among: Sequence[str],
) -> list[str]:
    """A code for each distinct text: as given for its first appearance, or detected among the languages."""
    if languages is None:
        candidates = sorted({*among, *LANGUAGES})
        return [str(code) for code in detect_languages(texts, among=candidates)]
    if isinstance(languages, str):
        return [languages] * len(texts)
    if len(languages) != len(places):
        raise ValueError("languages must be one code, or one for each text")
    first = np.unique(places, return_index=True)[1]
    return [languages[place] for place in first]


def _check(texts: list[str], rated: Floats, scale: tuple[float, float]) -> None:
    if rated.shape != (len(texts),):
        raise ValueError("ratings must be one number a text")
    if not scale[0] < scale[1]:
        raise ValueError("scale must be the worst and the best rating, the worst the smaller number")
    if (rated < scale[0]).any() or (rated > scale[1]).any():
        raise ValueError(f"a rating lies outside the scale {scale[0]} to {scale[1]}")
