"""Customers as the models need them: how often, how recent, how long observed, and how many alike."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """Distinct (frequency, recency, T) rows with how many customers share each; all of shape (rows,)."""

    frequency: Array
    recency: Array
    T: Array
    weight: Array

    @property
    def n(self) -> float:
        return float(self.weight.sum())


def count_equal(
    frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> Counts:
    """Collapse equal rows.

    Parameters
    ----------
    frequency, recency, T : array_like of shape (n,)
        Repeat purchases, time of the last one since the first, time observed; recency and T in one unit.
    weight : array_like of shape (n,), optional
        How many customers each row stands for; 1 if left out.

    Raises
    ------
    ValueError
        If shapes differ, a value is negative or not finite, a recency exceeds its T, or a customer without a
        repeat purchase has a recency.
    """
    x, t_x, age = (np.ascontiguousarray(column, dtype=np.float64) for column in (frequency, recency, T))
    if not x.shape == t_x.shape == age.shape or x.ndim != 1 or not len(x):
        raise ValueError("frequency, recency and T must be one-dimensional, of one length and not empty")
    w = np.ones(len(x)) if weight is None else np.asarray(weight, dtype=np.float64)
    _check(x, t_x, age, w)
    first, inverse = distinct_rows(x, t_x, age)
    return Counts(x[first], t_x[first], age[first], np.bincount(inverse, weights=w).astype(np.float64))


def distinct_rows(*columns: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each distinct row stands first (or anywhere), and which distinct row each row is."""
    packed, room = _pack(columns)
    if packed is None:
        together = (
            np.ascontiguousarray(np.column_stack(columns)).view([("", np.float64)] * len(columns)).ravel()
        )
        _, first, inverse = np.unique(together, return_index=True, return_inverse=True)
        return first, inverse.ravel()
    if room > max(4 * len(packed), 1 << 16):
        _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
        return first, inverse.ravel()
    place = np.full(room, -1, dtype=np.int64)  # few possible values: look them up instead of sorting
    place[packed] = np.arange(len(packed))
    taken = np.flatnonzero(place >= 0)
    first = place[taken]
    place[taken] = np.arange(len(taken))
    return first, place[packed]


def _pack(columns: tuple[Array, ...]) -> tuple[npt.NDArray[np.int64] | None, int]:
    """One integer a row, and how many integers there could be; None where they do not fit."""
    packed = np.zeros(len(columns[0]), dtype=np.int64)
    room = 1
    for column in columns:
        codes, size = _codes(column)
        if room > np.iinfo(np.int64).max // max(size, 1):
            return None, 0
        packed = packed * size + codes
        room *= size
    return packed, room


def _codes(column: Array) -> tuple[npt.NDArray[np.int64], int]:
    """Small integers for the values of a column: the values themselves where they are whole and small."""
    whole = column.astype(np.int64)
    if column.max() < 1 << 20 and np.array_equal(whole, column):
        return whole, int(whole.max()) + 1
    distinct, codes = np.unique(column, return_inverse=True)
    return codes.ravel().astype(np.int64), len(distinct)


def _check(x: Array, t_x: Array, age: Array, w: Array) -> None:
    if w.shape != x.shape:
        raise ValueError("weight must have the length of frequency")
    for name, column in (("frequency", x), ("recency", t_x), ("T", age), ("weight", w)):
        if not np.isfinite(column).all() or (column < 0).any():
            raise ValueError(f"{name} must be finite and not negative")
    if (t_x > age).any():
        raise ValueError("recency must not exceed T")
    if ((x == 0) & (t_x > 0)).any():
        raise ValueError("a customer without repeat purchase has recency 0")
