"""Waiting time: how long until an answer, a resolution, a delivery, counting those who still wait."""

from collections.abc import Sequence
from datetime import date, datetime

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard.analytics.churn.curves import curves_by_group, end_of, refuse_backwards
from regard.analytics.churn.kaplan_meier import Transform
from regard.analytics.customers.opening_hours import OpeningHours
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, Floats, Interval, assemble

VERSION = "1"
MINUTE = 60


def waiting_time(
    cases: ir.Table,
    by: Sequence[str] = (),
    *,
    until: date | datetime,
    opened: str = "opened_at",
    ended: str = "resolved_at",
    share: float = 0.5,
    hours: OpeningHours | None = None,
    transform: Transform = "log-log",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Hours within which half (or nine of ten) of the cases were answered or resolved.

    Cases still open count for as long as they have waited. Leaving them out, as most help desks do, makes a team that
    never touches its hard cases look fast.

    Parameters
    ----------
    cases : ibis.Table
        One row a case.
    by : sequence of str
        Dimensions to group by.
    until : date or datetime
        End of observation, included if a date; what ended later was still open then.
    opened, ended : str
        Columns: when it began, and when it was first answered or resolved (null while it was not).
    share : float, default .5
        .5 is the median, .9 the hours that nine of ten waited at most.
    hours : OpeningHours, optional
        Count only these; by default every hour. The columns must then be on the clock of the opening hours.
    transform, level : as in `kaplan_meier`
    minimum : int, default 10
        Groups with fewer cases say "too few".

    Returns
    -------
    Estimates
        Hours, to the minute; no value where the share has not been reached yet. n is the number of cases.

    Raises
    ------
    ValueError
        If a column is missing or a case ended before it began.

    Notes
    -----
    Quantile of the Kaplan-Meier curve with the Brookmeyer-Crowley interval; see `kaplan_meier`.

    References
    ----------
    Brookmeyer and Crowley (1982), Biometrics 38(1), 29-41.

    Examples
    --------
    >>> noon = datetime(2026, 3, 2, 12)
    >>> answers = [datetime(2026, 3, 2, 12 + hour) for hour in range(1, 8)] + [None] * 5
    >>> cases = ibis.memtable({"opened_at": [noon] * 12, "resolved_at": answers})
    >>> waiting_time(cases, until=date(2026, 3, 31)).only().value
    6.0
    """
    missing = [name for name in (opened, ended, *by) if name not in cases.columns]
    if missing:
        raise ValueError(f"the cases have no column {missing[0]!r}")
    refuse_backwards(cases, opened, ended)
    end = ibis.literal(end_of(until), type="timestamp")
    begun, done = cases[opened].cast("timestamp"), cases[ended].cast("timestamp")
    over = done.notnull() & (done < end)
    last = ibis.ifelse(over, done, end)
    waited = hours.seconds(begun, last) if hours else last.epoch_seconds() - begun.epoch_seconds()
    rows = cases.filter(begun < end).select(
        *by, duration=(waited / MINUTE).round().cast("int64"), ended=over, entry=ibis.literal(-1)
    )
    curves = curves_by_group(rows, by, unit=3600 / MINUTE, transform=transform, level=level, minimum=minimum)
    groups = pa.table(
        {
            name: pa.array([key[place] for key in curves], type=cases[name].type().to_pyarrow())
            for place, name in enumerate(by)
        }
    )
    found = [curve.quantile(share) for curve in curves.values()]
    unknown = np.full(len(found), np.nan)
    interval = Interval(
        _column([one.value for one in found]), _column([one.low for one in found]),
        _column([one.high for one in found]), unknown, f"Brookmeyer-Crowley, {transform}",
    )  # fmt: skip
    n = np.array([one.n for one in found], dtype=np.float64)
    return assemble(groups, by, interval, n, level=level, version=VERSION, minimum=minimum)


def _column(figures: Sequence[float | None]) -> Floats:
    return np.array([np.nan if one is None else one for one in figures], dtype=np.float64)
