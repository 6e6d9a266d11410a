"""How long is too long? A stream's usual pace by hour of the week, and how much of it may be missing by chance.

Time is measured in what was to be expected: a night, a Sunday or a holiday on which nothing ever comes takes no
time, an hour in which usually five events come takes five. In that time the pauses between events of a steady
stream are exponential; those of a restless one have a longer tail, which is taken from its own history. A stream
is silent once its pause is longer than chance would make one in `QUARTERS` quarters of a year for its whole source.
"""

from dataclasses import dataclass
from functools import lru_cache

import holidays
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Hours = npt.NDArray[np.int64]

QUARTERS = 4  # one false alarm a source in so many, if its pauses are what they were
QUARTER = 91  # days
RECENT = 84  # days that the pace is taken from
CURRENT = 28  # if these were slower, they say how much comes
FEWEST_DAYS, SHORTEST_SPAN = 6, 21  # days with events, days from the first to the last
ENOUGH_PAUSES = 20
LEAST = 2  # hours; shorter is no silence whatever the pace
HOLIDAY = 7  # the eighth day of the week
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
TAIL = 0.9
REGULAR = 0.5  # variation of the pauses of what comes by the clock


@dataclass(frozen=True)
class Pace:
    """What usually comes in each hour: by weekday and holiday (8) and hour of the day (24)."""

    hourly: Floats
    region: str

    @property
    def daily(self) -> float:
        """On an ordinary day: of the week, holidays apart."""
        return float(self.hourly[:HOLIDAY].sum() / 7)

    def expected(self, hours: Hours) -> Floats:
        """What was to be expected in each of these hours, counted since 1970."""
        return self.hourly[weekdays(hours // 24, self.region), hours % 24]


@dataclass(frozen=True)
class Pause:
    """How much is missing since the last event, and how much may be."""

    pace: Pace
    missing: float
    limit: float
    silent: bool


def weekdays(days: Hours, region: str) -> Hours:
    """0 for Monday to 6 for Sunday, 7 for a holiday; days are counted since 1970."""
    found = (days + EPOCH_WEEKDAY) % 7
    return np.where(np.isin(days, _holidays(region, *_years(days))), HOLIDAY, found)


def learn_pace(hours: Hours, counts: Hours, region: str) -> Pace | None:
    """The pace of a stream with events in these hours (ascending); None where there is too little to know one."""
    days = hours // 24
    first, last = int(days[0]), int(days[-1])
    if last - first < SHORTEST_SPAN or len(np.unique(days)) < FEWEST_DAYS or len(hours) <= ENOUGH_PAUSES:
        return None
    start = max(first, last - RECENT)
    # of the last day nobody knows yet whether it is over, of the first not when it began
    span = np.arange(start + 1, last)
    recent = (days > start) & (days < last)
    daily = np.bincount(days[recent] - start - 1, counts[recent], minlength=len(span))
    kind = weekdays(span, region)
    by_kind = np.array([_usual(daily[kind == one]) for one in range(HOLIDAY)])
    now = daily[span > last - CURRENT]
    if by_kind.sum() and daily.mean() > now.mean():
        by_kind = by_kind * now.mean() / daily.mean()
    by_kind = np.append(by_kind, by_kind.min())
    by_hour = np.bincount(hours[recent] % 24, counts[recent], minlength=24) + 0.5
    return Pace(np.outer(by_kind, by_hour / by_hour.sum()), region)


def judge(hours: Hours, counts: Hours, until: float, *, streams: int, region: str) -> Pause | None:
    """Whether a stream is silent at `until` (hours since 1970); None where no pace is known.

    `streams` is how many of the same source are judged: together they may raise one false alarm in the time.
    """
    pace = learn_pace(hours, counts, region)
    if pace is None:
        return None
    span = max(1, int(hours[-1] - hours[0])) / 24
    chances = float(counts.sum()) / span * QUARTER * QUARTERS * streams
    limit = limit_of(pauses(pace, hours), chances, span, streams)
    missing = missing_since(pace, int(hours[-1]), until)
    return Pause(pace, missing, limit, missing > limit and until - hours[-1] - 1 >= LEAST)


def missing_since(pace: Pace, last_hour: int, until: float) -> float:
    """What was to be expected from the end of an hour on."""
    whole = np.arange(last_hour + 1, int(until) + 1)
    if not len(whole):
        return 0.0
    expected = pace.expected(whole)
    return float(expected[:-1].sum() + expected[-1] * (until - int(until)))


def pauses(pace: Pace, hours: Hours) -> Floats:
    """The pauses between hours with events, in what was to be expected meanwhile."""
    clock = np.arange(hours[0], hours[-1] + 1)
    passed = np.concatenate([[0.0], np.cumsum(pace.expected(clock))])
    ends, starts = hours[:-1] + 1 - hours[0], hours[1:] - hours[0]
    # the event that ends a pause comes somewhere within its hour
    return np.asarray(passed[starts] - passed[ends] + (passed[starts + 1] - passed[starts]) / 2)


def limit_of(seen: Floats, chances: float, span: float, streams: int) -> float:
    """How much may be missing before it is no chance any more, after the pauses that were seen."""
    by_chance = float(np.log(max(chances, np.e)))
    ordered = np.sort(seen)
    # one outage in the past must not make us deaf to the next
    second = float(ordered[-2])
    border = float(np.quantile(ordered, TAIL))
    beyond = ordered[:-1][ordered[:-1] > border] - border
    scale = float(beyond.mean() * (1 + len(beyond) ** -0.5)) if len(beyond) else 0.0
    often = (1 - TAIL) * len(seen) / span * QUARTER * QUARTERS * streams
    by_history = border + scale * float(np.log(max(often, np.e)))
    if ordered.std() < REGULAR * ordered.mean():
        return max(by_history, 2 * second)
    return max(by_chance, by_history, 1.1 * second)


def _usual(counts: Floats) -> float:
    """The mean of a weekday's counts, of six or more without the largest: one campaign is no pace."""
    if not len(counts):
        return 0.0
    return float(np.sort(counts)[: -1 if len(counts) >= 6 else None].mean())


def _years(days: Hours) -> tuple[int, int]:
    if not len(days):
        return 1970, 1970
    edges = np.array([days.min(), days.max()]).astype("datetime64[D]").astype("datetime64[Y]").astype(int)
    return int(edges[0]) + 1970, int(edges[1]) + 1970


@lru_cache(maxsize=64)
def _holidays(region: str, first: int, last: int) -> Hours:
    try:
        found = holidays.country_holidays(region, years=range(first, last + 1))
    except NotImplementedError:
        return np.empty(0, dtype=np.int64)  # nobody has listed this country's
    return np.array(sorted(found), dtype="datetime64[D]").astype(np.int64)
