"""BG/BB: buying or not at each of a few occasions, possibly dropping out between them."""

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, gammaln, logsumexp

from regard.analytics.value.counts import Array, Counts, count_equal
from regard.analytics.value.likelihood import Fit, maximise

NAMES = ("alpha", "beta", "gamma", "delta")


def fit_bgbb(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
) -> Fit:
    """Fit the beta-geometric / beta-Bernoulli model by maximum likelihood.

    At each occasion (a yearly appeal, a monthly order) a living customer buys with a probability of their own (beta:
    `alpha`, `beta`) and dies before the next with another (beta: `gamma`, `delta`).

    Parameters
    ----------
    frequency : array_like of int, shape (n,)
        Occasions at which the customer bought, after the first purchase.
    recency : array_like of int, shape (n,)
        The last occasion at which the customer bought; 0 if none.
    periods : array_like of int, shape (n,)
        Occasions that there were.
    weight : array_like of shape (n,), optional
        Customers that each row stands for.

    Returns
    -------
    Fit
        `params` alpha, beta, gamma, delta.

    Raises
    ------
    ValueError
        If the rows contradict themselves: frequency must not exceed recency, nor recency the periods.

    References
    ----------
    Fader, Hardie, Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing Science
    29(6), equation 4.

    Examples
    --------
    >>> fit = fit_bgbb([0, 1, 2, 3, 1], [0, 1, 3, 3, 3], [3, 3, 3, 3, 3], weight=[50, 20, 12, 9, 6])
    >>> fit.n
    97.0
    """
    counts = count_equal(frequency, recency, periods, weight)
    if (counts.frequency > counts.recency).any():
        raise ValueError("frequency must not exceed recency: one purchase an occasion")
    return maximise("BG/BB", NAMES, _Likelihood(counts), (1.0, 1.0, 1.0, 1.0), counts.n)


class _Likelihood:
    """The log-likelihood with its gradient: for each row, alive to the end or gone after occasion t_x + i."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        x, t_x, n = counts.frequency[:, None], counts.recency[:, None], counts.T[:, None]
        steps = np.arange(int((n - t_x).max()) + 1)[None, :]
        self.possible = steps <= n - t_x  # the last step of a row is being alive to the end
        self.alive = steps == n - t_x
        self.x = x
        self.misses = np.where(self.possible, t_x - x + steps, 0.0)
        self.age = np.where(self.possible, t_x + steps, 0.0)

    def terms(self, params: Array) -> Array:
        """ln of each possible course, shape (rows, steps); −inf where impossible."""
        alpha, beta, gamma, delta = params
        dies = np.where(self.alive, 0.0, 1.0)
        courses = (
            betaln(alpha + self.x, beta + self.misses)
            - betaln(alpha, beta)
            + betaln(gamma + dies, delta + self.age)
            - betaln(gamma, delta)
        )
        return np.asarray(np.where(self.possible, courses, -np.inf))

    def __call__(self, theta: Array) -> tuple[float, Array]:
        params = np.exp(theta)
        alpha, beta, gamma, delta = params
        courses = self.terms(params)
        both = logsumexp(courses, axis=1)
        share = self.counts.weight[:, None] * np.exp(courses - both[:, None])
        dies = np.where(self.alive, 0.0, 1.0)
        bought = digamma(alpha + beta + self.x + self.misses)
        died = digamma(gamma + delta + dies + self.age)
        first, second = digamma(alpha + beta), digamma(gamma + delta)
        gradient = [
            np.sum(share * (digamma(alpha + self.x) - bought + first - digamma(alpha))),
            np.sum(share * (digamma(beta + self.misses) - bought + first - digamma(beta))),
            np.sum(share * (digamma(gamma + dies) - died + second - digamma(gamma))),
            np.sum(share * (digamma(delta + self.age) - died + second - digamma(delta))),
        ]
        return float(np.dot(self.counts.weight, both)), np.array(gradient) * params


def _log_likelihood_of_rows(fit: Fit, x: Array, t_x: Array, n: Array) -> Array:
    rows = Counts(x, t_x, n, np.ones_like(x))
    return np.asarray(logsumexp(_Likelihood(rows).terms(np.array(list(fit.params.values()))), axis=1))


def probability_alive(
    fit: Fit, frequency: npt.ArrayLike, recency: npt.ArrayLike, periods: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """P(alive at the occasion after the last observed | history) under a fitted BG/BB, shape (n,)."""
    x, t_x, n = (
        np.atleast_1d(np.asarray(column, dtype=np.float64)) for column in (frequency, recency, periods)
    )
    alpha, beta, gamma, delta = (fit[name] for name in NAMES)
    log_alive = betaln(alpha + x, beta + n - x) - betaln(alpha, beta)
    log_alive += betaln(gamma, delta + n + 1.0) - betaln(gamma, delta)
    return np.asarray(np.exp(log_alive - _log_likelihood_of_rows(fit, x, t_x, n)))


def expected_purchases(
    fit: Fit, occasions: int, frequency: npt.ArrayLike, recency: npt.ArrayLike, periods: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Expected purchases at the next `occasions` given a customer's history, under a fitted BG/BB, shape (n,).

    References
    ----------
    Fader, Hardie, Shang (2010), equation 13.
    """
    x, t_x, n = (
        np.atleast_1d(np.asarray(column, dtype=np.float64)) for column in (frequency, recency, periods)
    )
    alpha, beta, gamma, delta = (fit[name] for name in NAMES)
    buys = (
        betaln(alpha + x + 1.0, beta + n - x) - betaln(alpha, beta) - _log_likelihood_of_rows(fit, x, t_x, n)
    )
    # Σ over the coming occasions of P(alive then): B(γ, δ + n + i) / B(γ, δ)
    coming = np.arange(1.0, occasions + 1.0)
    lives = betaln(gamma, delta + n[:, None] + coming[None, :]) - betaln(gamma, delta)
    return np.asarray(np.exp(buys) * np.exp(lives).sum(axis=1))


def expected_purchases_of_new(fit: Fit, occasions: int) -> float:
    """Expected purchases of a random new customer at the first `occasions`."""
    alpha, beta, gamma, delta = (fit[name] for name in NAMES)
    coming = np.arange(1.0, occasions + 1.0)
    lives = (
        gammaln(delta + coming) - gammaln(gamma + delta + coming) + gammaln(gamma + delta) - gammaln(delta)
    )
    return float(alpha / (alpha + beta) * np.exp(lives).sum())
