"""Retention: which share of each cohort comes back, and how long customers under contract stay."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard.analytics.churn.curves import curves_by_group, end_of, refuse_backwards
from regard.analytics.churn.kaplan_meier import SurvivalCurve, Transform
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, assemble
from regard.analytics.intervals import wilson

VERSION = "1"
Period = Literal["day", "week", "month", "quarter", "year"]
DAY = 86_400
MONDAY = date(1970, 1, 5)
EPOCH = date(1970, 1, 1)
PER_YEAR = {"month": 12, "quarter": 4, "year": 1}


def cohort_retention(
    activity: ir.Table,
    by: Sequence[str] = (),
    *,
    until: date | datetime,
    customer: str = "customer_id",
    at: str = "occurred_at",
    period: Period = "month",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of each cohort that was active again, by periods since its first.

    Parameters
    ----------
    activity : ibis.Table
        One row an order (visit, payment, …).
    by : sequence of str
        Dimensions to group by; who is in two groups starts in each.
    until : date or datetime
        End of observation, included if a date. Periods that were not over by then are left out.
    customer, at : str
        Columns: who and when (UTC).
    period : {"day", "week", "month", "quarter", "year"}
        Calendar periods; weeks start on Monday.
    level : float, default .95
    minimum : int, default 10
        Smaller cohorts say "too few".

    Returns
    -------
    Estimates
        Groups: the dimensions, `cohort` (date, first day of the period of the first activity) and `age` (periods
        since, 0 is always 1). n is the size of the cohort. Ages at which nobody was active are there, with 0.

    Raises
    ------
    ValueError
        If a column is missing or the period unknown.

    Notes
    -----
    Active in that period, not "still a customer": who pauses and returns counts at both ends of the pause. Wilson's
    interval.

    References
    ----------
    Fader, Hardie (2007), Journal of Interactive Marketing 21(1), on why later ages of a cohort look more loyal.

    Examples
    --------
    >>> orders = ibis.memtable({"customer_id": ["a", "a", "b"],
    ...     "occurred_at": [date(2026, 1, 3), date(2026, 3, 9), date(2026, 1, 20)]})
    >>> table = cohort_retention(orders, until=date(2026, 3, 31), minimum=1)
    >>> table.groups.column("age").to_pylist(), table.value.tolist()
    ([0, 1, 2], [1.0, 0.0, 0.5])
    """
    _check(activity, [customer, at, *by], period)
    names = {f"by_{place}": activity[name] for place, name in enumerate(by)}
    moment = activity[at].cast("timestamp")
    rows = activity.filter(
        activity[customer].notnull() & (moment < ibis.literal(end_of(until), type="timestamp"))
    )
    active = rows.select(**names, who=rows[customer], number=_number(moment, period)).distinct()
    first = active.mutate(cohort=active.number.min().over(group_by=[*names, "who"]))
    keys = [*names, "cohort", "age"]
    counts = first.mutate(age=first.number - first.cohort).group_by(keys).aggregate(active=ibis._.count())
    held = counts.order_by(keys).to_pyarrow().to_pylist()
    found = {tuple(row[key] for key in keys): row["active"] for row in held}
    last = _last_complete(end_of(until), period)
    grid = [
        (*start[:-1], age) for start in found if start[-1] == 0 for age in range(last - start[-2] + 1)
    ]  # everybody is active at age 0
    size = np.array([found[*key[:-1], 0] for key in grid], dtype=np.float64)
    again = np.array([found.get(key, 0) for key in grid], dtype=np.float64)
    return assemble(
        _groups(grid, activity, by, period), [*by, "cohort", "age"], wilson(again, size, level), size, level=level,
        version=VERSION, minimum=minimum,
    )  # fmt: skip


def _groups(grid: list[tuple[Any, ...]], activity: ir.Table, by: Sequence[str], period: Period) -> pa.Table:
    columns = {
        name: pa.array([key[place] for key in grid], type=activity[name].type().to_pyarrow())
        for place, name in enumerate(by)
    }
    columns["cohort"] = pa.array([_first_day(key[-2], period) for key in grid], type=pa.date32())
    columns["age"] = pa.array([key[-1] for key in grid], type=pa.int64())
    return pa.table(columns)


def retention_curve(
    contracts: ir.Table,
    by: Sequence[str] = (),
    *,
    until: date | datetime,
    started: str = "started_at",
    ended: str = "ended_at",
    known_from: date | None = None,
    transform: Transform = "log-log",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> dict[tuple[Any, ...], SurvivalCurve]:
    """How long customers under contract stay: a Kaplan-Meier curve in days for each group.

    Parameters
    ----------
    contracts : ibis.Table
        One row a customer (or contract).
    by : sequence of str
        Dimensions to group by.
    until : date or datetime
        End of observation, included if a date: who leaves later was still there, who starts later is left out.
    started, ended : str
        Columns: when it began, when it ended (null while it lasts).
    known_from : date, optional
        First day of the records, when those who left before it are missing from them: older customers then count
        only from that day on (left truncation).
    transform, level, minimum
        As in `kaplan_meier`.

    Returns
    -------
    dict of tuple to SurvivalCurve
        By the values of the dimensions; `()` is everybody. Time in whole days.

    Raises
    ------
    ValueError
        If a column is missing, or a contract ends before it starts.

    References
    ----------
    Kaplan and Meier (1958), Journal of the American Statistical Association 53, 457-481.

    Examples
    --------
    >>> contracts = ibis.memtable({"started_at": [date(2026, 1, 1)] * 3,
    ...     "ended_at": [date(2026, 1, 31), date(2026, 3, 2), None]})
    >>> retention_curve(contracts, until=date(2026, 12, 31), minimum=1)[()].read([29, 30, 60]).value.round(4).tolist()
    [1.0, 0.6667, 0.3333]
    """
    _check(contracts, [started, ended, *by], "day")
    refuse_backwards(contracts, started, ended)
    end = ibis.literal(end_of(until), type="timestamp")
    begun, gone = contracts[started].cast("timestamp"), contracts[ended].cast("timestamp")
    left = gone.notnull() & (gone < end)
    days = (
        ((ibis.ifelse(left, gone, end).epoch_seconds() - begun.epoch_seconds()) / DAY).floor().cast("int64")
    )
    entry: ir.Value = ibis.literal(-1)
    if known_from is not None:
        seconds = (known_from - EPOCH).days * DAY - begun.epoch_seconds()
        entry = ibis.ifelse(seconds > 0, (seconds / DAY).floor().cast("int64"), -1)
    rows = contracts.filter(begun < end).select(*by, duration=days, ended=left, entry=entry)
    watched = rows.filter(rows.entry < rows.duration)
    return curves_by_group(watched, by, transform=transform, level=level, minimum=minimum)


def _check(table: ir.Table, columns: Sequence[str], period: str) -> None:
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ValueError(f"the table has no column {missing[0]!r}")
    if period not in get_args(Period):
        raise ValueError(f"period must be one of {', '.join(get_args(Period))}, not {period!r}")


def _number(moment: ir.TimestampValue, period: Period) -> ir.IntegerValue:
    """Calendar periods counted, so that neighbours differ by one."""
    if period in PER_YEAR:
        per_year = PER_YEAR[period]
        within = (moment.month() - 1) * per_year // 12
        return (moment.year().cast("int64") * per_year + within).cast("int64")
    day = (moment.epoch_seconds() / DAY).floor().cast("int64")
    return day if period == "day" else ((day - (MONDAY - EPOCH).days) / 7).floor().cast("int64")


def _number_of(day: date, period: Period) -> int:
    if period in PER_YEAR:
        return day.year * PER_YEAR[period] + (day.month - 1) * PER_YEAR[period] // 12
    return (day - EPOCH).days if period == "day" else (day - MONDAY).days // 7


def _first_day(number: int, period: Period) -> date:
    if period in PER_YEAR:
        year, within = divmod(number, PER_YEAR[period])
        return date(year, within * 12 // PER_YEAR[period] + 1, 1)
    return EPOCH + timedelta(days=number) if period == "day" else MONDAY + timedelta(weeks=number)


def _last_complete(end: datetime, period: Period) -> int:
    return _number_of(end.date(), period) - 1
