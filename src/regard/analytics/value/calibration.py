"""Whether a purchase model keeps its word: what it expected of a time it has not seen, and what came."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Estimates, Floats, assemble
from regard.analytics.intervals import normal, t_mean

VERSION = "1"


@dataclass(frozen=True)
class HoldoutCalibration:
    """Expected against actual purchases in the time held out.

    Attributes
    ----------
    expected : float
        Purchases that the model expected of all customers together.
    actual : Estimate
        Purchases that came, with the interval that other customers of the same kind would give.
    error : Estimate
        Mean absolute error a customer.
    by_frequency : Estimates
        Mean actual purchases a customer, by repeat purchases before; groups `frequency` (the last holds it and more)
        and `expected`.
    by_recency : Estimates
        The same by the time of the last repeat purchase, of customers who had one; groups `recency` (mean of the bin)
        and `expected`.
    """

    expected: float
    actual: Estimate
    error: Estimate
    by_frequency: Estimates
    by_recency: Estimates


def holdout_calibration(
    expected: npt.ArrayLike,
    actual: npt.ArrayLike,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    *,
    most: int = 7,
    bins: int = 10,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> HoldoutCalibration:
    """Compare what a model expected with what happened, in all and for customers alike before.

    Parameters
    ----------
    expected : array_like, shape (n,)
        Purchases that a model fitted on the time before expects of each customer in the time held out: as
        `expected_purchases` gives them, of any model.
    actual : array_like, shape (n,)
        Purchases in the time held out, counted in the same grain.
    frequency, recency : array_like, shape (n,)
        History before it.
    most : int, default 7
        Customers with so many repeat purchases or more are one group.
    bins : int, default 10
        Groups of about equal size by recency.
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    HoldoutCalibration
        A calibration plot is `expected` against the estimates of one of its tables: a group whose interval does not
        hold its `expected` is one the model misjudges.

    Raises
    ------
    ValueError
        If the lengths differ or a value is missing.

    Notes
    -----
    Means with Student's t over customers; the total with ``sqrt(n) s``. Groups are judged one by one: of twenty, one
    misses by chance.

    References
    ----------
    Fader, Hardie, Lee (2005), Marketing Science 24(2), figures 2 to 4.

    Examples
    --------
    >>> found = holdout_calibration([1.0] * 30, [0, 1, 2] * 10, [1] * 30, range(30), bins=2)
    >>> found.expected, found.actual.value, round(found.error.value, 3)
    (30.0, 30.0, 0.667)
    >>> found.by_frequency.groups.to_pylist(), found.by_frequency.value.tolist()
    ([{'frequency': 1, 'expected': 1.0}], [1.0])
    """
    ahead, came, x, t_x = (
        np.asarray(part, dtype=np.float64) for part in (expected, actual, frequency, recency)
    )
    if not ahead.shape == came.shape == x.shape == t_x.shape or ahead.ndim != 1 or not len(ahead):
        raise ValueError(
            "expected, actual, frequency and recency must be one-dimensional, of one length and not empty"
        )
    if not all(np.isfinite(part).all() for part in (ahead, came, x, t_x)):
        raise ValueError("expected, actual, frequency and recency must be finite")
    n = len(ahead)
    spread = float(np.sqrt(n) * came.std(ddof=1)) if n > 1 else np.nan
    total = normal(np.array([came.sum()]), np.array([spread]), level, "sum of customers")
    misses = np.abs(ahead - came)
    error = t_mean(np.array([misses.sum()]), np.array([(misses**2).sum()]), np.array([n]), level)
    size, nothing = np.array([float(n)]), pa.table({"all": [0]})
    common = {"level": level, "version": VERSION, "minimum": max(minimum, 2)}

    def table(
        name: str,
        place: npt.NDArray[np.int64],
        label: Floats | npt.NDArray[np.int64],
        rows: npt.NDArray[np.bool_],
    ) -> Estimates:
        count, predicted, sums, squares = (
            np.bincount(place, weights=part)
            for part in (np.ones(rows.sum()), ahead[rows], came[rows], came[rows] ** 2)
        )
        groups = pa.table({name: label, "expected": predicted / count})
        return assemble(groups, [name, "expected"], t_mean(sums, squares, count, level), count, **common)

    everybody, again = np.ones(n, dtype=bool), x > 0
    kept, by_frequency = np.unique(np.minimum(x, most).astype(np.int64), return_inverse=True)
    by_recency = _bins(t_x[again], bins)
    middle = np.bincount(by_recency, weights=t_x[again]) / np.bincount(by_recency)
    return HoldoutCalibration(
        float(ahead.sum()),
        assemble(nothing, [], total, size, **common)[0],
        assemble(nothing, [], error, size, **common)[0],
        table("frequency", by_frequency, kept, everybody),
        table("recency", by_recency, middle, again),
    )


def _bins(values: Floats, bins: int) -> npt.NDArray[np.int64]:
    """Number of the bin of each value: about equal sizes, equal values together, none empty."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])) if len(values) else np.empty(0)
    _, place = np.unique(np.searchsorted(edges, values, side="left"), return_inverse=True)
    return place.astype(np.int64)
