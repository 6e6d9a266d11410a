"""What customers write about: themes, as many as come again, the same every run and stable from run to run."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
from scipy.optimize import linear_sum_assignment
from threadpoolctl import threadpool_limits

from regard.analytics.comparisons import Comparison, compare_many
from regard.analytics.effects.holdout import share_difference
from regard.analytics.estimate import Estimate, Floats, assemble
from regard.analytics.intervals import wilson
from regard.analytics.words.distinct import distinct_texts
from regard.analytics.words.factors import factorise, spectrum
from regard.analytics.words.theme_count import MOST_THEMES, most_stable, stability_by_count
from regard.analytics.words.theme_model import Assigned, Part, Theme, ThemeModel, name_part, part_of
from regard.analytics.words.vocabulary import count_words, rarity, weigh

VERSION = "1"
SAMPLE = 8_000
FEWEST = 60  # fewer distinct texts of a language are read together with the other small ones
SAME = 0.5  # cosine from which on a theme is a previous one
MOST_SHARE = 0.3
SEED = 0


def find_themes(
    texts: Iterable[str | None],
    languages: Sequence[str] | None = None,
    *,
    count: int | None = None,
    previous: ThemeModel | None = None,
    most: int = MOST_THEMES,
) -> ThemeModel:
    """Find the themes that texts are about.

    Each language is read for itself, since words of two languages do not meet; themes of the same matter in two
    languages are joined by `merge`. The same texts in the same order give the same themes. With `previous`, a theme
    that comes again keeps its number, and its name if a person gave it.

    Parameters
    ----------
    texts : iterable of str or None, length n
    languages : sequence of str, length n, optional
        As `detect_languages` gives them. Without, all texts are read together.
    count : int, optional
        How many themes in each language; found where not given.
    previous : ThemeModel, optional
        Of the last run, with what was edited.
    most : int, default 50
        No more themes in a language than this.

    Returns
    -------
    ThemeModel

    Raises
    ------
    ValueError
        If languages are not one a text, or count is not positive.

    Notes
    -----
    Rows of TF-IDF (words; pairs of letters in scripts without blanks), factorised as W H with both non-negative by
    alternating least squares on up to 8,000 texts, from words that lie far apart. The number of themes is the one with
    most themes that come again (cosine of .8) in the other half of drawn texts, less two for each that does not.

    References
    ----------
    Lee & Seung (1999), Nature 401; Cichocki & Phan (2009); Greene, O'Callaghan & Cunningham (2014), How many topics?

    Examples
    --------
    >>> late, wet = "parcel late courier tracking".split(), "seam leaks zip jacket".split()
    >>> texts = [f"{kind[n % 4]} {kind[n // 4 % 4]} {n}" for n in range(80) for kind in (late, wet)]
    >>> model = find_themes(texts, count=2)
    >>> sorted(sorted(theme.words)[0] for theme in model.themes)
    ['courier', 'jacket']
    >>> model.assign(["the courier was late", "zip!", "hello"]).main().tolist()
    [2, 1, 0]
    """
    if count is not None and count < 1:
        raise ValueError(f"count must be positive, not {count}")
    found = distinct_texts(texts)
    if languages is not None and len(languages) != len(found.places):
        raise ValueError("languages must be one code a text")
    parts: list[Part] = []
    weights: dict[str, dict[str, float]] = {}
    stability: dict[str, dict[int, float]] = {}
    with threadpool_limits(1):  # small matrices: threads would only wait for each other
        for language, group in _by_language(found.texts, found.places, languages).items():
            of_group = _find(language, group, count, most)
            parts += of_group.parts
            weights[language], stability[language] = of_group.rarity, of_group.stability
    return ThemeModel(*_numbered(parts, previous, weights, stability))


@dataclass(frozen=True)
class _Group:
    parts: list[Part]
    rarity: dict[str, float]
    stability: dict[int, float]


def _find(language: str, texts: list[str], count: int | None, most: int) -> _Group:
    least = max(2, min(20, len(texts) // 2_000))
    counted = count_words(texts, drop=_stop_words(), least=least, most_share=MOST_SHARE)
    if not counted.words:  # texts about one thing only, or hardly any texts
        counted = count_words(texts, drop=_stop_words(), least=least)
    if not counted.words:
        return _Group([], {}, {})
    rare = rarity(counted.matrix)
    rows = weigh(counted.matrix, rare)
    rows = rows[np.diff(rows.indptr) > 0]
    stability = {} if count else stability_by_count(rows, most=most, seed=SEED)
    wanted = min(count or most_stable(stability), len(counted.words), rows.shape[0])
    drawn = np.sort(np.random.default_rng(SEED).permutation(rows.shape[0])[:SAMPLE])
    sample = rows[drawn]
    factors = factorise(sample, spectrum(sample, wanted, least=max(2, len(drawn) // 300)).starts(wanted))
    parts = [part_of(language, counted.words, one) for one in factors if one.any()]
    known = dict(zip(counted.words, np.round(rare, 6).tolist(), strict=True))
    return _Group(parts, known, stability)


def _by_language(
    texts: list[str], places: np.ndarray, languages: Sequence[str] | None
) -> dict[str, list[str]]:
    """Texts by language in alphabetical order; small groups and unknown ones together under "", last."""
    if languages is None:
        return {"": [text for text in texts if text.strip()]}
    first = np.unique(places, return_index=True)[1]
    groups: dict[str, list[str]] = {}
    for text, place in zip(texts, first, strict=True):
        groups.setdefault(languages[place], []).append(text)
    large = {
        code: groups[code] for code in sorted(groups) if len(groups[code]) >= FEWEST and code != "unknown"
    }
    rest = [text for code in sorted(groups) if code not in large for text in groups[code] if text.strip()]
    return {**large, "": rest} if rest else large


def _numbered(
    parts: list[Part],
    previous: ThemeModel | None,
    weights: dict[str, dict[str, float]],
    stability: dict[str, dict[int, float]],
) -> tuple[tuple[Theme, ...], dict[str, dict[str, float]], dict[str, dict[int, float]], tuple[Theme, ...]]:
    """New parts as themes: under the number of the previous theme that they are, else under a new one."""
    if previous is None:
        return (
            tuple(Theme(n, name_part(part), (part,)) for n, part in enumerate(parts, 1)),
            weights,
            stability,
            (),
        )
    came: dict[int, list[Part]] = {}
    fresh: list[Part] = []
    for part, number in zip(parts, _matched(parts, previous), strict=True):
        came.setdefault(number, []).append(part) if number else fresh.append(part)
    themes = []
    for theme in previous.themes:
        if theme.number in came:
            own = tuple(came[theme.number])
            themes.append(
                replace(theme, parts=own, name=theme.name if theme.named_by_hand else name_part(own[0]))
            )
    free = previous.next_number()
    themes += [Theme(free + place, name_part(part), (part,)) for place, part in enumerate(fresh)]
    gone = tuple(theme for theme in previous.themes if theme.number not in came)
    return tuple(themes), weights, stability, previous.gone + gone


def _matched(parts: list[Part], previous: ThemeModel) -> list[int]:
    """For each new part the number of the previous theme it is, or 0; one previous part is taken once."""
    old = [(theme.number, part) for theme in previous.themes for part in theme.parts]
    if not parts or not old:
        return [0] * len(parts)
    alike = np.array([[_alike(part, other) for _, other in old] for part in parts])
    numbers = [0] * len(parts)
    for row, column in zip(*linear_sum_assignment(-alike), strict=True):
        if alike[row, column] >= SAME:
            numbers[row] = old[column][0]
    return numbers


def _alike(one: Part, other: Part) -> float:
    if one.language != other.language:
        return 0.0
    return sum(weight * other.weights.get(word, 0.0) for word, weight in one.weights.items())


@cache
def _stop_words() -> frozenset[str]:
    folder = files("regard.analytics.words") / "lexicons"
    read = tomllib.loads((folder / "stop.toml").read_text(encoding="utf-8"))
    return frozenset(word for words in read.values() for word in words.split())


@dataclass(frozen=True)
class Emerging:
    """How a theme's share of texts changed: shares then and now, the difference, and the corrected verdict."""

    number: int
    now: Estimate
    before: Estimate
    difference: Estimate
    verdict: str


def emerging_themes(now: Assigned, before: Assigned) -> list[Emerging]:
    """Which themes more, or fewer, texts are about than in the previous period.

    Parameters
    ----------
    now, before : Assigned
        The texts of each period, assigned by the same model.

    Returns
    -------
    list of Emerging
        Greatest rise first. Verdicts "up", "down" or "cannot tell" are corrected for the number of themes.

    Raises
    ------
    ValueError
        If the themes of the two differ.

    Notes
    -----
    Shares with Wilson's, differences with Newcombe's interval; Benjamini & Hochberg (1995) over the themes.

    Examples
    --------
    >>> now, before = np.array([[1.0]] * 60 + [[0.0]] * 40), np.array([[1.0]] * 20 + [[0.0]] * 80)
    >>> (rise,) = emerging_themes(Assigned((1,), now), Assigned((1,), before))
    >>> rise.verdict, rise.difference.show(2)
    ('up', '0.40 [0.27, 0.51] n=200')
    """
    if now.numbers != before.numbers:
        raise ValueError("both periods must be assigned by the same model")
    said = [period.about().sum(axis=0).astype(np.float64) for period in (now, before)]
    sizes = (len(now.strengths), len(before.strengths))
    shares = [_shares(counts, size) for counts, size in zip(said, sizes, strict=True)]
    verdicts: list[Comparison] = compare_many(list(zip(*shares, strict=True)))
    changes = []
    for place, number in enumerate(now.numbers):
        rise = share_difference(int(said[0][place]), sizes[0], int(said[1][place]), sizes[1])
        changes.append(Emerging(number, shares[0][place], shares[1][place], rise, verdicts[place].verdict))
    return sorted(changes, key=lambda change: -(change.difference.value or 0.0))


def _shares(counts: Floats, size: int) -> list[Estimate]:
    n = np.full(len(counts), float(size))
    return list(
        assemble(
            pa.table({"theme": np.arange(len(counts))}), ["theme"], wilson(counts, n), n, version=VERSION
        )
    )
