"""Opening hours: how much of a wait fell into the time in which somebody could have answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

import ibis
import ibis.expr.types as ir

DAY = 86_400
WEEK = 7 * DAY
MONDAY = 4 * DAY  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class OpeningHours:
    """When a team works.

    Parameters
    ----------
    week : mapping of int to (time, time)
        Weekday (0 is Monday) to opening and closing time; closing at 00:00 is midnight at the day's end. Days not
        named are closed.
    closed : collection of date
        Holidays.

    Raises
    ------
    ValueError
        If no day is open, a weekday is none, or a day closes before it opens.

    Examples
    --------
    >>> office = OpeningHours({day: (time(9), time(17)) for day in range(5)})
    >>> from datetime import datetime
    >>> table = ibis.memtable({"asked": [datetime(2026, 11, 20, 16)], "answered": [datetime(2026, 11, 23, 10, 30)]})
    >>> (office.seconds(table.asked, table.answered) / 3600).to_pyarrow().to_pylist()  # Friday to Monday
    [2.5]
    """

    week: Mapping[int, tuple[time, time]]
    closed: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not self.week or not set(self.week) <= set(range(7)):
            raise ValueError("opening hours need weekdays from 0 (Monday) to 6 (Sunday)")
        for day in self.week:
            opens, closes = self._span(day)
            if closes <= opens:
                raise ValueError(f"weekday {day} closes before it opens")

    def _span(self, weekday: int) -> tuple[int, int]:
        """Opening and closing second of a weekday."""
        opens, closes = (one.hour * 3600 + one.minute * 60 + one.second for one in self.week[weekday])
        return opens, closes or DAY

    def seconds(self, start: ir.TimestampValue, end: ir.TimestampValue) -> ir.FloatingValue:
        """Open seconds between two moments, as an expression; both by the clock that the opening hours mean."""
        return self._opened(end) - self._opened(start)

    def _opened(self, moment: ir.TimestampValue) -> ir.FloatingValue:
        """Open seconds since a fixed Monday."""
        second = moment.cast("timestamp").epoch_seconds().cast("float64")
        week = ((second - MONDAY) / WEEK).floor()
        within = second - MONDAY - week * WEEK
        total = week * sum(closes - opens for opens, closes in map(self._span, self.week))
        for weekday in self.week:
            opens, closes = self._span(weekday)
            total = total + _passed(within, weekday * DAY + opens, closes - opens)
        for day in self.closed:
            if day.weekday() in self.week:
                opens, closes = self._span(day.weekday())
                total = total - _passed(second, (day - date(1970, 1, 1)).days * DAY + opens, closes - opens)
        return total


def _passed(second: ir.FloatingValue, since: int, length: int) -> ir.FloatingValue:
    """How much of a stretch of time is over."""
    return ibis.least(ibis.greatest(second - float(since), 0.0), float(length))
