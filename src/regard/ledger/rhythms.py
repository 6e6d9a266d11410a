"""How often each stream is usually heard of, and whether it has gone silent.

A stream is a source, one kind of event of it, and of that one channel, instrument or survey. `quiet.py` says how
long is too long for what comes as it happens. What is handed in later, as files are, has the rhythm of its being
handed in. Where too little is known for that, the days with events are compared: silent is more than twice the gap
that 19 of 20 gaps do not exceed, and three times the median. A source that was long over when it was handed in is
history, not silent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import ibis
import ibis.expr.datatypes as dt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from regard.ledger import lake
from regard.ledger.quiet import Hours, Pause, judge

FEWEST_GAPS = 5  # fewer say nothing about what is usual
HISTORY_DAYS = 400
HISTORY = timedelta(days=90)  # between the last event and its being handed in
LATE = timedelta(hours=2)  # what comes in later was handed in, not heard as it happened
HOUR = 3600
UTC_TIME = dt.Timestamp(timezone="UTC", scale=6)
SURVEYS = "survey:"
SEPARATOR = "\x1f"  # of the parts of a stream's key


def epoch_us(at: Any) -> Any:
    """The microseconds of a moment; Ibis has seconds only, and by way of the calendar, which takes thrice as long."""


microseconds = ibis.udf.scalar.builtin(epoch_us, signature=((UTC_TIME,), dt.int64))


class Stream(NamedTuple):
    """What is listened to; empty parts mean all."""

    source: str
    name: str = ""
    channel: str = ""
    instrument: str = ""
    survey: str = ""

    @property
    def parent(self) -> "Stream | None":
        if self.channel or self.instrument or self.survey:
            return Stream(self.source, self.name)
        return Stream(self.source) if self.name else None

    @property
    def key(self) -> str:
        return SEPARATOR.join(self)


# which parts say what is listened to, from the source as a whole to the narrowest
LEVELS = (
    ("source",), ("source", "name"), ("source", "name", "channel"), ("source", "name", "instrument"),
    ("source", "name", "survey"),
)  # fmt: skip


@dataclass(frozen=True)
class _Heard:
    """When a stream was heard: hours, ascending, with the events in each, those of handing in, the last of both."""

    hours: Hours
    counts: Hours
    handed_in: Hours
    last: tuple[datetime, datetime]  # when it happened, when that was first handed in
    events: int
    late: int


@dataclass(frozen=True)
class Rhythm:
    """One stream: gaps in days, how many a day, and whether it is silent."""

    source: str
    name: str
    usual_gap: float | None  # days; None when there is too little history
    last_at: datetime
    quiet_days: float
    silent: bool
    sentence: str
    channel: str = ""
    instrument: str = ""
    survey: str = ""
    usual: float | None = None  # events a day, where that is known

    @property
    def stream(self) -> Stream:
        return Stream(self.source, self.name, self.channel, self.instrument, self.survey)


def find_rhythms(events: ibis.Table, as_of: datetime) -> list[Rhythm]:
    """The rhythm of every stream in a table of events, the silent ones first."""
    heard = _heard(events, as_of)
    judged: dict[str, set[int]] = {}
    for stream, one in heard.items():  # a source with one kind of event is one stream, not two
        judged.setdefault(stream.source, set()).add(one.events)
    found = [_rhythm(stream, one, as_of, len(judged[stream.source])) for stream, one in heard.items()]
    return sorted(found, key=lambda one: (not one.silent, one.stream))


def coarsest(rhythms: Iterable[Rhythm]) -> list[Rhythm]:
    """The silent ones, each outage once: a source that is silent as a whole, not its parts as well."""
    silent = {one.stream: one for one in rhythms if one.silent}
    return [one for stream, one in silent.items() if not _above(stream) & silent.keys()]


def _above(stream: Stream) -> set[Stream]:
    found, parent = set(), stream.parent
    while parent:
        found.add(parent)
        parent = parent.parent
    return found


def _heard(events: ibis.Table, as_of: datetime) -> dict[Stream, _Heard]:
    rows = lake.fetch(_active_hours(events, as_of))
    heard = {}
    for level in LEVELS:
        chosen = rows.filter(pc.not_equal(rows[level[-1]], ""))
        parts = (chosen[part] if part in level else "" for part in Stream._fields)
        keys = pc.binary_join_element_wise(*parts, SEPARATOR).combine_chunks().dictionary_encode()
        number = keys.indices.to_numpy()
        order = pa.array(np.argsort(number, kind="stable"))
        starts = np.searchsorted(number, np.arange(len(keys.dictionary) + 1), sorter=order.to_numpy())
        ordered = chosen.take(order)
        for key, (start, end) in zip(keys.dictionary.to_pylist(), pairwise(starts.tolist()), strict=True):
            heard[Stream(*key.split(SEPARATOR))] = _summed(ordered.slice(start, end - start))
    return heard


def _summed(rows: pa.Table) -> _Heard:
    """One stream's rows as one."""
    last_at = pc.max(rows["last_at"])
    newest = rows.filter(pc.equal(rows["last_at"], last_at))
    recent = rows.filter(rows["hour"].is_valid())
    hours, place = np.unique(recent["hour"].to_numpy(), return_inverse=True)
    return _Heard(
        hours=hours,
        counts=np.bincount(place, recent["events"].to_numpy(), minlength=len(hours)).astype(np.int64),
        handed_in=np.unique(recent["handed_in"].to_numpy()),
        last=(last_at.as_py(), pc.max(newest["recorded_at"]).as_py()),
        events=pc.sum(rows["events"]).as_py(),
        late=pc.sum(rows["late"]).as_py(),
    )


def _active_hours(events: ibis.Table, as_of: datetime) -> ibis.Table:
    """What was heard by hour; what is older than the history that counts, in one row."""
    until = ibis.literal(as_of, type="timestamp('UTC')")
    since = ibis.literal(as_of - timedelta(days=HISTORY_DAYS), type="timestamp('UTC')")
    heard = events.filter(events.occurred_at <= until)
    subject = heard.subject.fill_null("")
    occurred, recorded = microseconds(heard.occurred_at), microseconds(heard.recorded_at)
    hour, handed_in = ((moment // (HOUR * 1_000_000)).cast("int64") for moment in (occurred, recorded))
    late = recorded - occurred > LATE // timedelta(microseconds=1)
    return heard.group_by(
        "source", "name", channel=heard.channel.fill_null(""), instrument=heard.instrument.fill_null(""),
        survey=ibis.ifelse(subject.startswith(SURVEYS), subject, ""),
        hour=ibis.ifelse(heard.occurred_at >= since, hour, None),
        handed_in=ibis.ifelse(heard.occurred_at >= since, handed_in, None),
    ).agg(
        events=heard.count(), late=late.cast("int64").sum(),
        last_at=heard.occurred_at.max(), recorded_at=heard.recorded_at.min(),
    )  # fmt: skip


def _rhythm(stream: Stream, heard: _Heard, as_of: datetime, streams: int) -> Rhythm:
    last_at, recorded_at = heard.last
    quiet = (as_of - last_at).total_seconds() / 86_400
    over = recorded_at - last_at > HISTORY
    pause = None if over else _pause(heard, as_of, streams)
    gaps = np.diff(np.unique(heard.hours // 24))
    usual = float(np.median(gaps)) if len(gaps) >= FEWEST_GAPS else None
    if pause:
        silent = pause.silent
    else:
        silent = bool(usual and not over and quiet > 2 * float(np.quantile(gaps, 0.95)) and quiet > 3 * usual)
    daily = pause.pace.daily if pause and heard.late * 2 <= heard.events else None
    sentence = _sentence(stream, usual, daily, last_at.astimezone(UTC), quiet, silent)
    return Rhythm(
        stream.source, stream.name, usual, last_at.astimezone(UTC), quiet, silent, sentence,
        stream.channel, stream.instrument, stream.survey, daily,
    )  # fmt: skip


def _pause(heard: _Heard, as_of: datetime, streams: int) -> Pause | None:
    """By the hours in which it happened, or in which it was handed in; None where neither has a pace."""
    if not len(heard.hours):
        return None
    hours, counts = heard.hours, heard.counts
    if heard.late * 2 > heard.events:  # handed in at once, whatever its size, is heard once
        hours = heard.handed_in
        counts = np.ones_like(hours)
    until = as_of.timestamp() / HOUR
    return judge(hours, counts, until, streams=streams, region=settings.REGARD_REGION)


def _sentence(
    stream: Stream, usual: float | None, daily: float | None, last_at: datetime, quiet: float, silent: bool
) -> str:
    what = f"{_what(stream)} from `{stream.source}`"
    if usual is None:
        return f"{what} came on too few days to know a rhythm"
    often = f"usually {_pace(daily)}" if daily else f"usual gap {_days(usual)}"
    if silent:
        return f"no {what} since {last_at:%A, %-d %B %Y}; {often}"
    return f"{what}, last {_days(int(quiet))} ago, {often}"


def _pace(daily: float) -> str:
    for days, word in ((1, "day"), (7, "week"), (30, "month")):
        if daily * days >= 1:
            return f"{daily * days:,.0f} a {word}"
    return f"{daily * 365:,.0f} a year"


def _days(number: float) -> str:
    return "1 day" if number == 1 else f"{number:g} days"


def _what(stream: Stream) -> str:
    """`order.completed` as `orders completed`; every kind of event together are `events`."""
    if not stream.name:
        return "events"
    noun, _, verb = stream.name.partition(".")
    words = f"`{stream.name}` events" if noun == "custom" else f"{noun}s {verb.replace('_', ' ')}"
    narrower = stream.channel or stream.instrument or stream.survey.removeprefix(SURVEYS)
    return f"{words} ({narrower})" if narrower else words
