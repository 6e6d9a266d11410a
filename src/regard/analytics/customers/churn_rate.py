"""Churn rate: of the customers who were there, how many left."""

from collections.abc import Sequence

import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.shares import share

VERSION = "1"


def churn_rate(
    customers: ir.Table,
    by: Sequence[str] = (),
    *,
    customer: str = "customer_id",
    churned: str = "churned",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of customers who left, with Wilson's interval.

    Parameters
    ----------
    customers : ibis.Table
        One row a customer who was there at the start of the period or joined in it.
    by : sequence of str
        Dimensions to group by.
    customer, churned : str
        Columns of the customer and of whether they left in the period.
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    Estimates
        Shares between 0 and 1; n is the number of customers who could have left.

    Notes
    -----
    For contracts, where leaving is seen. Where customers just stop buying nobody sees them leave, and a model must
    say how likely they are still there.

    Examples
    --------
    >>> import ibis
    >>> customers = ibis.memtable({"customer_id": list(range(20)), "churned": [False] * 20})
    >>> print(churn_rate(customers).only().show(4))
    0.0000 [0.0000, 0.1611] n=20
    """
    return share(customers, by, success=churned, unit=customer, level=level, minimum=minimum, version=VERSION)
