"""Waiting time: open cases count, groups stand alone, only open hours when asked."""

from datetime import date, datetime, time, timedelta

import ibis
import numpy as np
import pytest

from regard import analytics as ra
from tests.analytics.churn.freireich import PLACEBO, RELAPSED, TREATED

NOON = datetime.fromisoformat("2026-03-02T12:00")


def cases_of(hours: list[float], done: list[int], team: str) -> list[tuple[str, datetime, datetime | None]]:
    """Done after so many hours, or opened that long before the end of observation."""
    end = datetime.fromisoformat("2026-04-01T00:00")
    return [
        (team, NOON, NOON + timedelta(hours=hour)) if over else (team, end - timedelta(hours=hour), None)
        for hour, over in zip(hours, done, strict=True)
    ]


@pytest.fixture
def cases() -> ibis.Table:
    """Freireich's weeks as hours."""
    rows = cases_of(TREATED, RELAPSED, "slow") + cases_of(PLACEBO, [1] * 21, "swift")
    team, opened, resolved = zip(*rows, strict=True)
    return ibis.memtable({"team": team, "opened_at": opened, "resolved_at": resolved})


def test_medians_are_those_of_the_published_curves(cases: ibis.Table) -> None:
    found = ra.waiting_time(cases, ["team"], until=date(2026, 3, 31)).by_group()
    slow, swift = found["slow",], found["swift",]
    assert (slow.value, slow.low, slow.high, slow.n) == (23, 13, None, 21)
    assert (swift.value, swift.low, swift.high) == (8, 4, 11)
    assert swift.method == "Brookmeyer-Crowley, log-log"


def test_leaving_open_cases_out_would_flatter(cases: ibis.Table) -> None:
    slow = cases.filter(cases.team == "slow", cases.resolved_at.notnull())
    assert ra.waiting_time(slow, until=date(2026, 3, 31), minimum=1).only().value == 10


def test_nine_of_ten_not_reached_yet_has_no_figure(cases: ibis.Table) -> None:
    found = ra.waiting_time(cases, ["team"], until=date(2026, 3, 31), share=0.9).by_group()
    assert found["slow",].value is None
    assert found["swift",].value == 17


def test_what_ends_after_the_observation_was_still_open(cases: ibis.Table) -> None:
    """Seen from 17:00 on 2 March the swift team has closed nine of twenty-one, all within five hours."""
    swift = cases.filter(cases.team == "swift")
    found = ra.waiting_time(swift, until=NOON + timedelta(hours=5.5))
    assert found.only().value is None
    assert found.n.tolist() == [21]


def test_only_open_hours_count() -> None:
    friday = datetime.fromisoformat("2026-11-20T16:00")
    opened = [friday] * 12
    resolved = [friday + timedelta(days=3, hours=-7 + hour / 2) for hour in range(12)]
    cases = ibis.memtable({"opened_at": opened, "resolved_at": resolved})
    office = ra.OpeningHours({day: (time(9), time(17)) for day in range(5)})
    by_clock = ra.waiting_time(cases, until=date(2026, 11, 30)).only()
    by_office = ra.waiting_time(cases, until=date(2026, 11, 30), hours=office).only()
    assert by_clock.value == 67.5
    assert by_office.value == 3.5


def test_small_groups_say_too_few_and_none_is_none(cases: ibis.Table) -> None:
    assert ra.waiting_time(cases.limit(5), until=date(2026, 3, 31)).only().too_few
    assert len(ra.waiting_time(cases.limit(0), ["team"], until=date(2026, 3, 31))) == 0


def test_groups_without_a_name_keep_their_place(cases: ibis.Table) -> None:
    nameless = cases.mutate(team=cases.team.nullif("slow"))
    found = ra.waiting_time(nameless, ["team"], until=date(2026, 3, 31))
    assert {key: one.value for key, one in found.by_group().items()} == {("swift",): 8.0, (None,): 23.0}
    assert not np.isnan(found.value).any()


def test_senseless_cases_are_refused(cases: ibis.Table) -> None:
    with pytest.raises(ValueError, match="no column 'answered_at'"):
        ra.waiting_time(cases, until=date(2026, 3, 31), ended="answered_at")
    with pytest.raises(ValueError, match="before"):
        ra.waiting_time(cases, until=date(2026, 3, 31), opened="resolved_at", ended="opened_at")
