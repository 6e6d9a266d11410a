"""Value by cohort: what customers who came together have brought so far, and what they will still bring."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from regard.analytics.churn.retention import Period
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.shares import mean, total

VERSION = "1"
UNITS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}


@dataclass(frozen=True)
class CohortValue:
    """Value of each cohort, in the unit of the amounts; groups are the dimensions and `cohort` (its first day).

    Attributes
    ----------
    past, ahead, whole : Estimates
        Means a customer: brought so far, still to come, and both; Student's t over customers.
    total_ahead : Estimates
        What the cohort will still bring together; compound Poisson.
    """

    past: Estimates
    ahead: Estimates
    whole: Estimates
    total_ahead: Estimates


def cohort_value(
    customers: ir.Table,
    by: Sequence[str] = (),
    *,
    first: str = "first_at",
    past: str = "revenue",
    ahead: str = "clv",
    period: Period = "month",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> CohortValue:
    """Table of customer value by when customers came.

    Parameters
    ----------
    customers : ibis.Table
        One row a customer; rows without a first purchase are left out.
    by : sequence of str
        Dimensions to group by. Amounts of several currencies must have the currency among them.
    first : str
        Column of the first purchase (date or timestamp, UTC).
    past, ahead : str
        Columns: brought so far, and the value still to come (as `lifetime_value` gives it); null counts as 0.
    period : {"day", "week", "month", "quarter", "year"}
        Calendar period of a cohort; weeks start on Monday.
    level : float, default .95
    minimum : int, default 10
        The means of smaller cohorts say "too few".

    Returns
    -------
    CohortValue

    Raises
    ------
    ValueError
        If a column is missing or the period unknown.

    Notes
    -----
    Younger cohorts have brought less because they have had less time: compare `whole`. The intervals are about which
    customers came; not knowing the model's parameters is apart (see `lifetime_value`).

    Examples
    --------
    >>> from datetime import date
    >>> customers = ibis.memtable({"first_at": [date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 1)],
    ...     "revenue": [30.0, 10.0, 5.0], "clv": [20.0, 20.0, 40.0]})
    >>> table = cohort_value(customers, minimum=1)
    >>> [day.isoformat() for day in table.whole.groups.column("cohort").to_pylist()], table.whole.value[:1].tolist()
    (['2026-01-01', '2026-02-01'], [40.0])
    >>> table.total_ahead.value.tolist()
    [40.0, 40.0]
    """
    missing = [name for name in (first, past, ahead, *by) if name not in customers.columns]
    if missing:
        raise ValueError(f"the table has no column {missing[0]!r}")
    if period not in UNITS:
        raise ValueError(f"period must be one of {', '.join(UNITS)}, not {period!r}")
    known = customers.filter(customers[first].notnull())
    rows = known.select(
        *by,
        cohort=known[first].cast("timestamp").truncate(UNITS[period]).date(),
        past=known[past].cast("float64").fill_null(0.0),
        ahead=known[ahead].cast("float64").fill_null(0.0),
    ).mutate(whole=ibis._.past + ibis._.ahead)
    keys = [*by, "cohort"]

    def average(name: str) -> Estimates:
        return mean(rows, keys, value=name, level=level, minimum=minimum, version=VERSION)

    together = total(rows, keys, amount="ahead", level=level, version=VERSION)
    return CohortValue(average("past"), average("ahead"), average("whole"), together)
