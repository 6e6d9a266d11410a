"""Repeat-purchase rate: of the customers who bought, how many came back."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.shares import share

VERSION = "1"


def mark_repeats(
    purchases: ir.Table, *, customer: str = "customer_id", at: str = "occurred_at", order: str = "event_id"
) -> ir.Table:
    """Add the boolean column `repeat`: false for a customer's first purchase, true for every later one.

    Parameters
    ----------
    purchases : ibis.Table
        One row a purchase, the whole known history: a row before it would turn a first purchase into a repeat.
    customer, at, order : str
        Columns of the customer, the time, and a unique key that orders purchases of the same moment.

    Returns
    -------
    ibis.Table
        The rows that have a customer, with `repeat`.

    Examples
    --------
    >>> purchases = ibis.memtable({"customer_id": [1, 1, 2], "occurred_at": [1, 2, 1], "event_id": ["a", "b", "c"]})
    >>> mark_repeats(purchases).order_by("event_id").repeat.to_pyarrow().to_pylist()
    [False, True, False]
    """
    known = purchases.filter(ibis._[customer].notnull())
    place = ibis.struct({"at": known[at], "order": known[order]})  # the least one is found without sorting
    firsts = known.group_by(customer).aggregate(first=place.min())
    joined = known.inner_join(firsts, customer)
    return joined.mutate(repeat=joined[order] != joined["first"]["order"]).drop("first")


def repeat_purchase(
    purchases: ir.Table,
    by: Sequence[str] = (),
    *,
    customer: str = "customer_id",
    repeat: str = "repeat",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of a group's buyers for whom a purchase in the group was not their first.

    Parameters
    ----------
    purchases : ibis.Table
        One row a purchase, marked by `mark_repeats`, then limited to whatever period or group is asked about.
    by : sequence of str
        Dimensions to group by.
    customer, repeat : str
        Columns of the customer and the mark.
    level : float, default .95
    minimum : int, default 10
        Groups with fewer buyers say "too few".

    Returns
    -------
    Estimates
        Shares between 0 and 1; n is the number of buyers. Over the whole history this is the share of buyers with
        two purchases or more; over a month, the share of that month's buyers who had bought before.

    Notes
    -----
    Early months of a history look low, because what happened before it began is not known.

    Examples
    --------
    >>> purchases = ibis.memtable({"customer_id": [1, 1, 2, 3], "repeat": [False, True, False, False]})
    >>> print(repeat_purchase(purchases, minimum=1).only())
    0.333 [0.061, 0.792] n=3
    """
    return share(purchases, by, success=repeat, unit=customer, level=level, minimum=minimum, version=VERSION)
