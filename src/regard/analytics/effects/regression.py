"""Regressions the effects stand on: logistic and linear fits, and errors that know of clusters and of time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats

RIDGE = 1.0  # a prior of one unit on standardised columns: keeps separated columns finite, moves nothing at n >= 500
STEPS = 30
SETTLED = 1e-6  # steps of Newton's method square: the next would be below 1e-11
MOST_STICKY = 0.98


def fit_logistic(x: Floats, y: Floats, *, ridge: float = RIDGE, start: Floats | None = None) -> Floats:
    """Coefficients of a logistic regression by Newton's method; the first column, the intercept, is not shrunk.

    The same are found from any `start`; from a near one sooner.
    """
    penalty = _penalty(x.shape[1], ridge)
    if start is None:
        share = np.clip(y.mean(), 1e-6, 1 - 1e-6)
        start = np.append(np.log(share / (1 - share)), np.zeros(x.shape[1] - 1))
    beta = start
    loss = _logistic_loss(x, y, beta, penalty)
    for _ in range(STEPS):
        p = logistic(x @ beta)
        gradient = x.T @ (y - p) - penalty * beta
        curvature = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        reached = _logistic_loss(x, y, beta + step, penalty)
        while reached > loss and np.abs(step).max() > SETTLED:  # a leap beyond where the curve is known
            step /= 2
            reached = _logistic_loss(x, y, beta + step, penalty)
        beta, loss = beta + step, reached
        if np.abs(step).max() < SETTLED:
            break
    return beta


def _logistic_loss(x: Floats, y: Floats, beta: Floats, penalty: Floats) -> float:
    score = x @ beta
    return float(np.logaddexp(0.0, score).sum() - y @ score + (penalty * beta**2).sum() / 2)


def fit_linear(x: Floats, y: Floats, *, ridge: float = RIDGE) -> Floats:
    """Coefficients of a linear regression with the same small penalty."""
    return np.asarray(np.linalg.solve(x.T @ x + np.diag(_penalty(x.shape[1], ridge) + 1e-9), x.T @ y))


def logistic(score: Floats) -> Floats:
    """Probabilities of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -35, 35))))


def _penalty(columns: int, ridge: float) -> Floats:
    penalty = np.full(columns, ridge)
    penalty[0] = 0.0
    return penalty


@dataclass(frozen=True, slots=True)
class Regression:
    """Least squares: coefficients (k,), their covariance (k, k), residuals (n,) and degrees of freedom."""

    coefficients: Floats
    covariance: Floats
    residuals: Floats
    degrees: float


def regress_clustered(x: Floats, y: Floats, clusters: npt.ArrayLike) -> Regression:
    """Least squares whose errors may be alike within a cluster.

    Notes
    -----
    Liang–Zeger sandwich with the correction ``G/(G − 1) · (n − 1)/(n − k)``; tests use G − 1 degrees of freedom.
    """
    bread, beta, residuals = _least_squares(x, y)
    _, place = np.unique(np.asarray(clusters), return_inverse=True)
    groups = int(place.max()) + 1
    if groups < 2:
        raise ValueError("clustered errors need at least two clusters")
    scores = sum_by(place, x * residuals[:, None], groups)
    n, k = x.shape
    correction = groups / (groups - 1) * (n - 1) / (n - k)
    return Regression(beta, correction * bread @ (scores.T @ scores) @ bread, residuals, groups - 1)


def regress_in_time(x: Floats, y: Floats, lags: int) -> Regression:
    """Least squares over time whose errors may depend on the `lags` before them.

    Notes
    -----
    Newey–West (1987) with Bartlett weights ``1 − l/(lags + 1)`` and the correction ``n/(n − k)``; n − k degrees.
    """
    bread, beta, residuals = _least_squares(x, y)
    scores = x * residuals[:, None]
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        shifted = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (shifted + shifted.T)
    n, k = x.shape
    return Regression(beta, n / (n - k) * bread @ meat @ bread, residuals, n - k)


def regress_first_order(x: Floats, y: Floats) -> tuple[Regression, float]:
    """Least squares over time with first-order autoregressive errors, and their autocorrelation.

    Notes
    -----
    Residuals hang together less than the errors did. The autocorrelation is therefore the one under which the
    residuals' would be expected to be what it is; the covariance is ``(X'X)^-1 X'S X (X'X)^-1`` with
    ``S_ij = s² rho^|i - j|``; n − k degrees.
    """
    bread, beta, residuals = _least_squares(x, y)
    n, k = x.shape
    gaps = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    shifted = np.zeros_like(x)  # mean of both neighbours
    shifted[1:] += x[:-1] / 2
    shifted[:-1] += x[1:] / 2

    def spread(rho: float) -> Floats:
        return np.asarray(rho**gaps @ x)

    def expected(rho: float) -> float:
        sx = spread(rho)
        inner = bread @ (x.T @ sx)
        together = (n - 1) * rho - 2 * np.trace(bread @ sx.T @ shifted)
        together += np.trace(inner @ bread @ (x.T @ shifted))
        return float(together / (n - np.trace(inner)))

    squares = float(residuals @ residuals)
    exact = squares <= 1e-20 * float(y @ y)  # nothing but rounding is left
    seen = 0.0 if exact else float(residuals[1:] @ residuals[:-1]) / squares
    low, high = 0.0, MOST_STICKY
    for _ in range(20 if expected(low) < seen else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(middle) < seen else (low, middle)
    inner = bread @ (x.T @ spread(low))
    variance = squares / (n - np.trace(inner))
    return Regression(beta, variance * inner @ bread, residuals, n - k), low


def _least_squares(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    n, k = x.shape
    if n <= k or np.linalg.matrix_rank(x) < k:
        raise ValueError(f"{n} rows cannot tell {k} coefficients apart")
    bread: Floats = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    beta = bread @ (x.T @ y)
    return bread, beta, y - x @ beta


def sum_by(place: npt.NDArray[np.intp], values: Floats, groups: int) -> Floats:
    """Column sums per group."""
    return np.column_stack([np.bincount(place, weights=column, minlength=groups) for column in values.T])
