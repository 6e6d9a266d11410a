"""Kaplan-Meier: how many are still there, when not everybody has been watched to the end."""

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.analytics.churn.risk_sets import Observations, observe, risk_sets
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Floats, Interval
from regard.analytics.intervals import kish_n, normal_quantile
from regard.analytics.warnings import StatisticalWarning, warn

VERSION = "1"
Transform = Literal["log-log", "log", "plain"]
Weights = Literal["frequency", "sampling"]
TIE = 1e-10  # a product of fractions that should be .5 may miss it by less than this


@dataclass(frozen=True)
class SurvivalCurve:
    """A survival curve: a step function that is 1 before the first `time` and falls at each.

    Attributes
    ----------
    time : ndarray, shape (m,)
        Distinct times at which something ended, rising, in the unit of the durations.
    survival, low, high, standard_error : ndarray, shape (m,)
        Share still there just after each time, its pointwise interval (nan where the share is 0) and Greenwood's
        standard error.
    ended, at_risk : ndarray, shape (m,)
        How many ended at each time, and how many could have (sums of weights).
    n : float
        Rows; sum of frequency weights; Kish's effective n of sampling weights.
    followed : float
        The longest duration: the curve says nothing beyond it, unless it has reached 0.
    """

    time: Floats = field(repr=False)
    survival: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    standard_error: Floats = field(repr=False)
    ended: Floats = field(repr=False)
    at_risk: Floats = field(repr=False)
    n: float
    followed: float
    transform: Transform
    level: float = LEVEL
    minimum: int = MINIMUM_N
    version: str = VERSION

    def read(self, times: npt.ArrayLike) -> Interval:
        """The curve at many times at once; nan beyond what was followed.

        Examples
        --------
        >>> kaplan_meier([1, 2, 3, 4], minimum=1).read([0.5, 1, 2.5]).value.tolist()
        [1.0, 0.75, 0.5]
        """
        asked = np.asarray(times, dtype=np.float64)
        step = np.searchsorted(self.time, asked, side="right")
        gone = len(self.time) > 0 and self.survival[-1] == 0
        unknown = (asked > self.followed) & (not gone)

        def at(values: Floats, before: float) -> Floats:
            return np.where(unknown, np.nan, np.concatenate(([before], values))[step])

        return Interval(
            at(self.survival, 1.0),
            at(self.low, 1.0),
            at(self.high, 1.0),
            at(self.standard_error, 0.0),
            f"Kaplan-Meier, {self.transform}",
        )

    def at(self, time: float) -> Estimate:
        """Share still there just after `time`; no figure beyond what was followed or with fewer than the minimum."""
        there = self.read(time)
        return self._estimate(*(float(part) for part in (there.value, there.low, there.high)),
                              method=there.method, error=float(there.standard_error))  # fmt: skip

    def quantile(self, share: float = 0.5) -> Estimate:
        """Time until which this share of all has ended, with the Brookmeyer-Crowley interval.

        Parameters
        ----------
        share : float, default .5
            .5 is the median, .9 the time that nine of ten take at most.

        Returns
        -------
        Estimate
            In the unit of the durations. No value where the curve does not fall that far; no upper end where the
            interval's upper curve does not.

        Notes
        -----
        The first time at which the curve is at most ``1 - share``; the interval is all times at which the curve's
        own interval holds ``1 - share``, that is, from where its lower to where its upper curve reaches it.

        References
        ----------
        Brookmeyer and Crowley (1982), A confidence interval for the median survival time, Biometrics 38(1), 29-41.
        """
        if not 0 < share < 1:
            raise ValueError(f"share must lie between 0 and 1, not {share}")
        value, low, high = (self._first(curve, 1 - share) for curve in (self.survival, self.low, self.high))
        return self._estimate(value, low, high, method=f"Brookmeyer-Crowley, {self.transform}")

    def median(self) -> Estimate:
        """Time until which half of all has ended; see `quantile`.

        Examples
        --------
        >>> kaplan_meier(range(1, 12)).median().value
        6.0
        """
        return self.quantile(0.5)

    def to_arrow(self) -> pa.Table:
        """One row a step, the start among them: time, survival, low, high; null where there is no interval.

        Examples
        --------
        >>> kaplan_meier([1, 2, 3, 4]).to_arrow().to_pylist()[0]
        {'time': 0.0, 'survival': 1.0, 'low': 1.0, 'high': 1.0}
        """
        columns = {"time": np.append(0.0, self.time)}
        columns |= {name: np.append(1.0, getattr(self, name)) for name in ("survival", "low", "high")}
        return pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})

    def _first(self, curve: Floats, target: float) -> float:
        reached = np.flatnonzero(curve <= target + TIE)
        return float(self.time[reached[0]]) if len(reached) else np.nan

    def _estimate(
        self, value: float, low: float, high: float, *, method: str, error: float | None = None
    ) -> Estimate:
        def known(number: float | None) -> float | None:
            return None if number is None or np.isnan(number) else number

        if self.n < self.minimum or np.isnan(value):
            value, low, high, error = np.nan, np.nan, np.nan, None
        return Estimate(
            known(value), known(low), known(high), int(self.n), level=self.level, method=method,
            version=self.version, standard_error=known(error),
        )  # fmt: skip


def kaplan_meier(
    duration: npt.ArrayLike,
    ended: npt.ArrayLike | None = None,
    *,
    weight: npt.ArrayLike | None = None,
    weights: Weights = "frequency",
    entry: npt.ArrayLike | None = None,
    transform: Transform = "log-log",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> SurvivalCurve:
    """Share still there after each time, from durations of which some have not ended yet.

    Who has not left yet, and the case that is still open, count for as long as they were seen; leaving them out would
    make every company look fast and every customer disloyal.

    Parameters
    ----------
    duration : array_like, shape (n,)
        Time from the start until the end, or until last seen; not negative, any unit.
    ended : array_like of bool, shape (n,), optional
        Whether the end was seen (left, answered, resolved); false is censored. By default all ended.
    weight : array_like, shape (n,), optional
        Weight of each row.
    weights : {"frequency", "sampling"}
        What a weight means: so many equal rows, or so many people whom the row speaks for. With sampling weights the
        interval stands on Kish's effective n.
    entry : array_like, shape (n,), optional
        Left truncation: when the row came under observation (customers known only since the books were kept).
    transform : {"log-log", "log", "plain"}
        On which scale the interval is symmetric. Log-log stays within 0 and 1 and covers best at few.
    level : float, default .95
    minimum : int, default 10
        Single figures read from a curve on fewer rows say "too few".

    Returns
    -------
    SurvivalCurve

    Raises
    ------
    ValueError
        If lengths differ, a number is missing or negative, or a row enters after it ended.

    Warns
    -----
    StatisticalWarning
        With left truncation, when an early small risk set ends entirely and drags the whole curve to 0.

    Notes
    -----
    ``S(t) = Π (1 - d_i / Y_i)`` over the times t_i <= t, with d_i ended of Y_i at risk (``entry < t_i <= duration``).
    Greenwood: ``var S = S² V``, ``V = Σ d_i / (Y_i (Y_i - d_i))``. Intervals: log-log ``S ** exp(±z sqrt(V) / ln S)``,
    log ``S exp(±z sqrt(V))``, plain ``S ± z S sqrt(V)``. Where S is 0, V is infinite and there is no interval.

    References
    ----------
    Kaplan and Meier (1958), Journal of the American Statistical Association 53, 457-481; Greenwood (1926);
    Borgan and Liestøl (1990), Scandinavian Journal of Statistics 17, 35-41.

    Examples
    --------
    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> curve = kaplan_meier(weeks, relapse)
    >>> print(curve.at(6).show(4), curve.median().value)
    0.8571 [0.6197, 0.9516] n=21 23.0
    """
    if weights not in get_args(Weights):
        raise ValueError(f"weights must be one of {', '.join(get_args(Weights))}, not {weights!r}")
    if transform not in get_args(Transform):
        raise ValueError(f"transform must be one of {', '.join(get_args(Transform))}, not {transform!r}")
    rows = observe(duration, ended, weight, entry)
    sets = risk_sets(rows)
    remain = sets.at_risk - sets.ended
    survival = np.asarray(np.cumprod(remain / sets.at_risk), dtype=np.float64)
    with np.errstate(divide="ignore"):
        spread = np.cumsum(sets.ended / (sets.at_risk * remain))
    n, stretch = _count(rows, weights)
    low, high, error = _interval(survival, spread * stretch, transform, normal_quantile(level))
    if entry is not None and (remain[:-1] == 0).any():
        warn("an early risk set ended entirely: the curve is 0 from there", StatisticalWarning, stacklevel=2)
    return SurvivalCurve(
        sets.time, survival, low, high, error, sets.ended, sets.at_risk, n,
        float(rows.duration[-1]) if len(rows) else 0.0, transform, level, minimum,
    )  # fmt: skip


def _count(rows: Observations, weights: Weights) -> tuple[float, float]:
    """How many the curve stands on, and by how much that stretches Greenwood's sum."""
    if rows.weight is None or not len(rows):
        return float(len(rows)), 1.0
    total = float(rows.weight.sum())
    if weights == "frequency":
        return total, 1.0
    effective = float(kish_n(total, np.square(rows.weight).sum()))
    return effective, total / effective


def _interval(
    survival: Floats, spread: Floats, transform: Transform, z: float
) -> tuple[Floats, Floats, Floats]:
    """Low and high end and standard error of a curve with Greenwood's sum `spread`."""
    root = np.sqrt(spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = survival * root
        if transform == "log-log":
            factor = np.exp(-z * root / np.log(survival))  # above 1: log S is negative
            low, high = survival**factor, survival ** (1 / factor)
        elif transform == "log":
            low, high = survival * np.exp(-z * root), np.minimum(survival * np.exp(z * root), 1.0)
        else:
            low, high = np.maximum(survival - z * error, 0.0), np.minimum(survival + z * error, 1.0)
    gone = survival == 0
    return np.where(gone, np.nan, low), np.where(gone, np.nan, high), np.where(gone, np.nan, error)
