"""Late delivery: of the deliveries that were promised for a time, how many came after it."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.shares import share

VERSION = "1"


def late_delivery_rate(
    deliveries: ir.Table,
    by: Sequence[str] = (),
    *,
    promised_at: str = "promised_at",
    delivered_at: str = "delivered_at",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of delivered orders that came after the promised time, with Wilson's interval.

    Parameters
    ----------
    deliveries : ibis.Table
        One row an order; rows without a promised or a delivered time are left out.
    by : sequence of str
        Dimensions to group by.
    promised_at, delivered_at : str
        Columns of the two times, compared as they are: the end of a promised day is for the caller to state.
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    Estimates
        Shares between 0 and 1; n is the number of delivered orders with a promise.

    Examples
    --------
    >>> deliveries = ibis.memtable({"promised_at": [5] * 29, "delivered_at": [6] + [4] * 28})
    >>> print(late_delivery_rate(deliveries).only().show(4))
    0.0345 [0.0061, 0.1718] n=29
    """
    late = deliveries.mutate(late=ibis._[delivered_at] > ibis._[promised_at])  # null when one is unknown
    return share(late, by, success="late", level=level, minimum=minimum, version=VERSION)
