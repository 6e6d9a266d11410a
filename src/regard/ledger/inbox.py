"""The way of a batch from the inbox into the lake: exactly once, whenever the flusher may die.

1. release   stamps of flushes that never reached the lake are taken off
2. stamp     the oldest batches without one get the stamp of a flush whose number nobody has used
3. carry     their events are appended, in one commit that carries that number; the lake either has both or none
4. finish    flushes whose number the lake holds: their events' listeners run, then batches and stamp are deleted

Steps 1 to 3 happen under the writer lock, so no flush sees another between stamping and appending. Step 4 is
repeated until it succeeds and may overlap with another flusher's: reactions are idempotent, deleting is too.
Should the lock ever fail, Delta refuses a second commit with the same number, and event_ids that the lake
already holds are dropped in any case.
"""

import json
import logging
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate

import msgspec
import pyarrow as pa
from django.db import InterfaceError, OperationalError, transaction

from regard.errors import InputError, StoreError
from regard.ledger import bulk, formats, lake, reactions
from regard.ledger.events import EVENT_SCHEMA, Event
from regard.ledger.formats import Reading
from regard.ledger.lock import hold_writer, take_turns
from regard.ledger.models import Batch, DeadLetter, Flush

WRITER = "inbox"
MOST_EVENTS = 50_000  # a flush; bounds its memory
DROPPED = (
    100  # batches that one transaction deletes: whoever records an event waits no longer than that takes
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Flushed:
    """What one flush moved. `set_aside` batches could not be read and are dead letters now; with `more`, some
    were left for the next."""

    batches: int
    events: int
    duplicates: int
    set_aside: int
    more: bool = False


@dataclass(frozen=True)
class Stamped:
    """The batches that a flush takes."""

    number: int
    batch_ids: Sequence[int]
    more: bool


@dataclass(frozen=True)
class Carried:
    """What went into the lake in one commit, and the readings it came from."""

    appended: bulk.Appended
    set_aside: int
    readings: Sequence[Reading]


_NOTHING = Carried(bulk.Appended(0, 0), 0, ())


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
        carried = _NOTHING
        with hold_writer("events"):
            release()
            stamped = stamp(limit)
            if stamped is not None:
                carried = carry(stamped)
        finished = finish(carried.readings)
    more = stamped is not None and stamped.more
    return Flushed(finished, carried.appended.added, carried.appended.duplicates, carried.set_aside, more)


def release() -> None:
    """Take off the stamps of flushes that never reached the lake."""
    stranded = Flush.objects.filter(number__gt=lake.newest_number("events", WRITER))
    if stranded.exists():
        stranded.delete()


def stamp(limit: int) -> Stamped | None:
    """Stamp the oldest batches without a stamp, up to `limit` and MOST_EVENTS; None if none waits."""
    before = dict(Flush.objects.values_list("number", "batch_ids"))
    gone = {batch_id for batch_ids in before.values() for batch_id in batch_ids}
    oldest = Batch.objects.order_by("id").values_list("id", "event_count")[: limit + len(gone) + 1]
    waiting = [(batch_id, count) for batch_id, count in oldest if batch_id not in gone]
    events = list(accumulate(count for _, count in waiting[:limit]))
    taken = [batch_id for batch_id, _ in waiting[: max(1, bisect_right(events, MOST_EVENTS))]]
    if not taken:
        return None
    number = max(*before, lake.newest_number("events", WRITER), 0) + 1
    with take_turns("inbox"):
        Flush.objects.create(number=number, batch_ids=taken)
    return Stamped(number, taken, more=len(waiting) > len(taken))


def carry(stamped: Stamped) -> Carried:
    """Append what the stamped batches say; those that cannot be read are set aside."""
    readings = list(formats.read_batches(Batch.objects.filter(id__in=stamped.batch_ids).order_by("id")))
    set_aside = 0
    for reading in readings:
        for batch_id, reason in reading.unreadable.items():
            _set_aside(batch_id, reason)
            set_aside += 1
    rows = pa.concat_tables([EVENT_SCHEMA.empty_table(), *(reading.rows for reading in readings)])
    if set_aside == sum(len(reading.batches) for reading in readings):
        return Carried(bulk.Appended(0, 0), set_aside, readings)
    return Carried(bulk.append_once(rows, (WRITER, stamped.number)), set_aside, readings)


def finish(readings: Sequence[Reading] = ()) -> int:
    """Do what follows from batches that have reached the lake, then delete them; says how many.

    `readings` of some of them may be at hand; the others are read again.
    """
    arrived = dict(
        Flush.objects.filter(number__lte=lake.newest_number("events", WRITER)).values_list(
            "number", "batch_ids"
        )
    )
    ids = [batch_id for batch_ids in arrived.values() for batch_id in batch_ids]
    at_hand = {batch_id for reading in readings for batch_id in reading.batches}
    left = [batch_id for batch_id in ids if batch_id not in at_hand]
    again = formats.read_batches(Batch.objects.filter(id__in=left).order_by("id")) if left else ()
    for reading in (*readings, *again):
        _follow(reading)
    dropped = drop(ids)
    with take_turns("inbox"):
        Flush.objects.filter(number__in=arrived).delete()
    return dropped


def _follow(reading: Reading) -> None:
    """Let listeners hear, and the format's room act; a batch that makes it fail is set aside alone."""
    try:
        reading.follow()
    except (OperationalError, InterfaceError, StoreError):
        raise
    except Exception as error:
        logger.exception("what follows from %d batches failed", len(reading.batches))
        if len(reading.batches) == 1:
            _set_aside(reading.batches[0], f"Its events are in the lake, but then: {error!r}")
        else:
            for batch in Batch.objects.filter(id__in=reading.batches).order_by("id"):
                for one in formats.read_batches([batch]):
                    _follow(one)
            return
    reactions.react(events_from(reactions.heard(reading.rows)))


def drop(batch_ids: Sequence[int]) -> int:
    """Delete batches, a few at a time; says how many there were."""
    dropped = 0
    for start in range(0, len(batch_ids), DROPPED):
        with take_turns("inbox"):
            dropped += Batch.objects.filter(id__in=batch_ids[start : start + DROPPED]).delete()[0]
    return dropped


def read_events(batches: Sequence[Batch]) -> Reading:
    """Read batches of the ledger's own format."""
    tables = [EVENT_SCHEMA.empty_table()]
    unreadable = {}
    for batch in batches:
        try:
            tables.append(bulk.conform(rows_of(msgspec.json.decode(batch.body, type=list[Event]))))
        except (InputError, msgspec.MsgspecError, pa.ArrowException, ValueError, OverflowError) as error:
            unreadable[batch.id] = f"{type(error).__name__}: {error}"
    return Reading(tuple(batch.id for batch in batches), pa.concat_tables(tables), unreadable)


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


def events_from(rows: pa.Table) -> list[Event]:
    """Rows of the lake as events."""
    return [
        Event(**row | {"data": None if row["data"] is None else json.loads(row["data"])})
        for row in rows.to_pylist()
    ]


def _set_aside(batch_id: int, reason: str) -> None:
    with transaction.atomic():
        batch = Batch.objects.filter(id=batch_id).first()
        if batch is not None:
            DeadLetter.objects.create(
                kind="batch", source=batch.source, format=batch.format, payload=batch.body,
                reason=reason.replace("\0", ""),
            )  # fmt: skip
            batch.delete()
