"""Customer lifetime value: what a customer will still bring, discounted, with an interval."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regard.analytics.value import bgnbd, gammagamma, paretonbd
from regard.analytics.value.counts import Array
from regard.analytics.value.likelihood import Fit

Expect = Callable[[Fit, float, Array, Array, Array], Array]
EXPECT: dict[str, Expect] = {
    "BG/NBD": bgnbd.expected_purchases,
    "MBG/NBD": bgnbd.expected_purchases,
    "Pareto/NBD": paretonbd.expected_purchases,
}


@dataclass(frozen=True)
class LifetimeValue:
    """CLV of n customers over one horizon; arrays of shape (n,), in the currency of the spend model.

    `low` and `high` bound what each customer will really bring in `level` of cases (the customer's own chance);
    `total` with `total_low` and `total_high` bounds the sum over all, for which the parameters' uncertainty matters.
    """

    value: Array
    purchases: Array
    spend: Array
    total: float
    total_low: float
    total_high: float
    level: float


def lifetime_value(
    purchases: Fit,
    spend: Fit,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    monetary_value: npt.ArrayLike,
    *,
    periods: int = 12,
    period_length: float = 52.0 / 12.0,
    discount: float = 0.01,
    margin: float = 1.0,
    level: float = 0.95,
    draws: int = 200,
    seed: int = 0,
) -> LifetimeValue:
    """Expected discounted value over the coming periods.

    Parameters
    ----------
    purchases : Fit
        BG/NBD, MBG/NBD or Pareto/NBD.
    spend : Fit
        Gamma-Gamma.
    frequency, recency, T, monetary_value : array_like of shape (n,)
        As `rfm_summary` gives them; recency and T in the unit the purchase model was fitted in.
    periods : int
        How many periods ahead.
    period_length : float
        Length of a period in the unit of T; 52/12 is a month in weeks.
    discount : float
        Rate per period; .01 is 1 % a month, about 12.7 % a year.
    margin : float
        Share of an amount that is the company's; 1 counts revenue.
    draws : int
        Parameter vectors drawn for the interval of the total.

    Returns
    -------
    LifetimeValue

    Notes
    -----
    Σ over periods of (E[X(t)] − E[X(t − 1)]) · E[spend] · margin / (1 + discount)^t, purchases falling at the end of
    their period. Customers alike in (frequency, recency, T) are evaluated once. The interval of the total comes from
    the models' asymptotic normal distribution, drawn on at most 2,000 distinct customers and scaled.

    References
    ----------
    Fader, Hardie, Lee (2005), RFM and CLV, Journal of Marketing Research 42(4).
    """
    if purchases.model not in EXPECT:
        raise ValueError(f"{purchases.model} says nothing of purchases to come")
    x, t_x, age, z = (
        np.asarray(column, dtype=np.float64) for column in (frequency, recency, T, monetary_value)
    )
    order = _distinct(x, t_x, age)
    weights = _weights(periods, discount)
    counts = _discounted(
        purchases, x[order.first], t_x[order.first], age[order.first], period_length, weights
    )
    each = gammagamma.expected_spend(spend, x, z) * margin
    value = counts[order.inverse] * each
    low, high = _total_interval(
        purchases, spend, (x, t_x, age, z), value, period_length, weights, margin, level, draws, seed
    )
    return LifetimeValue(value, counts[order.inverse], each, float(value.sum()), low, high, level)


@dataclass(frozen=True)
class _Order:
    first: npt.NDArray[np.int64]
    inverse: npt.NDArray[np.int64]


def _distinct(x: Array, t_x: Array, age: Array) -> _Order:
    from regard.analytics.value.counts import pack_rows

    _, first, inverse = np.unique(pack_rows(x, t_x, age), return_index=True, return_inverse=True)
    return _Order(first, inverse.ravel())


def _weights(periods: int, discount: float) -> Array:
    """What one more expected purchase by the end of each period adds: Abel summation of the discounts."""
    factors = (1.0 + discount) ** -np.arange(1.0, periods + 1.0)
    return np.asarray(factors - np.append(factors[1:], 0.0))


def _discounted(fit: Fit, x: Array, t_x: Array, age: Array, length: float, weights: Array) -> Array:
    expect = EXPECT[fit.model]
    total = np.zeros_like(x)
    for period, weight in enumerate(weights, start=1):
        total += weight * expect(fit, period * length, x, t_x, age)
    return total


def _total_interval(
    purchases: Fit,
    spend: Fit,
    rows: tuple[Array, Array, Array, Array],
    value: Array,
    length: float,
    weights: Array,
    margin: float,
    level: float,
    draws: int,
    seed: int,
) -> tuple[float, float]:
    """The total under drawn parameters, relative to the estimate, on a sample of customers."""
    rng = np.random.default_rng(seed)
    n = len(value)
    chosen = rng.choice(n, 2000, replace=False) if n > 2000 else np.arange(n)
    x, t_x, age, z = (column[chosen] for column in rows)
    base = value[chosen].sum()
    if not base > 0:
        return float(value.sum()), float(value.sum())
    ratios = []
    for counts, money in zip(purchases.draws(draws, seed), spend.draws(draws, seed + 1), strict=True):
        drawn = _discounted(_with(purchases, counts), x, t_x, age, length, weights)
        ratios.append((drawn * gammagamma.expected_spend(_with(spend, money), x, z) * margin).sum() / base)
    low, high = np.nanquantile(ratios, [(1 - level) / 2, (1 + level) / 2]) * value.sum()
    return float(low), float(high)


def _with(fit: Fit, values: Array) -> Fit:
    from dataclasses import replace

    return replace(fit, params=dict(zip(fit.params, map(float, values), strict=True)))
