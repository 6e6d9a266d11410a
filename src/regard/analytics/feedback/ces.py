"""Customer effort score: how easy it was, 1 (not at all) to 7 (very)."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.shares import mean, share

VERSION = "1"


def ces(
    table: ir.Table,
    by: Sequence[str] = (),
    *,
    score: str = "score",
    weight: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Mean effort answer on 1-7 (7 is easiest), with Student's t interval.

    Parameters
    ----------
    table : ibis.Table
        One row an answer; answers outside 1-7 and null are left out.
    by : sequence of str
        Dimensions to group by.
    score, weight : str
        Columns of the answer and of an optional weight.
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    Estimates
        Means between 1 and 7.

    References
    ----------
    Dixon, Freeman and Toman (2010), Stop trying to delight your customers, Harvard Business Review 88(7/8).

    Examples
    --------
    >>> answers = ibis.memtable({"score": [7, 6, 5, 6, 7, 2, 4, 6, 6, 5]})
    >>> print(ces(answers).only().show(2))
    5.40 [4.32, 6.48] n=10
    """
    answers = table.filter(ibis._[score].between(1, 7))
    return mean(answers, by, value=score, weight=weight, level=level, minimum=minimum, version=VERSION)


def ces_easy_share(
    table: ir.Table,
    by: Sequence[str] = (),
    *,
    score: str = "score",
    weight: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of answers 5-7 on the effort question, with Wilson's interval.

    Parameters
    ----------
    table, by, score, weight, level, minimum
        As in `ces`.

    Returns
    -------
    Estimates
        Shares between 0 and 1.

    Examples
    --------
    >>> answers = ibis.memtable({"score": [7, 6, 5, 6, 7, 2, 4, 6, 6, 5]})
    >>> print(ces_easy_share(answers).only().show(2))
    0.80 [0.49, 0.94] n=10
    """
    answers = table.filter(ibis._[score].between(1, 7)).mutate(easy=ibis._[score] >= 5)
    return share(answers, by, success="easy", weight=weight, level=level, minimum=minimum, version=VERSION)
