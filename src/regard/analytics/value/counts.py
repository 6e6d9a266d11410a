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
    key = pack_rows(x, t_x, age)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    total = np.bincount(inverse.ravel(), weights=w)
    return Counts(x[first], t_x[first], age[first], total)


def pack_rows(x: Array, t_x: Array, age: Array) -> npt.NDArray[np.int64] | npt.NDArray[np.void]:
    """One sortable value a row: the ranks packed into an integer."""
    packed = np.zeros(len(x), dtype=np.int64)
    room = 1
    for column in (x, t_x, age):
        codes, size = _codes(column)
        if room > np.iinfo(np.int64).max // max(size, 1):
            return np.ascontiguousarray(np.column_stack([x, t_x, age])).view([("", np.float64)] * 3).ravel()
        packed = packed * size + codes
        room *= size
    return packed


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
