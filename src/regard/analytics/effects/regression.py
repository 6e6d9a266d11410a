"""Regressions the effects stand on: logistic and linear fits, and errors that know of clusters and of time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats

RIDGE = 1.0  # a prior of one unit on standardised columns: keeps separated columns finite, moves nothing at n >= 500
STEPS = 30
SETTLED = 1e-6  # steps of Newton's method square: the next would be below 1e-11
SHRINKING = 0.3  # steps with a curvature from nearby shrink at least so, or it is not near enough
BLOCK = 2048  # rows
MOST_STICKY = 0.98


def fit_logistic(
    x: Floats, y: Floats, *, ridge: float = RIDGE, start: Floats | None = None, curvature: Floats | None = None,
    weight: Floats | None = None,
) -> Floats:  # fmt: skip
    """Coefficients of a logistic regression by Newton's method; the first column, the intercept, is not shrunk.

    The same are found from any `start`; from a near one sooner. A near `curvature` saves computing it, which is most
    of the work, as long as the steps with it shrink fast.
    """
    penalty = _penalty(x.shape[1], ridge)
    weight = np.ones(len(y)) if weight is None else weight
    if start is None:
        share = np.clip(np.average(y, weights=weight), 1e-6, 1 - 1e-6)
        start = np.append(np.log(share / (1 - share)), np.zeros(x.shape[1] - 1))
    beta, score = start, x @ start
    loss, size = _logistic_loss(score, y, weight, beta, penalty), np.inf
    for _ in range(STEPS):
        gradient = x.T @ (weight * (y - logistic(score))) - penalty * beta
        if curvature is None:
            bent = logistic_curvature(x, score, ridge=ridge, weight=weight)
        step = np.linalg.solve(bent if curvature is None else curvature, gradient)
        change = x @ step
        reached = _logistic_loss(score + change, y, weight, beta + step, penalty)
        while reached > loss and np.abs(step).max() > SETTLED:  # a leap beyond where the curve is known
            step, change, curvature = step / 2, change / 2, None
            reached = _logistic_loss(score + change, y, weight, beta + step, penalty)
        beta, score, loss, before, size = beta + step, score + change, reached, size, np.abs(step).max()
        if size < SETTLED:
            break
        if size > before * SHRINKING:
            curvature = None
    return beta


def logistic_curvature(
    x: Floats, score: Floats, *, ridge: float = RIDGE, weight: Floats | None = None
) -> Floats:
    """The second derivative of the loss where rows have these log-odds; in blocks, which stay in the cache."""
    p = logistic(score)
    root = np.sqrt(p * (1 - p) * (1.0 if weight is None else weight))
    curvature = np.diag(_penalty(x.shape[1], ridge) + 1e-9)
    for begin in range(0, len(x), BLOCK):
        block = x[begin : begin + BLOCK] * root[begin : begin + BLOCK, None]
        curvature += block.T @ block  # of one matrix with itself half is computed
    return curvature


def _logistic_loss(score: Floats, y: Floats, weight: Floats, beta: Floats, penalty: Floats) -> float:
    return float(weight @ (np.logaddexp(0.0, score) - y * score) + (penalty * beta**2).sum() / 2)


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
