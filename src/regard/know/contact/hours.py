"""Quiet hours and holidays where a person lives: is it one now, and when is it over?"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays


def is_quiet(moment: datetime, zone: str, start: time, end: time) -> bool:
    """Whether the clock on the wall shows a quiet hour; from 20:00 until 8:00 goes over midnight."""
    wall = moment.astimezone(ZoneInfo(zone)).time()
    if start <= end:
        return start <= wall < end
    return wall >= start or wall < end


def quiet_until(moment: datetime, zones: Iterable[str], start: time, end: time) -> datetime | None:
    """When the quiet hours end that `moment` lies in, in whichever zone they end last; None when it is not quiet."""
    ends = [_next(moment, zone, end) for zone in zones if is_quiet(moment, zone, start, end)]
    return max(ends, default=None)


def holiday_until(moment: datetime, zones: Iterable[str], countries: Iterable[str]) -> datetime | None:
    """When the holiday that `moment` lies in is over; None when it lies in none."""
    listed = list(countries)
    ends = [
        _next(moment, zone, time(0))
        for zone in zones
        if any(is_holiday(country, moment.astimezone(ZoneInfo(zone)).date()) for country in listed)
    ]
    return max(ends, default=None)


def is_holiday(country: str, day: date) -> bool:
    """Whether the whole country keeps this day; countries that nobody has listed have none."""
    return day in _holidays(country, day.year)


@lru_cache(maxsize=1000)
def _holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def _next(moment: datetime, zone: str, wall: time) -> datetime:
    """The next time after `moment` when the clock shows `wall`; when clocks are set forward over it, soon after."""
    place = ZoneInfo(zone)
    today = moment.astimezone(place).date()
    return next(
        found
        for days in range(3)
        for fold in (0, 1)  # an hour that comes twice: the first that still lies ahead
        if (found := _at(today + timedelta(days=days), wall, place, fold)) > moment
    )


def _at(day: date, wall: time, place: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, wall.replace(fold=fold), place).astimezone(UTC)
