"""Never back: of the customers who passed a step, how many did nothing after it."""

from datetime import UTC, datetime

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.journeys.sequence import follow, read_log
from regard.analytics.shares import share

VERSION = "1"


def never_back(
    log: ir.Table,
    *,
    until: datetime | None = None,
    customer: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    order: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of the customers who passed a step for whom it was the last thing that happened.

    Parameters
    ----------
    log : ibis.Table
        One row an event; rows without customer, activity or time are left out.
    until : datetime, optional
        Customers who last passed the step later than this are left out: they have not had time to come back. Without
        it the newest customers count as lost, which makes every step look worse than it is.
    customer, activity, at, order : str
        As `case`, `activity`, `at` and `order` in `journey_edges`; a journey is everything of one customer.
    level : float, default .95
    minimum : int, default 10
        Steps that fewer customers passed say "too few".

    Returns
    -------
    Estimates
        One row a `step`: shares between 0 and 1 with Wilson's interval; n is the number of customers.

    Raises
    ------
    ValueError
        If a column is missing.

    Notes
    -----
    What comes last is not thereby the cause: every journey ends somewhere, and a natural end (the parcel arrives) has
    a high share too. Compare like with like, and `until` with the usual time between two purchases.

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": [*range(20), *range(5)], "name": ["complain"] * 20 + ["buy"] * 5,
    ...     "occurred_at": ["2026-01-01"] * 20 + ["2026-01-02"] * 5}).cast({"occurred_at": "timestamp"})
    >>> print(never_back(log, minimum=5).by_group()["complain",])
    0.750 [0.531, 0.888] n=20
    """
    rows = follow(read_log(log, case=customer, activity=activity, at=at, order=order), "step")
    passed = rows.group_by("step", "case").aggregate(
        last=ibis._["at"].max(), success=ibis._["next_step"].isnull().any()
    )
    if until is not None:
        passed = passed.filter(passed["last"] <= _moment(until, passed["last"].type()))
    return share(passed, ["step"], level=level, minimum=minimum, version=VERSION)


def _moment(until: datetime, kind: dt.DataType) -> ir.Value:
    """A moment as the log's own type, whose times are UTC with or without saying so."""
    utc = until.replace(tzinfo=UTC) if until.tzinfo is None else until.astimezone(UTC)
    return ibis.literal(utc if kind.timezone else utc.replace(tzinfo=None), type=kind)
