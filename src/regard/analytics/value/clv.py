"""Customer lifetime value: what a customer will still bring, discounted, with an interval."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from regard.analytics.value import gammagamma
from regard.analytics.value.counts import Array, distinct_rows
from regard.analytics.value.history import model_of, probability_alive
from regard.analytics.value.likelihood import Fit


@dataclass(frozen=True)
class LifetimeValue:
    """CLV of n customers over one horizon; arrays of shape (n,), in the currency of the spend model.

    `total_low` and `total_high` bound the sum over all customers: there each customer's own chance averages out and the
    uncertainty of the parameters remains; nan where the data leave them too open to say. `simulate_value` is about one
    customer, where chance rules.
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

    Raises
    ------
    ValueError
        If the purchase model is none of the three.

    Notes
    -----
    Σ over periods of (E[X(t)] − E[X(t − 1)]) · E[spend] · margin / (1 + discount)^t, purchases falling at the end of
    their period. Customers alike in (frequency, recency, T) are evaluated once. The interval of the total comes from
    the models' asymptotic normal distribution, drawn on at most 2,000 distinct customers and scaled.

    References
    ----------
    Fader, Hardie, Lee (2005), RFM and CLV, Journal of Marketing Research 42(4).

    Examples
    --------
    >>> from regard.analytics.value.bgnbd import fit_bgnbd
    >>> from regard.analytics.value.gammagamma import fit_gammagamma
    >>> x, t_x, T, z = [0, 1, 2, 5, 3], [0, 10, 20, 30, 12], [30, 35, 40, 38, 39], [0, 20.0, 31.0, 25.0, 60.0]
    >>> purchases = fit_bgnbd(x, t_x, T, weight=[70, 9, 6, 5, 8])
    >>> worth = lifetime_value(purchases, fit_gammagamma(x, z, weight=[70, 9, 6, 5, 8]), x, t_x, T, z)
    >>> worth.value.shape
    (5,)
    """
    x, t_x, age, z = (
        np.asarray(column, dtype=np.float64) for column in (frequency, recency, T, monetary_value)
    )
    weights = _weights(periods, discount)
    counts = _discounted(purchases, x, t_x, age, period_length, weights)
    each = gammagamma.expected_spend(spend, x, z) * margin
    value = counts * each

    def total_share(drawn_purchases: Fit, drawn_spend: Fit, chosen: npt.NDArray[np.int64]) -> float:
        drawn = _discounted(drawn_purchases, x[chosen], t_x[chosen], age[chosen], period_length, weights)
        money = gammagamma.expected_spend(drawn_spend, x[chosen], z[chosen]) * margin
        return float((drawn * money).sum() / value[chosen].sum())

    total = float(value.sum())
    low, high = total, total
    if total > 0 and draws:
        chosen = _sample(len(value), seed)
        shares = np.array([total_share(*pair, chosen) for pair in _drawn(purchases, spend, draws, seed)])
        shares = shares[np.isfinite(shares) & (shares >= 0)]  # far from the estimate the series break down
        low, high = (
            np.quantile(shares, [(1 - level) / 2, (1 + level) / 2]) * total
            if len(shares) > draws / 2
            else (np.nan, np.nan)
        )
    return LifetimeValue(value, counts, each, total, float(low), float(high), level)


def _sample(n: int, seed: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(seed).choice(n, 2000, replace=False) if n > 2000 else np.arange(n)


def _drawn(purchases: Fit, spend: Fit, draws: int, seed: int) -> list[tuple[Fit, Fit]]:
    """Both models with parameters drawn from their estimates' distribution."""
    return [
        (with_parameters(purchases, counts), with_parameters(spend, money))
        for counts, money in zip(purchases.draws(draws, seed), spend.draws(draws, seed + 1), strict=True)
    ]


def with_parameters(fit: Fit, values: Array) -> Fit:
    """The same model with other parameters, as `Fit.draws` gives them; each may be an array that spreads over rows."""
    return replace(fit, params=dict(zip(fit.params, values, strict=True)))


def _weights(periods: int, discount: float) -> Array:
    """What one more expected purchase by the end of each period adds: Abel summation of the discounts."""
    factors = (1.0 + discount) ** -np.arange(1.0, periods + 1.0)
    return np.asarray(factors - np.append(factors[1:], 0.0))


def _discounted(fit: Fit, x: Array, t_x: Array, age: Array, length: float, weights: Array) -> Array:
    """Discounted expected purchases. Given life, they depend on x and T alone: few distinct pairs."""
    model = model_of(fit)
    first, inverse = distinct_rows(x, age)
    if_alive = np.zeros(len(first))
    for period, weight in enumerate(weights, start=1):
        if_alive += weight * model.purchases_if_alive(fit, period * length, x[first], age[first])
    return np.asarray(_alive(fit, x, t_x, age) * if_alive[inverse])


def _alive(fit: Fit, x: Array, t_x: Array, age: Array) -> Array:
    first, inverse = distinct_rows(x, t_x, age)
    return np.asarray(probability_alive(fit, x[first], t_x[first], age[first])[inverse])
