"""The way of a batch from the inbox into the lake: exactly once, whenever the flusher may die.

1. release   batches stamped by a flush that never reached the lake lose their stamp
2. stamp     the oldest batches get a flush number that nobody has used
3. carry     their events are appended, in one commit that carries that number; the lake either has both or none
4. finish    batches whose number the lake holds: their events' listeners run, then the batches are deleted

Steps 1 to 3 happen under the writer lock, so no flush sees another between stamping and appending. Step 4 is
repeated until it succeeds and may overlap with another flusher's: reactions are idempotent, deleting is too.
Should the lock ever fail, Delta refuses a second commit with the same number, and event_ids that the lake
already holds are dropped in any case.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import pyarrow as pa
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max

from regard.errors import StoreError
from regard.ledger import bulk, lake, reactions
from regard.ledger.events import EVENT_SCHEMA, Event
from regard.ledger.lock import hold_writer
from regard.ledger.models import Batch, DeadLetter

WRITER = "inbox"
MOST_EVENTS = 50_000  # a flush; bounds its memory
_NOTHING = bulk.Appended(0, 0)


@dataclass(frozen=True)
class Flushed:
    """What one flush moved. `set_aside` batches could not be read and are dead letters now."""

    batches: int
    events: int
    duplicates: int
    set_aside: int


@contextmanager
def database_errors(task: str) -> Iterator[None]:
    """Rethrow a database that is locked, full or away as StoreError."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreError(f"{task} failed: {error}.", hint="Nothing was lost; try again.") from error


def flush(limit: int) -> Flushed:
    """One flush of at most `limit` batches."""
    with database_errors("Flushing the inbox"):
        if not Batch.objects.exists():
            return Flushed(0, 0, 0, 0)
        with hold_writer("events"):
            release()
            number = stamp(limit)
            appended, set_aside = carry(number) if number else (_NOTHING, 0)
        return Flushed(finish(), appended.added, appended.duplicates, set_aside)


def release() -> None:
    """Take the stamp off batches whose flush never reached the lake."""
    Batch.objects.filter(flush_number__gt=lake.newest_number("events", WRITER)).update(flush_number=None)


def stamp(limit: int) -> int:
    """Stamp the oldest waiting batches with a fresh flush number; 0 if none waits."""
    waiting = Batch.objects.filter(flush_number=None).order_by("id").values_list("id", "event_count")[:limit]
    taken: list[int] = []
    events = 0
    for batch_id, event_count in waiting:
        if taken and events + event_count > MOST_EVENTS:
            break
        taken.append(batch_id)
        events += event_count
    if not taken:
        return 0
    stamped = Batch.objects.aggregate(newest=Max("flush_number"))["newest"] or 0
    number = max(stamped, lake.newest_number("events", WRITER)) + 1
    Batch.objects.filter(id__in=taken).update(flush_number=number)
    return number


def carry(number: int) -> tuple[bulk.Appended, int]:
    """Append the events of the batches stamped with `number`; says what was added and how many set aside."""
    tables: list[pa.Table] = []
    set_aside = 0
    for batch in Batch.objects.filter(flush_number=number).order_by("id"):
        try:
            tables.append(rows_of(events_in(batch)))
        except (msgspec.MsgspecError, pa.ArrowException, ValueError, OverflowError) as error:
            _set_aside(batch, f"{type(error).__name__}: {error}")
            set_aside += 1
    if not tables:
        return _NOTHING, set_aside
    return bulk.append_once(pa.concat_tables(tables), (WRITER, number)), set_aside


def finish() -> int:
    """Let listeners hear what has reached the lake, then delete its batches; says how many."""
    arrived = Batch.objects.filter(flush_number__lte=lake.newest_number("events", WRITER)).order_by("id")
    finished: list[int] = []
    for batch in arrived:
        reactions.react(events_in(batch))
        finished.append(batch.id)
    drop(finished)
    return len(finished)


def drop(batch_ids: Sequence[int]) -> None:
    Batch.objects.filter(id__in=batch_ids).delete()


def events_in(batch: Batch) -> list[Event]:
    return msgspec.json.decode(bytes(batch.payload), type=list[Event])


def rows_of(events: Sequence[Event]) -> pa.Table:
    """Events as rows of the lake."""
    columns = {}
    for column in EVENT_SCHEMA:
        values = [getattr(event, column.name) for event in events]
        if column.name == "data":
            values = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
        columns[column.name] = pa.array(values, column.type)
    table = pa.table(columns, schema=EVENT_SCHEMA)
    table.validate(full=True)
    return table


def _set_aside(batch: Batch, reason: str) -> None:
    with transaction.atomic():
        DeadLetter.objects.create(
            kind="batch", source=batch.source, payload=bytes(batch.payload), reason=reason
        )
        batch.delete()
