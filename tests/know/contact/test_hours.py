"""Whose clock counts, and what it shows on the days when it is set."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.know.contact.hours import holiday_until, is_quiet, quiet_until
from regard.know.contact.zones import Place, whereabouts, zones_by_country, zones_of

ZONES = ["Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu",
         "Asia/Beirut", "America/Havana", "Pacific/Apia"]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "zones"),
    [
        (Place("DE"), {"Europe/Berlin", "Europe/Busingen"}),
        (Place("US", "10001"), {"America/New_York"}),
        (Place("US", "96813"), {"Pacific/Honolulu"}),
        (Place("US", "94103", "+12015550123"), {"America/Los_Angeles"}),
        (Place("US", "", "+12015550123"), {"America/New_York"}),
        (Place("ES", "35001"), {"Atlantic/Canary"}),
        (Place("ES", "28001"), {"Europe/Madrid"}),
        (Place("", "", "+81312345678"), {"Asia/Tokyo"}),
        (Place("BR", "01310"), {"America/Sao_Paulo"}),
        (Place("atlantis", "1", "12345"), set()),
        (Place("", "", "+"), set()),
        (Place(), set()),
    ],
)
def test_zones_come_from_country_postcode_and_phone(place: Place, zones: set[str]) -> None:
    assert zones_of(place) == zones


def test_a_country_of_many_zones_keeps_them_all() -> None:
    assert {"America/New_York", "Pacific/Honolulu"} <= zones_of(Place("US"))
    assert len(zones_by_country()) > 200


def test_who_says_nothing_lives_where_the_company_does() -> None:
    found = whereabouts([Place(), Place()])
    assert (found.zones, found.countries) == ({"Europe/Berlin"}, {"DE"})
    assert whereabouts([Place("JP"), Place()]).zones == {"Asia/Tokyo"}


@pytest.mark.parametrize(
    ("zone", "moment", "end"),
    [
        # the night on which 2:00 becomes 3:00, and the one on which 3:00 becomes 2:00
        ("Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 3, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 3, tzinfo=UTC), datetime(2026, 11, 1, 13, tzinfo=UTC)),
    ],
)
def test_eight_is_eight_on_the_days_clocks_are_set(zone: str, moment: datetime, end: datetime) -> None:
    assert quiet_until(moment, [zone], time(20), time(8)) == end


def test_quiet_in_one_of_two_zones_is_quiet_until_both_are_awake() -> None:
    zones = ["America/New_York", "Pacific/Honolulu"]
    assert quiet_until(datetime(2026, 6, 10, 14, tzinfo=UTC), zones, time(20), time(8)) == datetime(
        2026, 6, 10, 18, tzinfo=UTC
    )


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    moment=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    start=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    end=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_quiet_hours_end_and_are_quiet_until_then(
    zone: str, moment: datetime, start: time, end: time
) -> None:
    over = quiet_until(moment, [zone], start, end)
    wall = moment.astimezone(ZoneInfo(zone)).time()
    assert (over is not None) == (start <= wall < end if start <= end else not end <= wall < start)
    if over is not None:
        assert moment < over <= moment + timedelta(hours=26)
        wall = over.astimezone(ZoneInfo(zone)).time()
        assert wall == end or not is_quiet(over, zone, start, end)  # set forward over it: a little later


def test_holidays_are_those_of_the_country() -> None:
    unity = datetime(2026, 10, 3, 10, tzinfo=UTC)
    assert holiday_until(unity, ["Europe/Berlin"], ["DE"]) == datetime(2026, 10, 3, 22, tzinfo=UTC)
    assert holiday_until(unity, ["Europe/Paris"], ["FR"]) is None
    assert holiday_until(unity, ["Europe/Paris"], ["XX"]) is None
