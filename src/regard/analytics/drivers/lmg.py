"""LMG: shares of R² by the average over all orders of predictors, every subset counted, none refitted."""

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats

VERSION = "1"
MOST = 20
COLLINEAR = 1e-10  # a predictor whose variance beyond those already in is less than this part adds nothing
CELLS = 1 << 22  # numbers worked on at once


def lmg(covariance: npt.ArrayLike) -> Floats:
    """Shares of R² by Lindeman, Merenda and Gold: the outcome's explained variance divided among its predictors.

    Each predictor's share is what it adds to R², averaged over all orders in which predictors could enter: the
    Shapley value of R². Shares are not negative and add up to R², also when predictors go together.

    Parameters
    ----------
    covariance : array_like, shape (..., p + 1, p + 1)
        Covariance or correlation matrix of p predictors and, last, the outcome; several matrices at once are worked
        on together. At most 20 predictors.

    Returns
    -------
    ndarray, shape (..., p)
        Shares in the order of the predictors. A predictor that does not vary, or an outcome that does not, has 0.

    Raises
    ------
    ValueError
        If the matrix is not square, not finite, or has no or too many predictors.

    Notes
    -----
    ``LMG_j = Σ_S |S|! (p - 1 - |S|)! / p! (R²(S ∪ j) - R²(S))`` over all sets S without j. All 2^p values of R² come
    from one pass: predictor by predictor, the Schur complements with and without it are kept side by side, about
    6 · 2^p multiplications. Also called Shapley value regression, dominance analysis (general dominance), or
    hierarchical partitioning.

    References
    ----------
    Lindeman, Merenda, Gold (1980), Introduction to Bivariate and Multivariate Analysis, p. 119; Grömping (2006),
    Relative importance for linear regression in R: the package relaimpo, Journal of Statistical Software 17(1);
    Budescu (1993), Dominance analysis, Psychological Bulletin 114(3).

    Examples
    --------
    >>> shares = lmg([[1.0, 0.5, 0.6], [0.5, 1.0, 0.6], [0.6, 0.6, 1.0]])  # two predictors alike
    >>> [round(float(share), 4) for share in shares]
    [0.24, 0.24]
    """
    correlation = correlations(covariance)
    size = correlation.shape[-1] - 1
    if size > MOST:
        raise ValueError(
            f"{size} predictors are too many for all subsets (at most {MOST}): use relative_weights"
        )
    stack = correlation.reshape(-1, size + 1, size + 1)
    together = max(1, CELLS >> size)
    shares = [
        _average(subsets_r2(stack[start : start + together])) for start in range(0, len(stack), together)
    ]
    return np.concatenate(shares).reshape(*correlation.shape[:-2], size)


def correlations(covariance: npt.ArrayLike) -> Floats:
    """Correlation matrices of covariance matrices, checked; 0 where something does not vary."""
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise ValueError("a covariance matrix is square")
    if matrix.shape[-1] < 2:
        raise ValueError("there must be a predictor and an outcome")
    if not np.isfinite(matrix).all():
        raise ValueError("the covariance matrix has missing or infinite values")
    variance = np.diagonal(matrix, axis1=-2, axis2=-1)
    scale = np.divide(1.0, np.sqrt(np.abs(variance)), out=np.zeros(variance.shape), where=variance > 0)
    return np.asarray(matrix * scale[..., :, None] * scale[..., None, :])


def subsets_r2(correlation: Floats) -> Floats:
    """R² of the outcome on every subset of predictors, shape (2^p, matrices); bit j of the row says that j is in.

    Examples
    --------
    >>> r2 = subsets_r2(np.array([[[1.0, 0.5, 0.6], [0.5, 1.0, 0.6], [0.6, 0.6, 1.0]]]))
    >>> [round(float(one), 4) for one in r2[:, 0]]
    [0.0, 0.36, 0.36, 0.48]
    """
    rest = np.moveaxis(correlation, 0, -1)[
        :, :, None, :
    ]  # (variables left, variables left, subsets, matrices)
    for _ in range(len(rest) - 1):
        pivot, row, without = rest[0, 0], rest[0, 1:], rest[1:, 1:]
        inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > COLLINEAR)
        taken = without - row[:, None] * (row * inverse)[None, :]
        rest = np.concatenate((without, taken), axis=2)
    varies = correlation[:, -1, -1] > 0
    return np.asarray(np.where(varies, 1.0 - rest[0, 0], 0.0))


def _average(r2: Floats) -> Floats:
    """Shapley values, shape (matrices, p), of what every subset is worth, shape (2^p, matrices)."""
    size = len(r2).bit_length() - 1
    members = np.bitwise_count(np.arange(len(r2)))
    orders = np.array([1.0 / (size * _choose(size - 1, before)) for before in range(size)])
    joining = np.concatenate(([0.0], orders))[members]  # of those in the subset, as the last to join
    staying = np.concatenate((orders, [0.0]))[members]  # of those outside, as the next to join
    outside = staying @ r2
    worth = r2 * (joining + staying)[:, None]
    shares = np.empty((r2.shape[1], size))
    for place in reversed(range(size)):  # the highest bit splits the rows in two halves
        half = len(worth) // 2
        shares[:, place] = worth[half:].sum(axis=0) - outside
        worth = worth[:half] + worth[half:]
    return np.maximum(shares, 0.0)


def _choose(n: int, k: int) -> float:
    return float(np.prod([(n - step) / (step + 1) for step in range(k)]))
