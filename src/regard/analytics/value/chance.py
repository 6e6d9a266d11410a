"""What one customer may bring: the spread that is that customer's own chance, beside that of the parameters."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regard.analytics.value.clv import with_parameters
from regard.analytics.value.counts import Array
from regard.analytics.value.history import probability_alive
from regard.analytics.value.likelihood import Fit


@dataclass(frozen=True)
class ValueInterval:
    """Bounds for what each of n customers will bring, arrays of shape (n,).

    `low` and `high` hold `level` of the simulated outcomes; `parameter_share` is the part of the variance that comes
    from not knowing the parameters, the rest is the customer's own chance.
    """

    low: Array
    high: Array
    parameter_share: Array
    level: float


def simulate_value(
    purchases: Fit,
    spend: Fit,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    monetary_value: npt.ArrayLike,
    *,
    horizon: float,
    margin: float = 1.0,
    level: float = 0.95,
    draws: int = 1000,
    parameter_draws: int = 40,
    seed: int = 0,
) -> ValueInterval:
    """Simulate what each customer brings within `horizon` (unit of T), undiscounted.

    Parameters
    ----------
    purchases, spend : Fit
        BG/NBD, MBG/NBD or Pareto/NBD; Gamma-Gamma.
    frequency, recency, T, monetary_value : array_like of shape (n,)
        As `rfm_summary` gives them. Memory grows with n times draws: meant for the customers on a page, not for all.
    draws : int
        Simulated futures a customer, spread evenly over `parameter_draws` parameter vectors.

    Returns
    -------
    ValueInterval

    Notes
    -----
    Given history and life, the buying rate is Gamma(r + x, α + T). BG/NBD: dropout Beta(a, b + x) at each purchase;
    Pareto/NBD: dropout at any moment, rate Gamma(s, β + T). Given spend history, the scale of spend is
    Gamma(p x + q, v + x z) and the sum of k purchases Gamma(p k, scale).

    References
    ----------
    Fader, Hardie (2005), A note on deriving the Pareto/NBD model; Fader, Hardie (2013), The Gamma-Gamma model.

    Examples
    --------
    >>> from regard.analytics.value.bgnbd import fit_bgnbd
    >>> from regard.analytics.value.gammagamma import fit_gammagamma
    >>> x, t_x, T, z = [0, 1, 2, 5, 3], [0, 10, 20, 30, 12], [30, 35, 40, 38, 39], [0, 20.0, 31.0, 25.0, 60.0]
    >>> fits = fit_bgnbd(x, t_x, T, weight=[70, 9, 6, 5, 8]), fit_gammagamma(x, z, weight=[70, 9, 6, 5, 8])
    >>> bounds = simulate_value(*fits, x, t_x, T, z, horizon=52.0)
    >>> bool((bounds.low <= bounds.high).all())
    True
    """
    x, t_x, age, z = (
        np.asarray(column, dtype=np.float64) for column in (frequency, recency, T, monetary_value)
    )
    rng = np.random.default_rng(seed)
    counts, money = purchases.draws(parameter_draws, seed), spend.draws(parameter_draws, seed + 1)
    shape = (parameter_draws, max(draws // parameter_draws, 2), len(x))
    alive = probability_alive(with_parameters(purchases, _columns(counts)), x, t_x, age)
    bought = _purchases(purchases.model, _named(purchases, counts), x, age, horizon, shape, rng)
    bought = np.where(rng.random(shape) < alive, bought, 0)
    outcomes = _amounts(_named(spend, money), x, z, bought, rng) * margin
    between = outcomes.mean(axis=1).var(axis=0) - outcomes.var(axis=1, ddof=1).mean(axis=0) / shape[1]
    outcomes = outcomes.reshape(-1, len(x))
    total = outcomes.var(axis=0)
    low, high = np.quantile(outcomes, [(1 - level) / 2, (1 + level) / 2], axis=0)
    share = np.divide(between.clip(min=0.0), total, out=np.zeros_like(total), where=total > 0)
    return ValueInterval(low, high, share.clip(max=1.0), level)


def _named(fit: Fit, drawn: Array) -> dict[str, Array]:
    """Each parameter's draws by its name, shape (parameter_draws, 1, 1)."""
    return dict(zip(fit.params, _columns(drawn), strict=True))


def _columns(drawn: Array) -> Array:
    """Draws by parameter, so that they spread over customers: shape (k, parameter_draws, 1, 1)."""
    return drawn.T[:, :, np.newaxis, np.newaxis]


def _amounts(
    spend: dict[str, Array], x: Array, z: Array, bought: npt.NDArray[np.int64], rng: np.random.Generator
) -> Array:
    """What so many purchases bring."""
    scale = rng.gamma(spend["p"] * x + spend["q"], 1.0 / (spend["v"] + x * z), bought.shape)
    amount = rng.gamma(np.maximum(spend["p"] * bought, 1e-12), 1.0) / scale
    return np.asarray(np.where(bought > 0, amount, 0.0))


def _purchases(
    model: str, drawn: dict[str, Array], x: Array, age: Array, horizon: float, shape: tuple[int, int, int],
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Purchases within the horizon of customers alive now, shape (parameter_draws, draws, n)."""
    rate = rng.gamma(drawn["r"] + x, 1.0 / (drawn["alpha"] + age), shape)
    if model == "Pareto/NBD":
        leaving = rng.gamma(drawn["s"], 1.0 / (drawn["beta"] + age), shape)
        life = rng.exponential(1.0, shape) / np.maximum(leaving, np.finfo(np.float64).tiny)
        return rng.poisson(rate * np.minimum(life, horizon))
    survived = x + (1.0 if model == "MBG/NBD" else 0.0)
    dropout = rng.beta(drawn["a"], drawn["b"] + survived, shape).clip(1e-12, 1.0)
    return np.minimum(rng.poisson(rate * horizon), rng.geometric(dropout))
