"""Active customers: how many different customers did something of their own accord."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from regard.analytics.counting import grouped
from regard.analytics.estimate import LEVEL, Estimates, assemble, column
from regard.analytics.intervals import poisson_total

VERSION = "1"


def active_customers(
    activity: ir.Table, by: Sequence[str] = (), *, customer: str = "customer_id", level: float = LEVEL
) -> Estimates:
    """Number of different customers in each group.

    Parameters
    ----------
    activity : ibis.Table
        One row a thing a customer did, limited to the period asked about; rows without a customer are left out.
    by : sequence of str
        Dimensions to group by. Groups overlap: they do not add up to the whole.
    customer : str
        Column of the customer.
    level : float, default .95

    Returns
    -------
    Estimates
        Counts with a Poisson interval: by how much chance alone would move the count of a like period.

    Examples
    --------
    >>> activity = ibis.memtable({"customer_id": [1, 1, 2, None]})
    >>> print(active_customers(activity).only().show(0))
    2 [-1, 5] n=2
    """
    known = activity.filter(ibis._[customer].notnull())
    counts = grouped(known, by, customers=ibis._[customer].nunique()).to_pyarrow()
    n = column(counts, "customers")
    return assemble(counts, by, poisson_total(n, n, level), n, level=level, version=VERSION, minimum=1)
