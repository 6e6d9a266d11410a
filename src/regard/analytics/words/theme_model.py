"""Themes as stored definitions: what each is made of, which texts are about it, and editing by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats
from regard.analytics.words.distinct import distinct_texts
from regard.analytics.words.factors import project
from regard.analytics.words.vocabulary import count_known, weigh

LEAST_STRENGTH, BESIDE = 0.1, 0.5
DROPPED = 0.01


@dataclass(frozen=True)
class Part:
    """Words of one language that go together, strongest first, with weights of length 1."""

    language: str
    weights: dict[str, float]


@dataclass(frozen=True)
class Theme:
    """One theme: a number that stays, a name to show, and what it is made of."""

    number: int
    name: str
    parts: tuple[Part, ...] = field(repr=False)
    named_by_hand: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The most telling words, ten at most."""
        together: dict[str, float] = {}
        for part in self.parts:
            for word, weight in part.weights.items():
                together[word] = max(weight, together.get(word, 0.0))
        return tuple(sorted(together, key=lambda word: (-together[word], word))[:10])


@dataclass(frozen=True)
class Assigned:
    """What each text is about.

    Attributes
    ----------
    numbers : tuple of int
        The themes, one a column of `strengths`.
    strengths : ndarray, shape (n, themes)
        How strongly each text speaks of each theme, 0 to about 1.
    """

    numbers: tuple[int, ...]
    strengths: Floats

    def main(self) -> npt.NDArray[np.int64]:
        """Number of each text's strongest theme; 0 where it speaks of none."""
        if not self.numbers:
            return np.zeros(len(self.strengths), dtype=np.int64)
        clear = self.strengths.max(axis=1) >= LEAST_STRENGTH
        return np.where(clear, np.asarray(self.numbers)[self.strengths.argmax(axis=1)], 0)

    def about(self) -> npt.NDArray[np.bool_]:
        """Which themes each text is about, shape (n, themes): its strongest and others half as strong."""
        if not self.numbers:
            return np.zeros(self.strengths.shape, dtype=np.bool_)
        bar = np.maximum(LEAST_STRENGTH, BESIDE * self.strengths.max(axis=1, keepdims=True))
        return np.asarray(self.strengths >= bar, dtype=np.bool_)


@dataclass(frozen=True)
class ThemeModel:
    """Themes found in texts; can be stored as plain data, edited, and applied to other texts.

    Attributes
    ----------
    themes : tuple of Theme
    rarity : dict of str to dict of str to float
        By language: the weight of each word.
    stability : dict of str to dict of int to float
        By language: share of themes that came again in other texts, by number of themes tried.
    gone : tuple of Theme
        Those of the previous model that did not come again; their numbers are not used for others.
    """

    themes: tuple[Theme, ...]
    rarity: dict[str, dict[str, float]] = field(repr=False)
    stability: dict[str, dict[int, float]] = field(default_factory=dict, repr=False)
    gone: tuple[Theme, ...] = ()

    def theme(self, number: int) -> Theme:
        """The theme of a number; ValueError when there is none."""
        for theme in self.themes:
            if theme.number == number:
                return theme
        raise ValueError(f"there is no theme {number}")

    def assign(self, texts: Iterable[str | None], languages: Sequence[str] | None = None) -> Assigned:
        """How strongly each text speaks of each theme; languages as given to `find_themes`."""
        found = distinct_texts(texts)
        given = list(languages) if languages is not None else [""] * len(found.places)
        if len(given) != len(found.places):
            raise ValueError("languages must be one code a text")
        strengths = np.zeros((len(found.texts), len(self.themes)))
        first = np.unique(found.places, return_index=True)[1]
        codes = np.asarray([given[place] for place in first], dtype=object)
        for language in self.rarity:
            rows = (
                np.flatnonzero(codes == language)
                if language
                else np.flatnonzero(~np.isin(codes, _named(self)))
            )
            strengths[rows] = self._strengths([found.texts[row] for row in rows], language)
        return Assigned(tuple(theme.number for theme in self.themes), strengths[found.places])

    def _strengths(self, texts: list[str], language: str) -> Floats:
        words = list(self.rarity[language])
        column = {word: place for place, word in enumerate(words)}
        owners, vectors = [], []
        for place, theme in enumerate(self.themes):
            for part in theme.parts:
                if part.language == language:
                    vector = np.zeros(len(words))
                    vector[[column[word] for word in part.weights]] = list(part.weights.values())
                    owners.append(place)
                    vectors.append(vector)
        strengths = np.zeros((len(texts), len(self.themes)))
        if vectors and texts:
            rows = weigh(count_known(texts, words), np.array(list(self.rarity[language].values())))
            for place, column_of in zip(owners, project(rows, np.stack(vectors)).T, strict=True):
                np.maximum(strengths[:, place], column_of, out=strengths[:, place])
        return strengths

    def rename(self, number: int, name: str) -> "ThemeModel":
        """The model with a theme named by hand; the name stays in later runs."""
        if not name.strip():
            raise ValueError("a theme needs a name")
        changed = replace(self.theme(number), name=name.strip(), named_by_hand=True)
        return self._with({number: (changed,)})

    def merge(self, first: int, second: int, *, name: str = "") -> "ThemeModel":
        """The model with the second theme joined to the first, across languages if need be."""
        if first == second:
            raise ValueError("two different themes are needed")
        kept, joined = self.theme(first), self.theme(second)
        by_hand = kept.named_by_hand or bool(name)
        changed = replace(
            kept, parts=kept.parts + joined.parts, name=name or kept.name, named_by_hand=by_hand
        )
        return self._with({first: (changed,), second: ()})

    def split(self, number: int, words: Iterable[str]) -> "ThemeModel":
        """The model with these words of a theme as a new theme of their own; the rest keeps number and name."""
        whole, chosen = self.theme(number), {word.lower() for word in words}
        inside = [part for old in whole.parts if (part := _only(old, chosen, inside=True)).weights]
        outside = [part for old in whole.parts if (part := _only(old, chosen, inside=False)).weights]
        if not inside or not outside:
            raise ValueError(f"some words of theme {number}, not all, are needed to split it")
        new = Theme(self.next_number(), name_part(inside[0]), tuple(inside))
        return self._with({number: (replace(whole, parts=tuple(outside)), new)})

    def next_number(self) -> int:
        """The first number that no theme had so far."""
        return 1 + max((theme.number for theme in (*self.themes, *self.gone)), default=0)

    def _with(self, changes: dict[int, tuple[Theme, ...]]) -> "ThemeModel":
        themes = tuple(new for theme in self.themes for new in changes.get(theme.number, (theme,)))
        absorbed = tuple(theme for theme in self.themes if changes.get(theme.number) == ())
        return replace(self, themes=themes, gone=self.gone + absorbed)


def name_part(part: Part) -> str:
    """A name of the three heaviest words."""
    return " · ".join(list(part.weights)[:3])


def part_of(language: str, words: Sequence[str], weights: Floats) -> Part:
    """A part with its words strongest first, without those of next to no weight."""
    order = [place for place in np.lexsort((np.arange(len(weights)), -weights)) if weights[place] >= DROPPED]
    return Part(language, {words[place]: round(float(weights[place]), 6) for place in order})


def _only(part: Part, words: set[str], *, inside: bool) -> Part:
    """The part with these words alone, or without them, of length 1 again."""
    kept = {word: weight for word, weight in part.weights.items() if (word in words) == inside}
    length = sum(weight * weight for weight in kept.values()) ** 0.5
    return Part(part.language, {word: round(weight / length, 6) for word, weight in kept.items()})


def _named(model: ThemeModel) -> list[str]:
    return [language for language in model.rarity if language]
