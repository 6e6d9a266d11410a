"""How often a source is usually heard of, and whether it has gone silent.

Days on which at least one event happened are compared: the gaps between them are the source's rhythm. It is
silent when it has been quiet for more than twice the gap that 19 of 20 gaps do not exceed, and three times the
median: weekends and quiet seasons are part of the rhythm, an outage is not. A source that was long over when it
was handed in is history, not silent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import ibis
import numpy as np

from regard.ledger import lake

FEWEST_GAPS = 5  # fewer say nothing about what is usual
HISTORY_DAYS = 400
HISTORY = timedelta(days=90)  # between the last event and its being handed in


class _Heard(NamedTuple):
    """The last event of a day, and when a day's events were first handed in."""

    last_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Rhythm:
    """One source, or one kind of event of it (`name`, else empty): gaps in days, and whether it is silent."""

    source: str
    name: str
    usual_gap: float | None  # days; None when there is too little history
    last_at: datetime
    quiet_days: float
    silent: bool
    sentence: str


def find_rhythms(events: ibis.Table, as_of: datetime) -> list[Rhythm]:
    """The rhythm of every source (and of every kind of event of it) in a table of events, the silent ones first."""
    days: dict[tuple[str, str], dict[int, _Heard]] = {}
    for row in lake.fetch(_active_days(events, as_of)).to_pylist():
        heard = _Heard(row["last_at"], row["recorded_at"])
        for key in ((row["source"], ""), (row["source"], row["name"])):
            active = days.setdefault(key, {})
            active[row["day"]] = max(heard, active.get(row["day"], heard))
    found = [_rhythm(source, name, active, as_of) for (source, name), active in days.items()]
    return sorted(found, key=lambda one: (not one.silent, one.source, one.name))


def _active_days(events: ibis.Table, as_of: datetime) -> ibis.Table:
    heard = events.filter(events.occurred_at <= ibis.literal(as_of, type="timestamp('UTC')"))
    day = (heard.occurred_at.epoch_seconds() / 86_400).floor().cast("int64")
    return heard.group_by("source", "name", day=day).agg(
        last_at=heard.occurred_at.max(), recorded_at=heard.recorded_at.min()
    )


def _rhythm(source: str, name: str, active: dict[int, _Heard], as_of: datetime) -> Rhythm:
    last_at, recorded_at = max(active.values())
    quiet = (as_of - last_at).total_seconds() / 86_400
    gaps = _gaps(active)
    if len(gaps) < FEWEST_GAPS:
        sentence = f"{_what(name)} from `{source}` came on too few days to know a rhythm"
        return Rhythm(source, name, None, last_at.astimezone(UTC), quiet, False, sentence)
    usual = float(np.median(gaps))
    over = recorded_at - last_at > HISTORY
    silent = not over and quiet > 2 * float(np.quantile(gaps, 0.95)) and quiet > 3 * usual
    if silent:
        sentence = f"no {_what(name)} from `{source}` for {_days(int(quiet))}, usual gap {_days(usual)}"
    else:
        sentence = f"{_what(name)} from `{source}`, last {_days(int(quiet))} ago, usual gap {_days(usual)}"
    return Rhythm(source, name, usual, last_at.astimezone(UTC), quiet, silent, sentence)


def _gaps(active: Iterable[int]) -> list[int]:
    days = sorted(active)
    recent = [day for day in days if day >= days[-1] - HISTORY_DAYS]
    return [after - before for before, after in pairwise(recent)]


def _days(number: float) -> str:
    return "1 day" if number == 1 else f"{number:g} days"


def _what(name: str) -> str:
    """`order.completed` as `orders completed`; every kind of event together are `events`."""
    if not name:
        return "events"
    noun, _, verb = name.partition(".")
    if noun == "custom":
        return f"`{name}` events"
    return f"{noun}s {verb.replace('_', ' ')}"
