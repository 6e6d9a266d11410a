"""What a pain point costs: the future value of those it touches times what it does to their coming back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from regard.analytics.comparisons import benjamini_hochberg
from regard.analytics.estimate import LEVEL, Estimate
from regard.analytics.intervals import normal_quantile

METHOD = "product of effect and value"
VERSION = "1"


def value_at_risk(
    effect: Estimate, future_value: npt.ArrayLike, *, value_error: float = 0.0, level: float = LEVEL
) -> Estimate:
    """Money that an experience puts at risk among the customers it touched.

    Parameters
    ----------
    effect : Estimate
        Effect on coming back, below 0 when it drives customers away. In points (`Effect.estimate`) when
        `future_value` is that of a customer who comes back; as a share (`Effect.relative`) when it is a lifetime
        value, which counts the chance of leaving already.
    future_value : array_like, shape (m,)
        Of each customer touched, in one currency.
    value_error : float, default 0
        Standard error of the *sum* of the values: (total_high - total_low)/3.92 of `lifetime_value`. Errors of single
        customers are not enough, as all share the parameters of one model.
    level : float, default .95

    Returns
    -------
    Estimate
        Money, above 0 when value is lost; n customers touched; without a figure when the effect has none.

    Raises
    ------
    ValueError
        If a value is missing or negative, or the effect has no standard error.

    Notes
    -----
    ``VaR = -effect · V`` with V the sum of the values. Effect and value come from different models and are taken as
    independent: ``var = V² var(effect) + effect² var(V) + var(effect) var(V)`` (Goodman 1960). When valuable customers
    react differently, estimate the effect with the values as `weights`; the product is then ``Σ value · effect``.

    References
    ----------
    Goodman (1960), On the exact variance of products, JASA 55, 708-713.

    Examples
    --------
    >>> effect = Estimate(-0.1, -0.139, -0.061, n=400, standard_error=0.02)
    >>> value_at_risk(effect, [250.0] * 400, value_error=5000).show(0, unit=" EUR")
    '10,000 EUR [5,955, 14,045] n=400'
    """
    values = np.asarray(future_value, dtype=np.float64)
    if not (np.isfinite(values).all() and (values >= 0).all()) or value_error < 0:
        raise ValueError("future values must be numbers, not negative: what customers will bring")
    n = len(values)
    if effect.value is None:
        return Estimate(None, None, None, n, level, METHOD, VERSION)
    if effect.standard_error is None:
        raise ValueError("the effect has no standard error")
    total, error = float(values.sum()), effect.standard_error
    spread = math.sqrt((total * error) ** 2 + (effect.value * value_error) ** 2 + (error * value_error) ** 2)
    value, half = -effect.value * total, normal_quantile(level) * spread
    return Estimate(value, value - half, value + half, n, level, METHOD, VERSION, standard_error=spread)


@dataclass(frozen=True, slots=True)
class PainPoint:
    """A theme, journey step, rated attribute, case cause or broken promise, and what it costs.

    Parameters
    ----------
    name, kind : str
        "late delivery", "promise".
    effect, value_at_risk : Estimate
    p : float or None
        Two-sided, that it costs nothing; after `rank_pain_points` corrected for how many were looked at.
    """

    name: str
    kind: str
    effect: Estimate
    value_at_risk: Estimate
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Pain points in four lists: what costs something, what costs too little to care, what is unclear, too few.

    `costly` is in order of what each costs at least, the others by how many customers they touch.
    """

    costly: tuple[PainPoint, ...]
    too_small: tuple[PainPoint, ...]
    unclear: tuple[PainPoint, ...]
    too_few: tuple[PainPoint, ...]


def rank_pain_points(points: Sequence[PainPoint], *, worth: float = 0.0, level: float = LEVEL) -> Ranking:
    """Put what surely costs most first, and keep apart what is too small or unclear.

    Parameters
    ----------
    points : sequence of PainPoint
        All that were looked at, with value at risk in one currency.
    worth : float, default 0
        The smallest amount worth caring about.
    level : float, default .95
        One minus the false discovery rate among the costly.

    Returns
    -------
    Ranking

    Notes
    -----
    Too few: no figure. Costly: effect and value both surely not 0 (the larger of their p-values, after Benjamini and
    Hochberg's correction), and not too small. Too small: the upper end of the interval lies below `worth`. Unclear: all
    else. The costly are ordered by the *lower* end of their interval, so that neither loudness (many touched, no
    effect) nor a wide interval lifts one above a certain cost.

    Examples
    --------
    >>> def point(name, effect, error, touched):
    ...     estimate = Estimate(effect, None, None, n=touched, standard_error=error)
    ...     return PainPoint(name, "theme", estimate, value_at_risk(estimate, [100.0] * touched))
    >>> loud, quiet = point("packaging", -0.002, 0.004, 9000), point("billing", -0.4, 0.05, 300)
    >>> ranking = rank_pain_points([loud, quiet])
    >>> [one.name for one in ranking.costly], [one.name for one in ranking.unclear]
    (['billing'], ['packaging'])
    """
    tested = _corrected([point for point in points if point.value_at_risk.value is not None])
    lists: dict[str, list[PainPoint]] = {"costly": [], "too_small": [], "unclear": []}
    for point in tested:
        lists[_place(point, worth, 1 - level)].append(point)
    lists["too_few"] = [point for point in points if point.value_at_risk.value is None]
    for name, members in lists.items():
        members.sort(key=_at_least if name == "costly" else _touched, reverse=True)
    return Ranking(**{name: tuple(members) for name, members in lists.items()})


def _corrected(points: list[PainPoint]) -> list[PainPoint]:
    # both must hold: an amount that stands on an effect that may be none would contradict itself
    p_values = [max(_p_value(point.value_at_risk), _p_value(point.effect)) for point in points]
    corrected = benjamini_hochberg(p_values)
    return [replace(point, p=float(p)) for point, p in zip(points, corrected, strict=True)]


def _p_value(estimate: Estimate) -> float:
    """That it is not 0, by the normal approximation."""
    value, error = estimate.value or 0.0, estimate.standard_error or 0.0
    return 2 * float(stats.norm.sf(abs(value) / error)) if error else 1.0


def _place(point: PainPoint, worth: float, alpha: float) -> str:
    cost = point.value_at_risk
    if cost.value is None or cost.high is None or point.p is None:
        return "unclear"
    if cost.high < worth or cost.high <= 0:
        return "too_small"
    return "costly" if cost.value > 0 and point.p < alpha else "unclear"


def _at_least(point: PainPoint) -> float:
    return point.value_at_risk.low or 0.0


def _touched(point: PainPoint) -> float:
    return float(point.value_at_risk.n)
