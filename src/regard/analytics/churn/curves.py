"""Survival curves by group from a table: equal durations are counted by the engine, so that rows stay there."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from regard.analytics.churn.kaplan_meier import SurvivalCurve, Transform, kaplan_meier
from regard.analytics.estimate import LEVEL, MINIMUM_N


def end_of(until: date | datetime) -> datetime:
    """The moment at which observation ended, without a zone: a date is included to its end, zones become UTC."""
    if not isinstance(until, datetime):
        return datetime.combine(until, time()) + timedelta(days=1)
    return until.astimezone(UTC).replace(tzinfo=None) if until.tzinfo else until


def curves_by_group(
    rows: ir.Table,
    by: Sequence[str] = (),
    *,
    unit: float = 1.0,
    transform: Transform = "log-log",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> dict[tuple[Any, ...], SurvivalCurve]:
    """Survival curve of each group.

    Parameters
    ----------
    rows : ibis.Table
        One row a customer or case: the dimensions, `duration` (whole number of ticks), `ended` and `entry` (ticks;
        -1 where the row was watched from its start).
    by : sequence of str
        Dimensions to group by.
    unit : float
        Ticks in one unit of time of the curves.

    Returns
    -------
    dict of tuple to SurvivalCurve
        By the values of the dimensions, in their order; `()` is everybody.

    Examples
    --------
    >>> rows = ibis.memtable({"duration": [60, 60, 120], "ended": [True, False, True], "entry": [-1, -1, -1]})
    >>> curves_by_group(rows, unit=60)[()].survival.round(4).tolist()
    [0.6667, 0.0]
    """
    names = {f"by_{place}": rows[name] for place, name in enumerate(by)}
    keys = [*names, "duration", "ended", "entry"]
    plain = rows.select(**names, duration=rows.duration, ended=rows.ended, entry=rows.entry)
    counts = plain.group_by(keys).aggregate(rows=ibis._.count())
    place = ibis.dense_rank().over(order_by=list(names)) if by else ibis.literal(0)
    held = counts.mutate(place=place).order_by("place").to_pyarrow()
    duration, ended, entry, weight = (
        np.asarray(held.column(name).cast("float64").to_numpy())
        for name in ("duration", "ended", "entry", "rows")
    )
    edges = np.flatnonzero(np.diff(held.column("place").to_numpy(), prepend=-1, append=-1))
    curves = {}
    for start, end in pairwise(edges.tolist()):
        part = slice(start, end)
        late = entry[part] if (entry[part] >= 0).any() else None
        curves[tuple(held.column(name)[start].as_py() for name in names)] = kaplan_meier(
            duration[part] / unit, ended[part], weight=weight[part], entry=None if late is None else late / unit,
            transform=transform, level=level, minimum=minimum,
        )  # fmt: skip
    return curves


def refuse_backwards(table: ir.Table, started: str, ended: str) -> None:
    """Raise if anything ended before it started.

    Examples
    --------
    >>> table = ibis.memtable({"opened": [date(2026, 2, 1)], "closed": [date(2026, 1, 1)]})
    >>> refuse_backwards(table, "opened", "closed")
    Traceback (most recent call last):
    ValueError: 1 row has 'closed' before 'opened'
    """
    wrong = int(table.filter(table[ended] < table[started]).count().to_pyarrow().as_py())
    if wrong:
        raise ValueError(f"{wrong} row{'s have' if wrong > 1 else ' has'} {ended!r} before {started!r}")
