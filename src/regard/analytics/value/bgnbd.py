"""BG/NBD and MBG/NBD: buying while alive, possibly dropping out after each purchase."""

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, gammaln, hyp2f1

from regard.analytics.value.counts import Array, Counts, count_equal
from regard.analytics.value.likelihood import BLOCK, Fit, maximise, unknown_spread

NAMES = ("r", "alpha", "a", "b")


def fit_bgnbd(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
) -> Fit:
    """Fit the beta-geometric / negative binomial model by maximum likelihood.

    Customers buy at random at their own rate (gamma over customers: shape `r`, rate `alpha`) and drop out after each
    repeat purchase with their own probability (beta over customers: `a`, `b`).

    Parameters
    ----------
    frequency : array_like of shape (n,)
        Repeat purchases (purchases less one).
    recency : array_like of shape (n,)
        Time from the first to the last purchase; 0 where frequency is 0.
    T : array_like of shape (n,)
        Time from the first purchase to the end of observation, in the unit of recency.
    weight : array_like of shape (n,), optional
        Customers that each row stands for.

    Returns
    -------
    Fit
        `params` r, alpha (in the unit of T), a, b.

    Raises
    ------
    ValueError
        If the rows contradict themselves (see `count_equal`) or nobody bought again.

    Warns
    -----
    StatisticalWarning
        If the spread of dropout is not identified (a and b run away together while a / (a + b) is well known).

    Notes
    -----
    Equal rows are counted once; the gradient is analytic. No penalty is added.

    References
    ----------
    Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), equation 6.

    Examples
    --------
    >>> fit = fit_bgnbd([0, 1, 2, 5, 3], [0, 10, 20, 30, 12], [30, 35, 40, 38, 39], weight=[70, 9, 6, 5, 8])
    >>> fit.n
    98.0
    """
    return _fit("BG/NBD", count_equal(frequency, recency, T, weight), dropout_at_start=False)


def fit_mbgnbd(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
) -> Fit:
    """Fit the modified BG/NBD model, in which a customer may also drop out right after the first purchase.

    Parameters
    ----------
    frequency, recency, T, weight : array_like of shape (n,)
        As for `fit_bgnbd`, which also says what is raised and warned of.

    Returns
    -------
    Fit
        `params` r, alpha (in the unit of T), a, b.

    References
    ----------
    Batislam, Denizel, Filiztekin (2007), Empirical validation and comparison of models for customer base analysis,
    International Journal of Research in Marketing 24(3).

    Examples
    --------
    >>> fit = fit_mbgnbd([0, 1, 2, 5, 3], [0, 10, 20, 30, 12], [30, 35, 40, 38, 39], weight=[70, 9, 6, 5, 8])
    >>> fit.model
    'MBG/NBD'
    """
    return _fit("MBG/NBD", count_equal(frequency, recency, T, weight), dropout_at_start=True)


def _fit(model: str, counts: Counts, *, dropout_at_start: bool) -> Fit:
    if not (counts.frequency > 0).any():
        raise ValueError("nobody bought again: there is nothing to fit")
    likelihood = _Likelihood(counts, dropout_at_start)
    mean_T = float(np.average(counts.T, weights=counts.weight))
    start = (0.5, max(0.25 * mean_T, 1e-3), 1.0, 2.5)
    return maximise(model, NAMES, likelihood, start, counts.n, explain)


def explain(params: dict[str, float], errors: dict[str, float]) -> str:
    share = params["a"] / (params["a"] + params["b"])
    if unknown_spread(params["a"], params["b"], errors["a"]):
        return f"The dropout rate is identified ({share:.4f} a purchase), its spread over customers is not."
    if share < 1e-3:
        return "Hardly anybody drops out in these data: a and b are not identified, only that a / (a + b) is near 0."
    return ""


class _Likelihood:
    """The log-likelihood with its gradient. Terms of x alone, of T alone and of x = 0 are evaluated once each."""

    def __init__(self, counts: Counts, dropout_at_start: bool) -> None:
        self.shift = 1.0 if dropout_at_start else 0.0
        self.x, index = np.unique(counts.frequency, return_inverse=True)
        self.x_weight = np.bincount(index.ravel(), weights=counts.weight)
        again = counts.frequency > 0
        never = ~again
        self.T0, index = np.unique(counts.T[never], return_inverse=True)
        self.T0_weight: Array = np.bincount(
            index.ravel(), weights=counts.weight[never], minlength=len(self.T0)
        ).astype(np.float64)
        self.frequency = counts.frequency[again]
        self.recency = counts.recency[again]
        self.T = counts.T[again]
        self.weight = counts.weight[again]

    def __call__(self, theta: Array) -> tuple[float, Array]:
        r, alpha, a, b = np.exp(theta)
        value, gradient = self._counts(r, alpha, a, b)
        blocks = range(0, len(self.T), BLOCK)
        again = (self._again(slice(begin, begin + BLOCK), r, alpha, a, b) for begin in blocks)
        for part in (self._never(r, alpha, a, b), *again):
            value += part[0]
            gradient += part[1]
        return value, gradient * np.array([r, alpha, a, b])

    def _counts(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Array]:
        """What depends on x alone: ln Γ(r+x)/Γ(r) α^r and ln B(a, b+x)/B(a, b)."""
        w, x, m = self.x_weight, self.x, self.x + self.shift
        value = np.dot(w, gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + m) - betaln(a, b))
        both, ends = digamma(a + b), digamma(a + b + m)
        gradient = [
            np.dot(w, digamma(r + x) - digamma(r) + np.log(alpha)),
            np.sum(w) * r / alpha,
            np.dot(w, both - ends),
            np.dot(w, digamma(b + m) - digamma(b) + both - ends),
        ]
        return float(value), np.array(gradient)

    def _never(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Array]:
        """Customers without a repeat purchase: only T matters."""
        w = self.T0_weight
        alive = -r * np.log(alpha + self.T0)
        if not self.shift:  # nobody can have dropped out yet
            gradient = [-np.dot(w, np.log(alpha + self.T0)), -np.dot(w, r / (alpha + self.T0)), 0.0, 0.0]
            return float(np.dot(w, alive)), np.array(gradient)
        gone = np.log(a / b) - r * np.log(alpha)
        return _either(w, 0.0, r, a, b, alpha + self.T0, np.full_like(self.T0, alpha), alive, gone, b)

    def _again(self, rows: slice, r: float, alpha: float, a: float, b: float) -> tuple[float, Array]:
        """Some of the customers with one."""
        weight, frequency, recency, age = (
            column[rows] for column in (self.weight, self.frequency, self.recency, self.T)
        )
        total = r + frequency
        before = b + frequency + self.shift - 1.0
        alive = -total * np.log(alpha + age)
        gone = np.log(a) - np.log(before) - total * np.log(alpha + recency)
        return _either(weight, frequency, r, a, b, alpha + age, alpha + recency, alive, gone, before)


def _either(
    w: Array,
    x: Array | float,
    r: float,
    a: float,
    b: float,
    until: Array,
    since: Array,
    alive: Array,
    gone: Array | float,
    before: Array | float,
) -> tuple[float, Array]:
    """ln(exp(alive) + exp(gone)) and its gradient; `until` is alpha + T, `since` alpha + t_x."""
    both = np.logaddexp(alive, gone)
    stays = w * np.exp(alive - both)
    left = w - stays
    gradient = [
        -np.dot(stays, np.log(until)) - np.dot(left, np.log(since)),
        -np.dot(stays, (r + x) / until) - np.dot(left, (r + x) / since),
        np.sum(left) / a,
        -np.sum(left / before),
    ]
    return float(np.dot(w, both)), np.array(gradient)


def probability_alive(
    fit: Fit, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """P(still a customer | history) under a fitted BG/NBD or MBG/NBD, shape as the inputs.

    Notes
    -----
    1 / (1 + a / (b + x − 1) · ((α + T) / (α + t_x))^(r + x)) for x > 0 and 1 for x = 0 (BG/NBD: nobody can have dropped
    out before the first repeat purchase). MBG/NBD has b + x in place of b + x − 1, also for x = 0.
    """
    x, t_x, age = (np.asarray(column, dtype=np.float64) for column in (frequency, recency, T))
    r, alpha, a, b = (fit[name] for name in NAMES)
    return alive_given(r, alpha, a, b, x, t_x, age, shift=1.0 if fit.model == "MBG/NBD" else 0.0)


def alive_given(
    r: float,
    alpha: Array | float,
    a: Array | float,
    b: Array | float,
    x: Array,
    t_x: Array,
    age: Array,
    shift: float = 0.0,
) -> Array:
    """P(still a customer | history) under parameters that may differ from customer to customer."""
    before = np.where(x + shift > 0, b + x + shift - 1.0, np.inf)
    odds = a / before * ((alpha + age) / (alpha + t_x)) ** (r + x)
    return np.asarray(1.0 / (1.0 + odds))


def expected_purchases(
    fit: Fit, t: npt.ArrayLike, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Expected purchases in the next `t` given a customer's history, under a fitted BG/NBD or MBG/NBD.

    Parameters
    ----------
    t : float or array_like
        Length of the period ahead, in the unit of T.

    Returns
    -------
    ndarray
        Shape of the broadcast inputs.

    References
    ----------
    Fader, Hardie, Lee (2005), equation 10; Wagner, Hoppe (2008) for MBG/NBD.
    """
    return np.asarray(
        probability_alive(fit, frequency, recency, T) * purchases_if_alive(fit, t, frequency, T)
    )


def purchases_if_alive(
    fit: Fit, t: npt.ArrayLike, frequency: npt.ArrayLike, T: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Expected purchases in the next `t` of a customer known to be alive now; recency does not matter then."""
    x, age, ahead = (np.asarray(column, dtype=np.float64) for column in (frequency, T, t))
    r, alpha, a, b = (fit[name] for name in NAMES)
    shift = 1.0 if fit.model == "MBG/NBD" else 0.0
    return purchases_given(ahead, r + x, alpha + age, a, b + x + shift)


def purchases_given(ahead: Array, shape: Array, rate: Array, a: Array | float, b: Array) -> Array:
    """E[purchases in `ahead`] of a customer alive now with rate ~ gamma(shape, rate) and dropout ~ beta(a, b)."""
    z = ahead / (rate + ahead)
    c = a + b - 1.0
    # Euler's transformation keeps the series short as z approaches 1
    series = (1.0 - z) ** shape * hyp2f1(shape, b, c, z)
    return np.asarray((c / (a - 1.0)) * (1.0 - series))


def expected_purchases_of_new(fit: Fit, t: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Expected repeat purchases of a random new customer in the first `t`.

    References
    ----------
    Fader, Hardie, Lee (2005), equation 9.
    """
    ahead = np.asarray(t, dtype=np.float64)
    r, alpha, a, b = (fit[name] for name in NAMES)
    if fit.model == "MBG/NBD":
        stays = b / (a + b)
        return np.asarray(
            stays * purchases_given(ahead, np.asarray(r), np.asarray(alpha), a, np.asarray(b + 1.0))
        )
    return np.asarray(purchases_given(ahead, np.asarray(r), np.asarray(alpha), a, np.asarray(b)))
