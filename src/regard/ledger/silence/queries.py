"""What silence answers: what is silent now, what was, and how a stream went before."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
from django.conf import settings

from regard.errors import NotFoundError
from regard.ledger import lake
from regard.ledger import queries as ledger
from regard.ledger.quiet import Pace, learn_pace
from regard.ledger.rhythms import Rhythm, Stream, coarsest
from regard.ledger.silence.models import Silence

SHOWN = 56  # days of a history


@dataclass(frozen=True)
class Day:
    """How much was heard on a day, and how much usually is."""

    day: date
    heard: int
    usual: float | None


def stream_of(row: Silence) -> Stream:
    return Stream(row.source, row.name, row.channel, row.instrument, row.survey)


def unexpected() -> set[Stream]:
    """Streams of which a person said that nothing more is to come."""
    return {stream_of(row) for row in Silence.objects.filter(ended_at=None, expected=False)}


def silent_now(as_of: datetime) -> list[Rhythm]:
    """What is silent at this moment, each outage once, without what nobody expects."""
    over = unexpected()
    return [one for one in coarsest(ledger.rhythms(as_of)) if one.stream not in over]


def silences(*, limit: int = 100) -> list[Silence]:
    """Silences that go on first, then the newest."""
    rows = list(Silence.objects.order_by("-noticed_at")[:limit])
    return sorted(rows, key=lambda row: (row.ended_at is not None, not row.expected))


def silence(silence_id: int) -> Silence:
    """One silence, or NotFoundError."""
    row = Silence.objects.filter(pk=silence_id).first()
    if row is None:
        raise NotFoundError("There is no such silence.")
    return row


def history(stream: Stream, as_of: datetime, *, days: int = SHOWN) -> list[Day]:
    """What was heard of a stream day by day up to a moment, beside what is usual on such a day."""
    hours, counts = _hours(stream, as_of)
    pace = learn_pace(hours, counts, settings.REGARD_REGION) if len(hours) else None
    last = int(as_of.timestamp()) // 86_400
    found: dict[int, int] = {}
    for day, count in zip((hours // 24).tolist(), counts.tolist(), strict=True):
        found[day] = found.get(day, 0) + count
    return [
        Day(
            (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date(),
            found.get(day, 0),
            _usual(pace, day),
        )
        for day in range(last - days + 1, last + 1)
    ]


def _usual(pace: Pace | None, day: int) -> float | None:
    return float(pace.expected(np.arange(day * 24, day * 24 + 24)).sum()) if pace else None


def _hours(stream: Stream, as_of: datetime) -> tuple[np.ndarray, np.ndarray]:
    table = ledger.events()
    table = table.filter(table.source == stream.source)
    until = ibis.literal(as_of, type="timestamp('UTC')")
    since = ibis.literal(as_of - timedelta(days=400), type="timestamp('UTC')")
    table = table.filter(table.occurred_at <= until, table.occurred_at >= since)
    for column, wanted in (("name", stream.name), ("channel", stream.channel),
                           ("instrument", stream.instrument), ("subject", stream.survey)):  # fmt: skip
        if wanted:
            table = table.filter(table[column] == wanted)
    hour = (table.occurred_at.epoch_seconds() // 3600).cast("int64")
    rows = lake.fetch(table.group_by(hour=hour).agg(n=table.count()).order_by("hour"))
    return rows["hour"].to_numpy(), rows["n"].to_numpy()
