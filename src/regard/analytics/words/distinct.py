"""The same text is worked on once, however often customers wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Distinct:
    """Distinct texts in order of first appearance, and which of them each text is (shape (n,))."""

    texts: list[str]
    places: Places

    @property
    def counts(self) -> Places:
        """How often each distinct text was written."""
        return np.bincount(self.places, minlength=len(self.texts)).astype(np.int64)


def distinct_texts(texts: Iterable[str | None]) -> Distinct:
    """Tell apart the texts; nothing (None) is the empty text.

    >>> found = distinct_texts(["late", "fine", "late"])
    >>> found.texts, found.places.tolist(), found.counts.tolist()
    (['late', 'fine'], [0, 1, 0], [2, 1])
    """
    seen: dict[str, int] = {}
    places = [seen.setdefault(text or "", len(seen)) for text in texts]
    return Distinct(list(seen), np.asarray(places, dtype=np.int64))
