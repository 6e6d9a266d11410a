"""Customer satisfaction index: several rated attributes as one number from 0 to 100."""

import math
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Floats
from regard.analytics.intervals import bootstrap

VERSION = "1"
BLOCKS = 5000


def csi(
    table: ir.Table,
    weights: Mapping[str, float],
    *,
    lowest: float = 1,
    highest: float = 5,
    respondent: str = "respondent",
    resamples: int = 1000,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
    seed: int = 0,
) -> Estimate:
    """Weighted mean of attribute ratings on 0-100, with a bootstrap interval.

    Parameters
    ----------
    table : ibis.Table
        One row a respondent, one column a rated attribute; null and ratings off the scale mean "not applicable".
    weights : mapping of str to float
        Rating column to its weight (stated, or shares of importance); they need not add up to 1.
    lowest, highest : float
        Ends of the rating scale, which become 0 and 100.
    respondent : str
        Column that identifies the respondent.
    resamples, seed : int
        Of the bootstrap; the same seed gives the same interval.
    level : float, default .95
    minimum : int, default 10
        Fewer respondents: "too few". So is an attribute that nobody rated.

    Returns
    -------
    Estimate
        Index between 0 and 100; n is the number of respondents with any rating.

    Raises
    ------
    ValueError
        If no weight is above 0, or one is negative.

    Notes
    -----
    ``sum_j w_j m_j / sum_j w_j`` with m_j the mean of attribute j among those who rated it, rescaled by
    ``100 (m - lowest) / (highest - lowest)``. Respondents are resampled; more than 5,000 of them are first added up
    in 5,000 blocks by the hash of their id, which are resampled instead, so that rows stay in the engine.

    References
    ----------
    Fornell et al. (1996), The American Customer Satisfaction Index, Journal of Marketing 60(4), 7-18.

    Examples
    --------
    >>> answers = ibis.memtable({"respondent": list(range(20)), "speed": [4, 5] * 10, "care": [3, 3] * 10})
    >>> index = csi(answers, {"speed": 3, "care": 1})
    >>> round(index.value, 3), index.n
    (78.125, 20)
    """
    importance = np.array(list(weights.values()), dtype=np.float64)
    if not (importance > 0).any() or (importance < 0).any():
        raise ValueError("weights must not be negative, and one must be above 0")
    sums, rated, n = _blocks(table, list(weights), lowest, highest, respondent)

    def index(total: Floats, count: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            means = 100 * (total / count - lowest) / (highest - lowest)
        return np.asarray(means @ importance / importance.sum(), dtype=np.float64)

    value = float(index(sums.sum(axis=0), rated.sum(axis=0)))
    if n < minimum or math.isnan(value):
        return Estimate(None, None, None, n, level=level, method="bootstrap", version=VERSION)

    def resampled(rows: npt.NDArray[np.int64]) -> Floats:
        return index(sums[rows].sum(axis=1), rated[rows].sum(axis=1))

    low, high, error = bootstrap(resampled, len(sums), resamples=resamples, level=level, seed=seed)
    return Estimate(
        value, low, high, n, level=level, method="bootstrap", version=VERSION, standard_error=error
    )


def _blocks(
    table: ir.Table, columns: list[str], lowest: float, highest: float, respondent: str
) -> tuple[Floats, Floats, int]:
    """Sums and numbers of ratings, shape (blocks, attributes), and the number of respondents with any."""
    rated = {
        name: ibis.cases((ibis._[name].between(lowest, highest), ibis._[name].cast("float64")))
        for name in columns
    }
    answers = table.select(respondent=ibis._[respondent], **rated)
    answers = answers.filter(ibis.or_(*(answers[name].notnull() for name in columns)))
    n = int(answers.count().to_pyarrow().as_py())
    block = ibis._.respondent.hash().abs() % BLOCKS if n > BLOCKS else ibis._.respondent
    totals = {f"sum_{place}": ibis._[name].sum() for place, name in enumerate(columns)}
    numbers = {f"n_{place}": ibis._[name].count() for place, name in enumerate(columns)}
    blocks = answers.group_by(block=block).aggregate(**totals, **numbers).order_by("block").to_pyarrow()

    def matrix(names: dict[str, ir.Value]) -> Floats:
        return np.column_stack(
            [blocks.column(name).cast("float64").fill_null(0.0).to_numpy() for name in names]
        )

    return matrix(totals), matrix(numbers), n
