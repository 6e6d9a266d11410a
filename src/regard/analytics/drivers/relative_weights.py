"""Johnson's relative weights: shares of R² for any number of predictors, close to LMG."""

import numpy as np
import numpy.typing as npt

from regard.analytics.drivers.lmg import COLLINEAR, correlations
from regard.analytics.estimate import Floats

VERSION = "1"


def relative_weights(covariance: npt.ArrayLike) -> Floats:
    """Shares of R² by Johnson's relative weights.

    The predictors are replaced by the uncorrelated variables nearest to them; what these explain is handed back to
    the predictors by how much of each they are. The work grows with p³ rather than 2^p.

    Parameters
    ----------
    covariance : array_like, shape (..., p + 1, p + 1)
        Covariance or correlation matrix of p predictors and, last, the outcome.

    Returns
    -------
    ndarray, shape (..., p)
        Shares in the order of the predictors; they add up to R².

    Raises
    ------
    ValueError
        If the matrix is not square or not finite.

    Notes
    -----
    With predictors' correlations ``R = Λ²`` (Λ the symmetric root) and correlations r with the outcome, the weights
    are ``Λ^[2] (Λ⁻¹ r)^[2]``, ^[2] squaring each element. Directions that hold no variance are left out. There is no
    theory behind the nearness to LMG, only experience.

    References
    ----------
    Johnson (2000), A heuristic method for estimating the relative weight of predictor variables in multiple
    regression, Multivariate Behavioral Research 35(1), 1-19.

    Examples
    --------
    >>> weights = relative_weights([[1.0, 0.5, 0.6], [0.5, 1.0, 0.6], [0.6, 0.6, 1.0]])
    >>> [round(float(weight), 4) for weight in weights]
    [0.24, 0.24]
    """
    correlation = correlations(covariance)
    between, towards = correlation[..., :-1, :-1], correlation[..., :-1, -1:]
    values, vectors = np.linalg.eigh(between)
    held = values > COLLINEAR
    root = np.where(held, np.sqrt(np.maximum(values, 0.0)), 0.0)
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=held)
    turned = np.swapaxes(vectors, -1, -2)
    loadings = (vectors * root[..., None, :]) @ turned
    paths = (vectors * inverse[..., None, :]) @ (turned @ towards)
    return np.asarray((loadings**2 @ paths**2)[..., 0])
