"""Net promoter score: the share of promoters (9-10) minus the share of detractors (0-6)."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np

from regard.analytics.counting import effective_n, grouped, weighted_sums
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, assemble, column
from regard.analytics.intervals import adjusted_wald_nps

VERSION = "1"


def nps_counts(
    table: ir.Table, by: Sequence[str] = (), *, score: str = "score", weight: str | None = None
) -> ir.Table:
    """Promoters, passives and detractors by group, counted by the engine that holds the table.

    Parameters
    ----------
    table : ibis.Table
        One row an answer; answers outside 0-10 and null are left out.
    by : sequence of str
        Dimensions to group by.
    score, weight : str
        Columns of the answer (0-10) and, if the answers are weighted, of the weight (above 0).

    Returns
    -------
    ibis.Table
        The dimensions, promoters, passives, detractors, weights, squared_weights.

    Examples
    --------
    >>> answers = ibis.memtable({"score": [10, 9, 8, 3]})
    >>> counts = nps_counts(answers).to_pyarrow().to_pylist()[0]
    >>> [counts[part] for part in ("promoters", "passives", "detractors")]
    [2.0, 1.0, 1.0]
    """
    answers = table.filter(ibis._[score].between(0, 10))
    answer = ibis._[score]
    parts = {"promoters": answer >= 9, "passives": (answer >= 7) & (answer < 9), "detractors": answer < 7}
    return grouped(answers, by, **weighted_sums(parts, weight))


def nps(
    table: ir.Table,
    by: Sequence[str] = (),
    *,
    score: str = "score",
    weight: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Net promoter score by group.

    Parameters
    ----------
    table : ibis.Table
        One row an answer.
    by : sequence of str
        Dimensions to group by; none gives one figure.
    score, weight : str
        Columns of the answer (0-10) and of an optional weight.
    level : float, default .95
    minimum : int, default 10
        Groups with a smaller (effective) n say "too few".

    Returns
    -------
    Estimates
        Scores between -1 and 1.

    Notes
    -----
    ``NPS = P - D`` with the adjusted Wald interval of `adjusted_wald_nps`. Weighted answers count with their weight
    and the interval stands on Kish's effective n.

    References
    ----------
    Reichheld (2003), Harvard Business Review 81(12); Rocks (2016), The American Statistician 70(4), 365-372.

    Examples
    --------
    >>> answers = ibis.memtable({"score": [10] * 50 + [8] * 30 + [2] * 20})
    >>> print(nps(answers).only())
    0.300 [0.141, 0.442] n=100
    """
    counts = nps_counts(table, by, score=score, weight=weight).to_pyarrow()
    n, weights = effective_n(counts), column(counts, "weights")
    shrink = np.divide(n, weights, out=np.zeros_like(n), where=weights > 0)
    up, flat, down = (column(counts, name) * shrink for name in ("promoters", "passives", "detractors"))
    interval = adjusted_wald_nps(up, flat, down, level)
    return assemble(counts, by, interval, n, level=level, version=VERSION, minimum=minimum)
