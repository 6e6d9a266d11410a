"""How often silence is called where there is none, and how soon where there is: by simulation."""

import numpy as np
import pytest

from regard.ledger.quiet import judge, pauses, weekdays

START = (20_454 + 1) * 24  # Friday 2 January 2026, in hours since 1970
OFFICE = np.where((np.arange(24) >= 8) & (np.arange(24) < 18), 1.0, 0.0)
EVENING = 1 + np.sin((np.arange(24) - 13) / 24 * 2 * np.pi)
EVERY_DAY, SHOP, WORKDAYS = np.ones(7), np.array([1, 1, 1, 1, 1.4, 1.8, 0.3]), np.array([1, 1, 1, 1, 1, 0, 0])

# events a day, by weekday, by hour of the day, how much days differ (variance of a gamma factor)
PATTERNS = {
    "40 a day": (40, EVERY_DAY, np.ones(24), 0.0),
    "40 a day, evenings": (40, SHOP, EVENING, 0.0),
    "40 a working day": (40, WORKDAYS, OFFICE, 0.0),
    "400 a day, restless": (400, SHOP, EVENING, 0.3),
    "5 a day": (5, SHOP, EVENING, 0.1),
    "5 a working day": (5, WORKDAYS, OFFICE, 0.0),
    "3 a week": (3 / 7, EVERY_DAY, np.ones(24), 0.0),
    "10 a day, restless": (10, EVERY_DAY, EVENING, 0.5),
}


def simulate(pattern: str, days: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    daily, by_weekday, by_hour, restless = PATTERNS[pattern]
    span = START // 24 + np.arange(days)
    rate = daily * by_weekday[weekdays(span, "XX")] / by_weekday.mean()
    if restless:
        rate = rate * draw.gamma(1 / restless, restless, days)
    counts = draw.poisson(np.outer(rate, by_hour / by_hour.sum())).ravel()
    hours = np.flatnonzero(counts)
    return START + hours, counts[hours]


def false_alarms(hours: np.ndarray, counts: np.ndarray, weeks: range) -> int:
    """Pauses that would have been called silence, the pace being learnt anew each week."""
    alarms = 0
    for week in weeks:
        now = START + week * 168
        known = hours < now
        found = judge(hours[known], counts[known], float(now), streams=1, region="XX")
        if found is None:
            continue
        coming = hours[(hours >= hours[known][-1]) & (hours < now + 168)]
        long = np.diff(coming) > 3
        alarms += int((pauses(found.pace, coming)[long] > found.limit).sum())
    return alarms


@pytest.mark.parametrize("pattern", PATTERNS)
def test_false_alarms_are_rarer_than_one_a_quarter(pattern: str) -> None:
    draw = np.random.default_rng(7)
    quarters = 12
    alarms = sum(false_alarms(*simulate(pattern, 364, draw), range(39, 52)) for _ in range(quarters))
    assert alarms <= quarters


@pytest.mark.parametrize(
    ("pattern", "hours"),
    [("40 a day", 12), ("400 a day, restless", 8), ("40 a working day", 14), ("5 a day", 80)],
)
def test_an_outage_is_noticed_soon(pattern: str, hours: int) -> None:
    draw, noticed = np.random.default_rng(3), []
    monday = 26 * 7 + 3  # at midnight
    for _ in range(6):
        found, counts = simulate(pattern, monday, draw)
        last = START + monday * 24
        waits = next(
            wait for wait in range(1, 400) if judge(found, counts, last + wait, streams=1, region="XX").silent
        )
        noticed.append(waits)
    assert np.median(noticed) <= hours
