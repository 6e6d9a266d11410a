"""Where a process changed for some and not for others: did they move apart, beyond how they moved before?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from regard.analytics.effects.regression import Regression, regress_clustered
from regard.analytics.estimate import LEVEL, Estimate, Floats
from regard.analytics.warnings import StatisticalWarning, warn

METHOD = "difference-in-differences, clustered"
VERSION = "1"
FEW_CLUSTERS = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed where the process changed, beyond what changed elsewhere.

    Parameters
    ----------
    effect : Estimate
        In the outcome's unit; n counts clusters.
    by_period : dict of float to Estimate
        Event study: each period but the last before the change, against that one. Before the change they should be 0.
    pre_trend_p : float or None
        That the groups moved alike before; None with a single period before.
    parallel : bool or None
        Whether nothing speaks against it at the 5 % level; None when it cannot be checked.
    """

    effect: Estimate
    by_period: dict[float, Estimate]
    pre_trend_p: float | None
    parallel: bool | None


def difference_in_differences(
    outcome: npt.ArrayLike, changed: npt.ArrayLike, period: npt.ArrayLike, *, start: float, clusters: npt.ArrayLike,
    level: float = LEVEL,
) -> Difference:  # fmt: skip
    """Effect of a change that some got and others did not.

    Parameters
    ----------
    outcome : array_like, shape (n,)
        One row a customer, order or shop and period; 0/1 or any number.
    changed : array_like of bool, shape (n,)
        Whether the row belongs to the group that got the change, before it as well as after.
    period : array_like, shape (n,)
        Numbers, such as 0, 1, 2 for months.
    start : float
        First period with the change.
    clusters : array_like, shape (n,)
        What the change was decided by (shops, regions), or customers when it was decided for each.
    level : float, default .95

    Returns
    -------
    Difference

    Raises
    ------
    ValueError
        If either group lacks rows before or after the change, or in one of the periods.

    Warns
    -----
    StatisticalWarning
        When the groups moved apart before the change already; when that cannot be checked; with fewer than ten
        clusters on either side, where clustered errors are too small.

    Notes
    -----
    Least squares of the outcome on group, each period, and group × after; its last coefficient is the effect. Errors
    are clustered (CR1), with t on G − 1 degrees of freedom. The event study has group × each period; the coefficients
    before the change are tested together (Wald F on G − 1).

    References
    ----------
    Liang and Zeger (1986), Biometrika 73, 13-22; Bertrand, Duflo, Mullainathan (2004), Quarterly Journal of Economics
    119, 249-275.

    Examples
    --------
    >>> shop, month = np.repeat(np.arange(40), 6), np.tile(np.arange(6), 40)
    >>> got_it, noise = shop < 20, np.random.default_rng(1).normal(size=240)
    >>> found = difference_in_differences(
    ...     3 * got_it + 0.5 * month - 2.0 * (got_it & (month >= 4)) + noise, got_it, month, start=4, clusters=shop
    ... )
    >>> found.effect.low < -2 < found.effect.high, found.parallel
    (True, True)
    """
    y = np.asarray(outcome, dtype=np.float64)
    group = np.asarray(changed).astype(bool)
    when = np.asarray(period, dtype=np.float64)
    owner = np.asarray(clusters)
    if not len(y) == len(group) == len(when) == len(owner):
        raise ValueError("outcome, changed, period and clusters must have one length")
    periods = np.unique(when)
    if not periods[0] < start <= periods[-1]:
        raise ValueError("there must be periods before and after the change")
    if any(len(np.unique(group[when == one])) < 2 for one in periods):
        raise ValueError("both groups must have rows in each period")
    _warn_of_few_clusters(group, owner)
    base = np.column_stack([np.ones(len(y)), group, *(when == one for one in periods[1:])]).astype(np.float64)
    both = np.column_stack([base, group & (when >= start)]).astype(np.float64)
    fit = regress_clustered(both, y, owner)
    n = len(np.unique(owner))
    effect = coefficient(fit, np.eye(both.shape[1])[-1], n, level, METHOD)
    by_period, p = _event_study(base, (y, group, when, owner), periods, start, level)
    _warn_of_trend(p)
    return Difference(effect, by_period, p, None if p is None else p >= 0.05)


def coefficient(fit: Regression, contrast: Floats, n: int, level: float, method: str) -> Estimate:
    """A linear combination of coefficients with its t interval."""
    value = float(contrast @ fit.coefficients)
    error = float(np.sqrt(contrast @ fit.covariance @ contrast))
    half = float(stats.t.ppf(0.5 + level / 2, fit.degrees)) * error
    return Estimate(value, value - half, value + half, n, level, method, VERSION, standard_error=error)


def _event_study(
    base: Floats,
    rows: tuple[Floats, npt.NDArray[np.bool_], Floats, npt.NDArray[np.generic]],
    periods: Floats,
    start: float,
    level: float,
) -> tuple[dict[float, Estimate], float | None]:
    y, group, when, owner = rows
    last_before = periods[periods < start][-1]
    others = periods[periods != last_before]
    x = np.column_stack([base, *(group & (when == one) for one in others)]).astype(np.float64)
    fit, n = regress_clustered(x, y, owner), len(np.unique(owner))
    contrasts = np.eye(x.shape[1])[-len(others) :]
    found = {
        float(one): coefficient(fit, contrast, n, level, METHOD)
        for one, contrast in zip(others, contrasts, strict=True)
    }
    return found, _all_zero(fit, contrasts[others < start])


def _all_zero(fit: Regression, contrasts: Floats) -> float | None:
    """p of the Wald F test that all the combinations are 0; None of none."""
    q = len(contrasts)
    if q == 0 or q > fit.degrees:
        return None
    values = contrasts @ fit.coefficients
    spread = contrasts @ fit.covariance @ contrasts.T
    f = float(values @ np.linalg.pinv(spread) @ values) / q
    return float(stats.f.sf(f, q, fit.degrees))


def _warn_of_few_clusters(group: npt.NDArray[np.bool_], owner: npt.NDArray[np.generic]) -> None:
    fewest = min(len(np.unique(owner[group])), len(np.unique(owner[~group])))
    if fewest < FEW_CLUSTERS:
        message = f"only {fewest} clusters on one side: the interval is too narrow"
        warn(message, StatisticalWarning, stacklevel=3)


def _warn_of_trend(p: float | None) -> None:
    if p is None:
        message = "a single period before the change: whether the groups moved alike cannot be checked"
        warn(message, StatisticalWarning, stacklevel=3)
    elif p < 0.05:
        message = (
            f"the groups moved apart before the change already (p = {p:.3f}): not the effect of the change"
        )
        warn(message, StatisticalWarning, stacklevel=3)
