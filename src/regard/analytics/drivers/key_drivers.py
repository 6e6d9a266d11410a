"""Key drivers: how much of an overall score each rated part carries, with bootstrap intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.analytics.drivers.lmg import MOST, lmg
from regard.analytics.drivers.relative_weights import relative_weights
from regard.analytics.drivers.resampling import Rows, complete_rows
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Estimates, Floats, Interval, assemble
from regard.analytics.intervals import kish_n
from regard.analytics.warnings import StatisticalWarning, warn

VERSION = "1"
Method = Literal["auto", "lmg", "relative weights"]
ROWS_PER_DRIVER = 10


@dataclass(frozen=True)
class KeyDrivers:
    """How an outcome's explained variance is divided among its drivers.

    Attributes
    ----------
    r_squared : Estimate
        Share of the outcome's variance that the drivers explain together.
    parts : Estimates
        One a driver (column `driver` of the groups): its part of R²; they add up to `r_squared`.
    shares : Estimates
        The same as shares of what is explained; they add up to 1.
    correlations : ndarray, shape (p,)
        Of each driver with the outcome: parts have no sign, this has.
    left_out : int
        Rows not counted because a value was missing.
    """

    r_squared: Estimate
    parts: Estimates
    shares: Estimates
    correlations: Floats
    left_out: int


def key_drivers(
    ratings: npt.ArrayLike,
    outcome: npt.ArrayLike,
    names: Sequence[str],
    *,
    weight: npt.ArrayLike | None = None,
    method: Method = "auto",
    resamples: int = 500,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
    seed: int = 0,
) -> KeyDrivers:
    """Divide what drivers explain of an outcome among them, with intervals from resampled rows.

    Parameters
    ----------
    ratings : array_like, shape (n, p)
        One row a respondent, one column a driver; nan is missing, and its row is left out.
    outcome : array_like, shape (n,)
        The overall score (a score, or 0 and 1).
    names : sequence of str, length p
    weight : array_like, shape (n,), optional
        Sampling weights; n is then Kish's effective n.
    method : {"auto", "lmg", "relative weights"}
        LMG up to 20 drivers, relative weights beyond, unless named.
    resamples, seed : int
        Of the bootstrap; the same seed gives the same interval.
    level : float, default .95
    minimum : int, default 10
        Fewer complete rows, or no more of them than drivers and one: "too few".

    Returns
    -------
    KeyDrivers

    Raises
    ------
    ValueError
        If shapes do not fit, names repeat, or there are too many drivers for LMG.

    Warns
    -----
    StatisticalWarning
        With fewer than ten rows a driver (R² is then flattered), or when most rows were left out.

    Notes
    -----
    Percentile bootstrap over rows (beyond 100,000 over 5,000 random blocks of them), widened to hold the value. A part
    is never negative, so its interval never reaches 0: it cannot say that a driver has no effect at all.

    References
    ----------
    Grömping (2006), Journal of Statistical Software 17(1); Johnson (2000), Multivariate Behavioral Research 35(1).

    Examples
    --------
    >>> draw = np.random.default_rng(0)
    >>> ratings = draw.normal(size=(400, 2))
    >>> found = key_drivers(ratings, ratings @ [0.8, 0.2] + draw.normal(size=400), ["speed", "care"])
    >>> print(found.shares.by_group()[("speed",)].show(2))
    0.85 [0.77, 0.92] n=400
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}, not {method!r}")
    drivers = np.asarray(ratings, dtype=np.float64)
    if drivers.ndim != 2 or drivers.shape[1] != len(names) or not len(names):
        raise ValueError("ratings must have one column for each of the names")
    if len(set(names)) != len(names):
        raise ValueError("names of drivers must differ")
    whole = np.asarray(outcome, dtype=np.float64)
    if whole.shape != (len(drivers),):
        raise ValueError("outcome must be one number a row")
    chosen = method if method != "auto" else "lmg" if len(names) <= MOST else "relative weights"
    rows = complete_rows(np.column_stack((drivers, whole)), weight)
    left_out = len(drivers) - len(rows.weight)
    n = float(kish_n(rows.weight.sum(), np.square(rows.weight).sum()))
    enough = n >= max(minimum, len(names) + 2)
    _warn(n, len(names), left_out, enough)
    covariance = rows.covariance() if enough else np.full((len(names) + 1,) * 2, np.nan)
    value, again = _parts(rows, covariance, chosen, resamples if enough else 0, seed)

    def estimates(figures: Sequence[str], value: Floats, again: Floats) -> Estimates:
        interval = _interval(value, again, level, f"{chosen}, bootstrap")
        table, each = pa.table({"driver": list(figures)}), np.full(len(figures), n)
        return assemble(table, ["driver"], interval, each, level=level, version=VERSION, minimum=0)

    return KeyDrivers(
        estimates(["all"], value.sum(keepdims=True), again.sum(axis=1, keepdims=True))[0],
        estimates(names, value, again),
        estimates(names, _shared(value), _shared(again)),
        _correlations(covariance),
        left_out,
    )


def _parts(rows: Rows, covariance: Floats, method: str, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Parts of R², and those of each resample; nan and none of a covariance that is not known."""
    divide = lmg if method == "lmg" else relative_weights
    size = len(covariance) - 1
    value = divide(covariance) if np.isfinite(covariance).all() else np.full(size, np.nan)
    return value, divide(rows.resampled(resamples, seed)) if resamples else np.empty((0, size))


def _correlations(covariance: Floats) -> Floats:
    """Of each driver with the outcome; nan where either does not vary."""
    deviation = np.sqrt(np.diagonal(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(covariance[-1, :-1] / (deviation[:-1] * deviation[-1]), dtype=np.float64)


def _shared(parts: Floats) -> Floats:
    """Parts as shares of their sum; nan where nothing is explained."""
    total = parts.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(parts, total, out=np.full_like(parts, np.nan), where=total > 0)
    return shares


def _interval(value: Floats, again: Floats, level: float, method: str) -> Interval:
    """Percentile interval of resampled values, shape (resamples, figures), widened to hold the value."""
    again = again[np.isfinite(again).all(axis=1)]
    if len(again) < 2:
        unknown = np.full(len(value), np.nan)
        return Interval(value, unknown, unknown, unknown, method)
    low, high = np.quantile(again, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    error = again.std(axis=0, ddof=1)
    return Interval(value, np.minimum(low, value), np.maximum(high, value), error, method)


def _warn(n: float, drivers: int, left_out: int, enough: bool) -> None:
    if enough and n < ROWS_PER_DRIVER * drivers:
        warn(f"{n:.0f} rows for {drivers} drivers: R² is flattered", StatisticalWarning, stacklevel=3)
    if left_out > n:
        warn(f"{left_out} rows were left out for missing values", StatisticalWarning, stacklevel=3)
