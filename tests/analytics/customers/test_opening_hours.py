"""Opening hours: minute by minute is the truth."""

from datetime import date, datetime, time, timedelta

import ibis
import numpy as np
import pytest

from regard import analytics as ra

OFFICE = {0: (time(9), time(17)), 1: (time(9), time(17)), 2: (time(8, 30), time(12)), 4: (time(9), time(0))}
HOLIDAYS = frozenset({date(2026, 4, 3), date(2026, 4, 4), date(2026, 4, 6)})  # the Saturday is closed anyway


def counted(start: datetime, end: datetime) -> int:
    """Open minutes, one by one."""
    minutes, moment = 0, start
    while moment < end:
        span = OFFICE.get(moment.weekday())
        if span and moment.date() not in HOLIDAYS:
            minutes += span[0] <= moment.time() and (moment.time() < span[1] or span[1] == time(0))
        moment += timedelta(minutes=1)
    return minutes


def test_open_time_is_that_counted_minute_by_minute() -> None:
    draw = np.random.default_rng(1)
    starts = [
        datetime.fromisoformat("2026-03-23T00:00") + timedelta(minutes=int(m))
        for m in draw.integers(0, 20_000, 40)
    ]
    ends = [
        start + timedelta(minutes=int(m))
        for start, m in zip(starts, draw.integers(0, 12_000, 40), strict=True)
    ]
    table = ibis.memtable({"start": starts, "end": ends})
    seconds = ra.OpeningHours(OFFICE, HOLIDAYS).seconds(table.start, table.end).to_pyarrow().to_pylist()
    assert [one / 60 for one in seconds] == [counted(*pair) for pair in zip(starts, ends, strict=True)]


def test_moments_before_1970_count_too() -> None:
    table = ibis.memtable(
        {
            "start": [datetime.fromisoformat("1969-12-26T09:00")],
            "end": [datetime.fromisoformat("1969-12-29T10:00")],
        }
    )
    hours = ra.OpeningHours({0: (time(9), time(17)), 4: (time(9), time(17))})
    assert hours.seconds(table.start, table.end).to_pyarrow().to_pylist() == [9 * 3600]


@pytest.mark.parametrize(
    ("week", "words"), [({}, "need weekdays"), ({7: (time(9), time(17))}, "need weekdays"),
                        ({0: (time(17), time(9))}, "closes before")],
)  # fmt: skip
def test_hours_that_make_no_sense_are_refused(week: dict[int, tuple[time, time]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ra.OpeningHours(week)
