"""BG/NBD whose customers differ by what is known of them from the start: channel, region, first product."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, gammaln

from regard.analytics.value.bgnbd import NAMES, alive_given, explain, fit_bgnbd, purchases_given
from regard.analytics.value.counts import Array, distinct_rows
from regard.analytics.value.likelihood import Fit, maximise
from regard.analytics.warnings import hear_warnings

MODEL = "BG/NBD with covariates"
RATE, A, B = "rate × ", "a × ", "b × "
Covariates = Mapping[str, npt.ArrayLike]


def fit_bgnbd_covariates(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    *,
    rate: Covariates | None = None,
    dropout: Covariates | None = None,
    weight: npt.ArrayLike | None = None,
) -> Fit:
    """Fit BG/NBD with covariates that do not change with time.

    Parameters
    ----------
    frequency, recency, T, weight : array_like of shape (n,)
        As for `fit_bgnbd`.
    rate : mapping of str to array_like of shape (n,), optional
        What may change how often somebody buys: numbers or 0 and 1. Centre large numbers.
    dropout : mapping of str to array_like of shape (n,), optional
        What may change how easily somebody leaves.

    Returns
    -------
    Fit
        `params` r, alpha, a, b of a customer whose covariates are all 0, and factors: `rate × name` is what one unit
        multiplies the buying rate by, `a × name` and `b × name` what it multiplies a and b by (1: no effect). Without
        covariates it is the fit of `fit_bgnbd`.

    Raises
    ------
    ValueError
        If the rows contradict themselves, nobody bought again, or a covariate has another length, a missing value or
        no variation.

    Warns
    -----
    StatisticalWarning
        If a parameter is not identified.

    Notes
    -----
    ``alpha_i = alpha exp(-γ₁'z_i)``, ``a_i = a exp(γ₂'z_i)``, ``b_i = b exp(γ₃'z_i)``; the factors are exp(γ). Rows
    equal in history and covariates are counted once; the gradient is analytic; the search starts at the plain fit.

    References
    ----------
    Fader, Hardie (2007), Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models.

    Examples
    --------
    >>> x, t_x, T = [0, 1, 2, 5, 3, 0, 4], [0, 10, 20, 30, 12, 0, 30], [30, 35, 40, 38, 39, 31, 33]
    >>> fit = fit_bgnbd_covariates(x, t_x, T, rate={"web": [0, 0, 1, 1, 0, 0, 1]}, weight=[70, 9, 6, 5, 8, 20, 5])
    >>> list(fit.params), bool(fit["rate × web"] > 1)
    (['r', 'alpha', 'a', 'b', 'rate × web'], True)
    """
    if not rate and not dropout:
        return fit_bgnbd(frequency, recency, T, weight=weight)
    with hear_warnings():  # of where the search starts; the fit itself says what it does not know
        plain = fit_bgnbd(frequency, recency, T, weight=weight)
    x, t_x, age = (np.asarray(column, dtype=np.float64) for column in (frequency, recency, T))
    on_rate, on_dropout = _read(rate or {}, len(x)), _read(dropout or {}, len(x))
    columns = [*on_rate.values(), *on_dropout.values()]
    codes = [np.unique(column, return_inverse=True)[1].astype(np.float64) for column in columns]
    first, inverse = distinct_rows(x, t_x, age, *codes)
    w = np.ones(len(x)) if weight is None else np.asarray(weight, dtype=np.float64)
    held = np.bincount(inverse, weights=w).astype(np.float64)
    z_rate, z_dropout = (_stack(named, len(x))[first] for named in (on_rate, on_dropout))
    names = [
        *NAMES,
        *(RATE + name for name in on_rate),
        *(A + name for name in on_dropout),
        *(B + name for name in on_dropout),
    ]
    likelihood = partial(_likelihood, x[first], t_x[first], age[first], held, z_rate, z_dropout)
    start = [*np.clip(list(plain.params.values()), 1e-3, 1e3), *np.ones(len(names) - len(NAMES))]
    return maximise(MODEL, names, likelihood, start, float(w.sum()), explain)


def _read(covariates: Covariates, n: int) -> dict[str, Array]:
    read = {name: np.asarray(given, dtype=np.float64) for name, given in covariates.items()}
    for name, column in read.items():
        if column.shape != (n,) or not np.isfinite(column).all():
            raise ValueError(f"covariate {name!r} must have one finite number a customer")
        if np.ptp(column) == 0:
            raise ValueError(f"covariate {name!r} is the same for everybody: its effect cannot be told")
    return read


def _stack(columns: Mapping[str, Array], n: int) -> Array:
    return np.column_stack(list(columns.values())) if columns else np.empty((n, 0))


def _likelihood(
    x: Array, t_x: Array, age: Array, w: Array, z_rate: Array, z_dropout: Array, theta: Array
) -> tuple[float, Array]:
    """Log-likelihood and its gradient; theta is the logarithms of r, alpha, a, b, then the γ of rate, of a, of b."""
    r, alpha, a, b = _spread(theta, z_rate, z_dropout)
    again, total = x > 0, r + x
    before = np.where(again, b + x - 1.0, 1.0)
    stays = -total * np.log(alpha + age)
    leaves = np.where(again, np.log(a) - np.log(before) - total * np.log(alpha + t_x), -np.inf)
    both = np.logaddexp(stays, leaves)
    value = gammaln(total) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b) + both
    here = np.exp(stays - both)
    gone = 1.0 - here
    start, end = digamma(a + b), digamma(a + b + x)
    by_r = r * (
        digamma(total) - digamma(r) + np.log(alpha) - here * np.log(alpha + age) - gone * np.log(alpha + t_x)
    )
    by_alpha = r - alpha * total * (here / (alpha + age) + gone / (alpha + t_x))
    by_a = a * (start - end) + gone  # a (1/a) gone
    by_b = b * (digamma(b + x) - digamma(b) + start - end - gone / before)
    gradient = np.concatenate((
        [np.dot(w, part) for part in (by_r, by_alpha, by_a, by_b)],
        -(w * by_alpha) @ z_rate, (w * by_a) @ z_dropout, (w * by_b) @ z_dropout,
    ))  # fmt: skip
    return float(np.dot(w, value)), gradient


def _spread(theta: Array, z_rate: Array, z_dropout: Array) -> tuple[float, Array, Array, Array]:
    """r, and alpha, a and b of each row."""
    on_rate, on_a, on_b = np.split(theta[4:], [z_rate.shape[1], z_rate.shape[1] + z_dropout.shape[1]])
    r, alpha, a, b = np.exp(theta[:4])
    return (
        float(r),
        alpha * np.exp(-z_rate @ on_rate),
        a * np.exp(z_dropout @ on_a),
        b * np.exp(z_dropout @ on_b),
    )


def parameters_given(fit: Fit, covariates: Covariates) -> tuple[float, Array, Array, Array]:
    """r, and alpha, a and b of each customer with these covariates.

    Raises
    ------
    ValueError
        If a covariate of the fit is missing, or the fit is of another model.
    """
    if fit.model not in (MODEL, "BG/NBD"):
        raise ValueError(f"{fit.model} has no covariates")
    asked = {
        kind: [name.removeprefix(kind) for name in fit.params if name.startswith(kind)] for kind in (RATE, A)
    }
    needed = {name for names in asked.values() for name in names}
    if needed - set(covariates):
        raise ValueError(f"covariate {sorted(needed - set(covariates))[0]!r} is missing")
    held = {name: np.atleast_1d(np.asarray(given, dtype=np.float64)) for name, given in covariates.items()}
    n = max((len(column) for column in held.values()), default=1)
    z_rate, z_dropout = (_stack({name: held[name] for name in asked[kind]}, n) for kind in (RATE, A))
    return _spread(np.log(np.array(list(fit.params.values()))), z_rate, z_dropout)


def probability_alive_given(
    fit: Fit, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike, covariates: Covariates
) -> Array:
    """Chance that each customer is still one, given history and covariates.

    Parameters
    ----------
    fit : Fit
        As `fit_bgnbd_covariates` gives it.
    frequency, recency, T : array_like of shape (n,)
    covariates : mapping of str to array_like of shape (n,)
        All that the model was fitted with, for the rate and for dropout.

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> x, t_x, T = [0, 1, 2, 5, 3, 0, 4], [0, 10, 20, 30, 12, 0, 30], [30, 35, 40, 38, 39, 31, 33]
    >>> fit = fit_bgnbd_covariates(x, t_x, T, rate={"web": [0, 0, 1, 1, 0, 0, 1]}, weight=[70, 9, 6, 5, 8, 20, 5])
    >>> alive = probability_alive_given(fit, [3, 3], [10, 10], [30, 30], {"web": [0, 1]})
    >>> bool(alive[0] > alive[1])  # who buys often and stops has more likely left
    True
    """
    x, t_x, age = (np.asarray(column, dtype=np.float64) for column in (frequency, recency, T))
    return alive_given(*parameters_given(fit, covariates), x, t_x, age)


def expected_purchases_given(
    fit: Fit,
    t: float,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    covariates: Covariates,
) -> Array:
    """Purchases to expect of each customer in the time ahead, given history and covariates.

    Parameters
    ----------
    fit : Fit
        As `fit_bgnbd_covariates` gives it.
    t : float
        Length of the time ahead in the unit of T.
    frequency, recency, T : array_like of shape (n,)
    covariates : mapping of str to array_like of shape (n,)
        All that the model was fitted with, for the rate and for dropout.

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> x, t_x, T = [0, 1, 2, 5, 3, 0, 4], [0, 10, 20, 30, 12, 0, 30], [30, 35, 40, 38, 39, 31, 33]
    >>> fit = fit_bgnbd_covariates(x, t_x, T, rate={"web": [0, 0, 1, 1, 0, 0, 1]}, weight=[70, 9, 6, 5, 8, 20, 5])
    >>> ahead = expected_purchases_given(fit, 10.0, [0, 0], [0, 0], [30, 30], {"web": [0, 1]})
    >>> bool(ahead[0] < ahead[1])
    True
    """
    x, t_x, age = (np.asarray(column, dtype=np.float64) for column in (frequency, recency, T))
    r, alpha, a, b = parameters_given(fit, covariates)
    alive = alive_given(r, alpha, a, b, x, t_x, age)
    return np.asarray(alive * purchases_given(np.asarray(t, dtype=np.float64), r + x, alpha + age, a, b + x))
