"""Complaint rate: of the customers who had to do with us, how many complained."""

from collections.abc import Sequence

import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.shares import share

VERSION = "1"


def complaint_rate(
    activity: ir.Table,
    by: Sequence[str] = (),
    *,
    customer: str = "customer_id",
    complaint: str = "complaint",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of active customers who complained at least once, with Wilson's interval.

    Parameters
    ----------
    activity : ibis.Table
        One row a thing a customer did, complaints included, limited to the period asked about.
    by : sequence of str
        Dimensions to group by.
    customer, complaint : str
        Columns of the customer and of whether the row is a complaint.
    level : float, default .95
    minimum : int, default 10
        Groups with fewer customers say "too few".

    Returns
    -------
    Estimates
        Shares between 0 and 1; n is the number of active customers.

    Examples
    --------
    >>> import ibis
    >>> activity = ibis.memtable({"customer_id": [1, 1, 2, 3, 4], "complaint": [False, True, False, False, False]})
    >>> print(complaint_rate(activity, minimum=1).only())
    0.250 [0.046, 0.699] n=4
    """
    return share(
        activity, by, success=complaint, unit=customer, level=level, minimum=minimum, version=VERSION
    )
