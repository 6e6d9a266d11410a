"""Gamma-Gamma: what a customer spends per purchase."""

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from regard.analytics.value.counts import Array
from regard.analytics.value.likelihood import BLOCK, Fit, maximise, unknown_spread

NAMES = ("p", "q", "v")


def fit_gammagamma(
    frequency: npt.ArrayLike, monetary_value: npt.ArrayLike, *, weight: npt.ArrayLike | None = None
) -> Fit:
    """Fit the Gamma-Gamma model of spend by maximum likelihood.

    A customer's purchases vary around that customer's own mean (gamma, shape `p`); the means vary over customers
    (inverse gamma with `q`, `v`).

    Parameters
    ----------
    frequency : array_like of shape (n,)
        Purchases that the mean was taken of; customers with 0 say nothing and are left out.
    monetary_value : array_like of shape (n,)
        Mean spend of those purchases, in one currency; must be positive where frequency is.
    weight : array_like of shape (n,), optional
        Customers that each row stands for.

    Returns
    -------
    Fit
        `params` p, q, v (v in the currency).

    Raises
    ------
    ValueError
        If nobody bought, or a mean spend is not positive.

    Notes
    -----
    Plain maximum likelihood: no prior and no penalty. Assumes that spend per purchase does not depend on how often
    somebody buys; look at their correlation before you believe it.

    References
    ----------
    Fader, Hardie (2013), The Gamma-Gamma model of monetary value.

    Examples
    --------
    >>> fit = fit_gammagamma([2, 3, 1, 5, 4], [22.0, 40.0, 10.0, 31.0, 55.0], weight=[10, 12, 30, 5, 6])
    >>> fit.n
    63.0
    """
    x, z = np.asarray(frequency, dtype=np.float64), np.asarray(monetary_value, dtype=np.float64)
    w = np.ones_like(x) if weight is None else np.asarray(weight, dtype=np.float64)
    bought = x > 0
    x, z, w = x[bought], z[bought], w[bought]
    if not len(x):
        raise ValueError("nobody bought: there is no spend to model")
    if not np.isfinite(z).all() or (z <= 0).any():
        raise ValueError("mean spend must be positive wherever something was bought")
    counts, index = np.unique(x, return_inverse=True)
    likelihood = _Likelihood(x, z, w, counts, np.bincount(index.ravel(), weights=w).astype(np.float64))
    mean = float(np.average(z, weights=w))
    return maximise(
        "Gamma-Gamma", NAMES, likelihood, (4.0, 3.0, max(mean / 2.0, 1e-6)), float(w.sum()), _explain
    )


def _explain(params: dict[str, float], errors: dict[str, float]) -> str:
    if unknown_spread(params["q"], 0.0, errors["q"]):
        return "Customers hardly differ in what they spend: q and v are not identified apart, only p·v / (q − 1)."
    return ""


class _Likelihood:
    """ln f(z | x) = −ln B(p·x, q) + q ln v + p·x ln x + (p·x − 1) ln z − (p·x + q) ln(v + x·z), summed."""

    def __init__(self, x: Array, z: Array, w: Array, counts: Array, count_weight: Array) -> None:
        self.w, self.wx, self.spend = w, w * x, x * z
        self.counts, self.count_weight = counts, count_weight
        log_z = np.log(z)
        self.log_x_dot = float(np.dot(w, x * np.log(x)))
        self.xz_dot = float(np.dot(w, x * log_z))
        self.z_dot = float(np.dot(w, log_z))

    def __call__(self, theta: Array) -> tuple[float, Array]:
        p, q, v = np.exp(theta)
        m, k = self.count_weight, p * self.counts
        n = float(m.sum())
        log_rate, x_log_rate, inverse, x_inverse = self._sums(v)
        value = (
            np.dot(m, gammaln(k + q) - gammaln(k) - gammaln(q))
            + n * q * np.log(v)
            + p * self.log_x_dot
            + p * self.xz_dot
            - self.z_dot
            - p * x_log_rate
            - q * log_rate
        )
        gradient = np.array(
            [
                np.dot(m * self.counts, digamma(k + q) - digamma(k))
                + self.log_x_dot
                + self.xz_dot
                - x_log_rate,
                np.dot(m, digamma(k + q) - digamma(q)) + n * np.log(v) - log_rate,
                n * q / v - p * x_inverse - q * inverse,
            ]
        )
        return float(value), gradient * np.array([p, q, v])

    def _sums(self, v: float) -> Array:
        """Weighted sums over customers, plain and times x: of ln(v + x z), and of 1 / (v + x z)."""
        sums = np.zeros(4)
        for begin in range(0, len(self.spend), BLOCK):
            rows = slice(begin, begin + BLOCK)
            rate = v + self.spend[rows]
            weights = self.w[rows], self.wx[rows]
            sums += [np.dot(weight, values) for values in (np.log(rate), 1.0 / rate) for weight in weights]
        return sums


def expected_spend(
    fit: Fit, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Expected spend per purchase given a customer's history; for frequency 0 the mean of all customers.

    Notes
    -----
    p (v + x z) / (p x + q − 1); needs q > 1 for customers without history (else it is infinite: nan is returned).
    """
    x, z = np.asarray(frequency, dtype=np.float64), np.asarray(monetary_value, dtype=np.float64)
    p, q, v = (fit[name] for name in NAMES)
    below = p * x + q - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        spend = p * (v + x * np.where(x > 0, z, 0.0)) / below
    return np.asarray(np.where(below > 0, spend, np.nan))


def mean_spend(fit: Fit) -> float:
    """Expected spend per purchase of a random customer, p v / (q − 1); nan if q ≤ 1."""
    p, q, v = (fit[name] for name in NAMES)
    return p * v / (q - 1.0) if q > 1.0 else float("nan")
