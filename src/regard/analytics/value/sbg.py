"""Shifted beta-geometric: how long customers under contract stay."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, hyp2f1

from regard.analytics.value.counts import Array
from regard.analytics.value.likelihood import Fit, maximise, unknown_spread

NAMES = ("alpha", "beta")


def fit_sbg(survivors: Sequence[float] | npt.NDArray[np.float64]) -> Fit:
    """Fit the shifted beta-geometric model to one cohort by maximum likelihood.

    At each renewal a customer leaves with that customer's own probability (beta over customers: `alpha`, `beta`).
    Retention of the cohort therefore rises with age although nobody becomes more loyal: who leaves easily is gone.

    Parameters
    ----------
    survivors : sequence of float, length periods + 1
        Customers under contract at the start and after each renewal; never rising.

    Returns
    -------
    Fit
        `params` alpha, beta.

    Raises
    ------
    ValueError
        With fewer than one renewal, with rising or negative numbers, or where nobody left.

    References
    ----------
    Fader, Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1), equations 5 to 7.

    Examples
    --------
    >>> fit = fit_sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> print(f"{fit['alpha']:.5f} {fit['beta']:.5f} {fit.log_likelihood:.4f}")
    0.70408 1.18204 -1680.2652
    """
    alive = np.asarray(survivors, dtype=np.float64)
    if alive.ndim != 1 or len(alive) < 2:
        raise ValueError("survivors needs the number at the start and after at least one renewal")
    lost = -np.diff(alive)
    if (lost < 0).any() or alive[-1] < 0 or not np.isfinite(alive).all():
        raise ValueError("survivors must be finite, not negative and never rise")
    if not lost.any():
        raise ValueError("nobody left: there is nothing to fit")
    likelihood = _Likelihood(lost, float(alive[-1]))
    return maximise("sBG", NAMES, likelihood, (1.0, 1.0), float(alive[0]), _explain)


def _explain(params: dict[str, float], errors: dict[str, float]) -> str:
    if not unknown_spread(params["alpha"], params["beta"], errors["alpha"]):
        return ""
    share = params["alpha"] / (params["alpha"] + params["beta"])
    return f"The churn rate is identified ({share:.4f} a period), its spread over customers is not."


class _Likelihood:
    """Σ lost(t) ln P(T = t) + survivors ln S(last), with its gradient."""

    def __init__(self, lost: Array, remaining: float) -> None:
        self.lost, self.remaining = lost, remaining
        self.t = np.arange(1.0, len(lost) + 1.0)

    def __call__(self, theta: Array) -> tuple[float, Array]:
        alpha, beta = np.exp(theta)
        t, lost, left, last = self.t, self.lost, self.remaining, self.t[-1]
        n = lost.sum() + left
        value = (
            np.dot(lost, betaln(alpha + 1.0, beta + t - 1.0))
            + left * betaln(alpha, beta + last)
            - n * betaln(alpha, beta)
        )
        both = digamma(alpha + beta)
        gradient = [
            np.dot(lost, digamma(alpha + 1.0) - digamma(alpha + beta + t))
            + left * (digamma(alpha) - digamma(alpha + beta + last))
            - n * (digamma(alpha) - both),
            np.dot(lost, digamma(beta + t - 1.0) - digamma(alpha + beta + t))
            + left * (digamma(beta + last) - digamma(alpha + beta + last))
            - n * (digamma(beta) - both),
        ]
        return float(value), np.array(gradient) * np.array([alpha, beta])


def survival(fit: Fit, t: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Expected share of the cohort still under contract after `t` renewals.

    Parameters
    ----------
    t : array_like
        Renewals; 0 is the start.

    Returns
    -------
    ndarray
        Shape of t.

    Examples
    --------
    >>> fit = fit_sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> round(float(survival(fit, 12)), 5)
    0.17004
    """
    alpha, beta = fit["alpha"], fit["beta"]
    return np.asarray(np.exp(betaln(alpha, beta + np.asarray(t, dtype=np.float64)) - betaln(alpha, beta)))


def retention(fit: Fit, t: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Expected share of those under contract before renewal `t` who renew: (β + t − 1) / (α + β + t − 1).

    Parameters
    ----------
    t : array_like
        The renewal: 1, 2, …

    Returns
    -------
    ndarray
        Shape of t; rises with t, since those who leave easily are gone.

    Examples
    --------
    >>> fit = fit_sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> [round(float(share), 3) for share in retention(fit, [1, 2, 3])]
    [0.627, 0.756, 0.819]
    """
    age = np.asarray(t, dtype=np.float64) - 1.0
    return np.asarray((fit["beta"] + age) / (fit["alpha"] + fit["beta"] + age))


def discounted_lifetime(fit: Fit, discount: float, renewals: npt.ArrayLike = 0) -> npt.NDArray[np.float64]:
    """Discounted expected number of periods that a customer will (still) pay for.

    Parameters
    ----------
    discount : float
        Rate per period (.1 is 10 %); above 0.
    renewals : array_like of int
        0 for a new customer, whose first payment is counted; n for one who has renewed n times, standing right
        before the next renewal: only payments to come are counted.

    Returns
    -------
    ndarray
        Shape of renewals, in periods.

    Raises
    ------
    ValueError
        If discount is not above 0.

    References
    ----------
    Fader, Hardie (2010), Customer-base valuation in a contractual setting, Marketing Science 29(1).

    Examples
    --------
    >>> fit = fit_sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> round(float(discounted_lifetime(fit, 0.1)), 3)
    3.695
    """
    if discount <= 0:
        raise ValueError("discount must be above 0")
    alpha, beta = fit["alpha"], fit["beta"]
    done = np.asarray(renewals, dtype=np.float64)
    z = 1.0 / (1.0 + discount)
    fresh = hyp2f1(1.0, beta, alpha + beta, z)
    renews = (beta + done) / (alpha + beta + done)
    standing = renews * hyp2f1(1.0, beta + done + 1.0, alpha + beta + done + 1.0, z)
    return np.asarray(np.where(done == 0, fresh, standing))
