"""Customer satisfaction: the share of satisfied answers."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.shares import share

VERSION = "1"


def csat(
    table: ir.Table,
    by: Sequence[str] = (),
    *,
    score: str = "score",
    satisfied_from: float = 4,
    weight: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of answers that are satisfied: the top two of five, or "good" of good and bad.

    Parameters
    ----------
    table : ibis.Table
        One row an answer; null answers are left out.
    by : sequence of str
        Dimensions to group by.
    score, weight : str
        Columns of the answer and of an optional weight.
    satisfied_from : float, default 4
        The lowest satisfied answer: 4 on a scale of 1-5, 1 of 0 (bad) and 1 (good).
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    Estimates
        Shares between 0 and 1 with Wilson's interval. Also called top-two-box share.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 857-872.

    Examples
    --------
    >>> answers = ibis.memtable({"score": [5] * 41 + [4] * 40 + [2] * 182})
    >>> print(csat(answers).only().show(4))
    0.3080 [0.2553, 0.3662] n=263
    """
    answers = table.filter(ibis._[score].notnull()).mutate(satisfied=ibis._[score] >= satisfied_from)
    return share(
        answers, by, success="satisfied", weight=weight, level=level, minimum=minimum, version=VERSION
    )
