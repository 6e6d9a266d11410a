"""Whether a purchase model keeps its word: what it expected of a time it has not seen, and what came."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Estimates, Floats, Interval, assemble
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
    made = partial(assemble, level=level, version=VERSION, minimum=max(minimum, 2))
    each = _Purchases(ahead, came)
    again = x > 0
    by_recency = _bins(t_x[again], bins)
    middle = np.bincount(by_recency, weights=t_x[again]) / np.bincount(by_recency)
    kept, by_frequency = np.unique(np.minimum(x, most).astype(np.int64), return_inverse=True)
    size, nothing = np.array([float(len(ahead))]), pa.table({"all": [0]})
    misses = np.abs(ahead - came)
    error = t_mean(misses.sum(keepdims=True), (misses**2).sum(keepdims=True), size, level)
    groups, mean, n = each.by_group("frequency", kept, by_frequency, level)
    later_groups, later_mean, later_n = each.only(again).by_group("recency", middle, by_recency, level)
    return HoldoutCalibration(
        float(ahead.sum()),
        made(nothing, [], each.total(level), size)[0],
        made(nothing, [], error, size)[0],
        made(groups, ["frequency", "expected"], mean, n),
        made(later_groups, ["recency", "expected"], later_mean, later_n),
    )


@dataclass(frozen=True, slots=True)
class _Purchases:
    """Expected and actual purchases of each customer."""

    ahead: Floats
    came: Floats

    def only(self, rows: npt.NDArray[np.bool_]) -> "_Purchases":
        return _Purchases(self.ahead[rows], self.came[rows])

    def total(self, level: float) -> Interval:
        spread = np.sqrt(len(self.came)) * self.came.std(ddof=1) if len(self.came) > 1 else np.nan
        return normal(self.came.sum(keepdims=True), np.array([spread]), level, "sum of customers")

    def by_group(
        self, name: str, labels: npt.ArrayLike, place: npt.NDArray[np.int64], level: float
    ) -> tuple[pa.Table, Interval, Floats]:
        """Groups with their mean expectation, mean actual purchases, and sizes."""
        n = np.bincount(place).astype(np.float64)
        predicted, sums, squares = (
            np.bincount(place, weights=part) for part in (self.ahead, self.came, self.came**2)
        )
        return pa.table({name: labels, "expected": predicted / n}), t_mean(sums, squares, n, level), n


def _bins(values: Floats, bins: int) -> npt.NDArray[np.int64]:
    """Number of the bin of each value: about equal sizes, equal values together, none empty."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])) if len(values) else np.empty(0)
    _, place = np.unique(np.searchsorted(edges, values, side="left"), return_inverse=True)
    return place.astype(np.int64)
