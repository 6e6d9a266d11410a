"""What was known of each customer before the exposure, as a matrix that a model can be fitted on."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats

KNOTS = (0.25, 0.5, 0.75)
RARE = 10  # levels seen less often are one level together: a model cannot learn them
LEVELS = 30

Covariates = Mapping[str, npt.ArrayLike]


def design_matrix(covariates: Covariates, n: int) -> Floats:
    """Columns of standardised numbers: an intercept, bent lines for numbers, one column a level for categories.

    Parameters
    ----------
    covariates : mapping of str to array_like, shape (n,)
        Numbers, booleans and times, or text for categories. A missing number is its mean with a column of its own.
    n : int
        Number of rows expected.

    Returns
    -------
    ndarray, shape (n, columns)

    Raises
    ------
    ValueError
        If a covariate has another length.

    Examples
    --------
    >>> design_matrix({"invoice": [True, False, True, False]}, 4)
    array([[ 1.,  1.],
           [ 1., -1.],
           [ 1.,  1.],
           [ 1., -1.]])
    """
    columns = [np.ones(n)]
    for name, given in covariates.items():
        values = np.asarray(given)
        if values.shape != (n,):
            raise ValueError(f"covariate {name} has shape {values.shape}, expected ({n},)")
        columns += _levels(values) if _is_text(values) else _numbers(_floats(values))
    standard = [columns[0], *(_standard(column) for column in columns[1:] if np.ptp(column) > 0)]
    matrix = np.empty(
        (n, len(standard)), order="F"
    )  # filled by columns in a quarter of the time of stacking them
    for place, column in enumerate(standard):
        matrix[:, place] = column
    return matrix


def _is_text(values: npt.NDArray[np.generic]) -> bool:
    return values.dtype.kind in "USTO" and any(isinstance(value, str) for value in values.tolist())


def _floats(values: npt.NDArray[np.generic]) -> Floats:
    """Decimals and None as well; times in days."""
    if values.dtype.kind == "M":
        seconds = values.astype("datetime64[s]")
        days = seconds.astype(np.int64).astype(np.float64) / 86_400
        return np.where(np.isnat(seconds), np.nan, days)
    return values.astype(np.float64)


def _standard(column: Floats) -> Floats:
    return np.asarray((column - column.mean()) / column.std(), dtype=np.float64)


def _numbers(values: Floats) -> list[Floats]:
    """The number, and how far it lies above each quartile: lets the model bend without guessing a curve."""
    missing = ~np.isfinite(values)
    if missing.all():
        return []
    filled = np.where(missing, values[~missing].mean(), values)
    columns = [filled, missing.astype(np.float64)]
    if len(np.unique(filled)) > 2:
        knots = np.unique(np.quantile(filled, KNOTS))
        columns += [np.maximum(filled - knot, 0.0) for knot in knots if filled.min() < knot < filled.max()]
    return columns


def _levels(values: npt.NDArray[np.generic]) -> list[Floats]:
    """One column for each level but the commonest; rare levels together."""
    levels, place, counts = np.unique(values.astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    kept = [level for level in order[:LEVELS] if counts[level] >= RARE]
    columns = [(place == level).astype(np.float64) for level in kept[1:]]
    rare = ~np.isin(place, kept)
    return [*columns, rare.astype(np.float64)] if len(kept) < len(levels) else columns
