"""The plain calls of a batch, written down all at once: by column, at a third of the cost of one by one.

Plain are custom events in which nothing stands that has to be looked into; nearly all calls are. `Scribe.take` says
what any call means, and for these calls means the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

import pyarrow as pa

from regard.errors import InputError
from regard.ledger.catalogue import EARLIEST
from regard.ledger.events import EVENT_SCHEMA, TIMESTAMP, event_id_of
from regard.listen.tracking.calls import LARGEST_CALL, Call, Sent
from regard.listen.tracking.clock import happened_all
from regard.listen.tracking.names import custom_name, rule_for
from regard.listen.tracking.persons import has_id, person_of

LONGEST_SLUG = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AROUND = (b'"context"', b'"integrations"', b'"event"')  # what `data` says besides the properties


@dataclass
class Rows:
    """Rows of the lake by column; the columns that are not named here are empty."""

    event_id: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    occurred_at: list[datetime] = field(default_factory=list)
    recorded_at: list[datetime] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    person: list[str] = field(default_factory=list)
    channel: list[str | None] = field(default_factory=list)
    data: list[bytes | None] = field(default_factory=list)

    def add(self, rows: "Rows") -> None:
        for column, values in vars(rows).items():
            getattr(self, column).extend(values)

    def table(self) -> pa.Table:
        return pa.Table.from_arrays([self._column(column) for column in EVENT_SCHEMA], schema=EVENT_SCHEMA)

    def _column(self, column: pa.Field) -> pa.Array:
        values = vars(self).get(column.name)
        if values is None:
            return pa.nulls(len(self.event_id), column.type)
        if column.name == "data":  # checked to be text as a whole, which is much the fastest
            return pa.array(values, pa.binary()).cast(pa.string())
        if column.type == TIMESTAMP:  # Arrow takes in spans several times as fast as times with a zone
            spans = pa.array([value - EPOCH for value in values], pa.duration("us"))
            return spans.view(pa.int64()).view(TIMESTAMP)
        return pa.array(values, column.type)


@lru_cache(maxsize=10_000)
def plain_name(event: str | None) -> str | None:
    """The catalogue's name of what was tracked, if it is a custom event that need not be kept in its own words."""
    if event is None or len(event) > LONGEST_SLUG or not event.isascii() or rule_for(event) is not None:
        return None
    try:
        return custom_name(event)
    except InputError:
        return None


def rows_of_plain(calls: Sequence[Call], names: list[str], sent: Sent) -> Rows | None:
    """The rows of calls with plain names; None if anything else about one is odd: each must be looked at by itself."""
    messages = [call.message_id for call in calls]
    if sent.context or sent.integrations or not all(map(has_id, messages)):
        return None
    if any(call.sent_at is not None or bytes(call.integrations) for call in calls):
        return None
    said = [bytes(call.properties) for call in calls]
    contexts = [bytes(call.context) for call in calls]
    data = _spliced(said, contexts)
    if data is None:
        return None
    times = [call.original_timestamp or call.timestamp for call in calls]
    try:
        persons = [person_of(sent.source, call.user_id, call.anonymous_id) for call in calls]
        moments = happened_all(sent.received, said=times, sent=sent.sent_at, corrected=sent.kind != "import")
    except (InputError, OverflowError):
        return None
    if min(moments) < EARLIEST:
        return None
    return Rows(
        event_id=[event_id_of(sent.source, "tracking", str(message)) for message in messages],
        name=names,
        occurred_at=moments,
        recorded_at=[sent.received] * len(calls),
        source=[sent.source] * len(calls),
        person=persons,
        channel=["web" if b'"page"' in context else None for context in contexts],
        data=data,
    )


def _spliced(said: list[bytes], contexts: list[bytes]) -> list[bytes | None] | None:
    """What was said with its context; None where an object is empty, missing, too large or has names of ours."""
    if {text[:1] for text in said + contexts} != {b"{"}:
        return None
    if max(map(len, said)) + max(map(len, contexts)) > LARGEST_CALL:
        return None
    everything = b"".join(said)
    inner = [text[1:-1].strip() for text in said]
    if not all(inner) or any(name in everything for name in AROUND):
        return None
    return [b'{%b,"context":%b}' % both for both in zip(inner, contexts, strict=True)]
