"""Pareto/NBD: buying while alive, dropping out at any moment."""

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from regard.analytics.value.counts import Array, Counts, count_equal
from regard.analytics.value.likelihood import BLOCK, Fit, maximise, unknown_spread

NAMES = ("r", "alpha", "s", "beta")
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(16)
SAMPLE = 4000  # rows for a first, rough search where there are many


def fit_paretonbd(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
) -> Fit:
    """Fit the Pareto / negative binomial model by maximum likelihood.

    Customers buy at random at their own rate (gamma: shape `r`, rate `alpha`) and live for a time of their own
    (exponential, its rate gamma: shape `s`, rate `beta`).

    Parameters
    ----------
    frequency, recency, T : array_like of shape (n,)
        As for `fit_bgnbd`; recency and T in one unit.
    weight : array_like of shape (n,), optional
        Customers that each row stands for.

    Returns
    -------
    Fit
        `params` r, alpha, s, beta (alpha and beta in the unit of T).

    Raises
    ------
    ValueError
        If the rows contradict themselves (see `count_equal`) or nobody bought again.

    Notes
    -----
    The likelihood's integral over the moment of dropping out,
    ∫ (α + y)^−(r+x) (β + y)^−(s+1) dy from t_x to T, is taken by 16-point Gauss–Legendre quadrature in a variable that
    takes out the integrand's own exponential decay in ln(α + y); its gradient likewise. This replaces the
    hypergeometric functions of the closed form, which cost more and overflow for frequent buyers.

    References
    ----------
    Schmittlein, Morrison, Colombo (1987), Counting Your Customers, Management Science 33(1).
    Fader, Hardie (2005), A note on deriving the Pareto/NBD model and related expressions.

    Examples
    --------
    >>> fit = fit_paretonbd([0, 1, 2, 5, 3], [0, 10, 20, 30, 12], [30, 35, 40, 38, 39], weight=[70, 9, 6, 5, 8])
    >>> sorted(fit.params)
    ['alpha', 'beta', 'r', 's']
    """
    counts = count_equal(frequency, recency, T, weight)
    if not (counts.frequency > 0).any():
        raise ValueError("nobody bought again: there is nothing to fit")
    mean_T = float(np.average(counts.T, weights=counts.weight))
    start = [0.5, 0.3 * mean_T, 0.5, 0.3 * mean_T]
    if len(counts.T) > 4 * SAMPLE:
        start = _rough(counts, start)
    return maximise("Pareto/NBD", NAMES, _Likelihood(counts), start, counts.n, _explain)


def _rough(counts: Counts, start: list[float]) -> list[float]:
    """Where the search may begin: the estimates from an even sample of the rows."""
    chosen = np.random.default_rng(0).choice(
        len(counts.T), SAMPLE, replace=False, p=counts.weight / counts.weight.sum()
    )
    few = Counts(counts.frequency[chosen], counts.recency[chosen], counts.T[chosen], np.ones(SAMPLE))
    from scipy.optimize import minimize

    likelihood = _Likelihood(few)
    found = minimize(
        lambda theta: tuple(-part / SAMPLE for part in likelihood(theta)),
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-12.0, 12.0)] * 4,
    )
    return [float(value) for value in np.exp(found.x)]


def _explain(params: dict[str, float], errors: dict[str, float]) -> str:
    if unknown_spread(params["s"], 0.0, errors["s"]):
        rate = params["s"] / params["beta"]
        return (
            f"The dropout rate is identified ({rate:.4g} per unit of time), its spread over customers is not."
        )
    if params["s"] / params["beta"] < 1e-5:
        return "Hardly anybody drops out in these data: s and beta are not identified."
    return ""


class _Likelihood:
    """The log-likelihood with its gradient."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.x, index = np.unique(counts.frequency, return_inverse=True)
        self.x_weight = np.bincount(index.ravel(), weights=counts.weight)

    def __call__(self, theta: Array) -> tuple[float, Array]:
        r, alpha, s, beta = np.exp(theta)
        w, x = self.x_weight, self.x
        n = self.counts.n
        value = np.dot(w, gammaln(r + x) - gammaln(r)) + n * (r * np.log(alpha) + s * np.log(beta))
        gradient = np.array(
            [
                np.dot(w, digamma(r + x) - digamma(r)) + n * np.log(alpha),
                n * r / alpha,
                n * np.log(beta),
                n * s / beta,
            ]
        )
        for begin in range(0, len(self.counts.T), BLOCK):
            part = self._block(slice(begin, begin + BLOCK), r, alpha, s, beta)
            value += part[0]
            gradient += part[1]
        return float(value), gradient * np.array([r, alpha, s, beta])

    def _block(self, rows: slice, r: float, alpha: float, s: float, beta: float) -> tuple[float, Array]:
        """What some rows add by their own recency and T."""
        x, t_x, age, weight = (
            column[rows]
            for column in (self.counts.frequency, self.counts.recency, self.counts.T, self.counts.weight)
        )
        alive, gone, moments = _parts(r, alpha, s, beta, x, t_x, age)
        both = np.logaddexp(alive, gone)
        stays = weight * np.exp(alive - both)
        left = weight - stays
        gradient = [
            -np.dot(stays, np.log(alpha + age)) - np.dot(left, moments[0]),
            -np.dot(stays, (r + x) / (alpha + age)) - np.dot(left, (r + x) * moments[1]),
            -np.dot(stays, np.log(beta + age)) + np.dot(left, 1.0 / s - moments[2]),
            -np.dot(stays, s / (beta + age)) - np.dot(left, (s + 1.0) * moments[3]),
        ]
        return float(np.dot(weight, both)), np.array(gradient)


def _parts(
    r: float, alpha: float, s: float, beta: float, x: Array, t_x: Array, age: Array
) -> tuple[Array, Array, tuple[Array, Array, Array, Array]]:
    """ln of the alive term, ln of the dropped-out integral, and under that integral the means of
    ln(α+y), 1/(α+y), ln(β+y), 1/(β+y)."""
    alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    # integrate over ln(nearest + y): of the two factors, the one that falls faster shapes the integrand
    nearest = np.where((r + x) / (alpha + t_x) > (s + 1.0) / (beta + t_x), alpha, beta)
    log_since = np.log(nearest + t_x)
    span = np.log(nearest + age) - log_since
    first = log_since - (r + x) * np.log(alpha + t_x) - (s + 1.0) * np.log(beta + t_x)
    last = log_since + span - (r + x) * np.log(alpha + age) - (s + 1.0) * np.log(beta + age)
    with np.errstate(invalid="ignore"):
        # 0.4 of the mean decay: measured against the closed form, the full decay leaves a steeper rest at the far end
        decay = 0.4 * (first - last) / span
    decay = np.where(np.abs(decay) > 1e-6, decay, 1e-6)  # also where t_x = T and the span is 0
    width = -np.expm1(-decay * span) / decay
    total = np.zeros_like(alive)
    sums = [np.zeros_like(alive) for _ in range(4)]
    for node, node_weight in zip(NODES, NODE_WEIGHTS, strict=True):
        forward = -np.log1p(-decay * (width * ((node + 1.0) / 2.0))) / decay
        log_y = log_since + forward
        y = np.exp(log_y)
        y_alpha, y_beta = y + (alpha - nearest), y + (beta - nearest)
        log_alpha, log_beta = np.log(y_alpha), np.log(y_beta)
        density = node_weight * np.exp(
            log_y - (r + x) * log_alpha - (s + 1.0) * log_beta - first + decay * forward
        )
        total += density
        for place, values in enumerate((log_alpha, 1.0 / y_alpha, log_beta, 1.0 / y_beta)):
            sums[place] += density * values
    with np.errstate(divide="ignore"):
        gone = np.log(s) + first + np.log(width / 2.0) + np.log(total)
    return alive, gone, (sums[0] / total, sums[1] / total, sums[2] / total, sums[3] / total)


def probability_alive(
    fit: Fit, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """P(still a customer | history) under a fitted Pareto/NBD, shape of the broadcast inputs."""
    x, t_x, age = np.broadcast_arrays(
        *(np.asarray(column, dtype=np.float64) for column in (frequency, recency, T))
    )
    alive, gone, _ = _parts(fit["r"], fit["alpha"], fit["s"], fit["beta"], x, t_x, age)
    return np.asarray(np.exp(alive - np.logaddexp(alive, gone)))


def expected_purchases(
    fit: Fit, t: npt.ArrayLike, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Expected purchases in the next `t` (unit of T) given a customer's history, under a fitted Pareto/NBD.

    References
    ----------
    Schmittlein, Morrison, Colombo (1987), equation 22.
    """
    return np.asarray(
        probability_alive(fit, frequency, recency, T) * purchases_if_alive(fit, t, frequency, T)
    )


def purchases_if_alive(
    fit: Fit, t: npt.ArrayLike, frequency: npt.ArrayLike, T: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Expected purchases in the next `t` of a customer known to be alive now; recency does not matter then."""
    x, age, ahead = (np.asarray(column, dtype=np.float64) for column in (frequency, T, t))
    lived = _expected_life(fit["s"], fit["beta"] + age, ahead)
    return np.asarray((fit["r"] + x) / (fit["alpha"] + age) * lived)


def expected_purchases_of_new(fit: Fit, t: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Expected repeat purchases of a random new customer in the first `t`."""
    lived = _expected_life(fit["s"], np.asarray(fit["beta"]), np.asarray(t, dtype=np.float64))
    return np.asarray(fit["r"] / fit["alpha"] * lived)


def _expected_life(s: float, rate: Array, ahead: Array) -> Array:
    """E[time alive within `ahead`] of a customer alive now whose dropout rate is gamma(s, rate)."""
    grown = np.log1p(ahead / rate)
    if abs(s - 1.0) < 1e-9:
        return np.asarray(rate * grown)
    return np.asarray(rate * -np.expm1((1.0 - s) * grown) / (s - 1.0))
