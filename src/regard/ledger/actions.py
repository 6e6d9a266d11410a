"""The verbs of the ledger: record, append, flush."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa
from django.db import transaction as database
from django.utils import timezone

from regard.errors import InputError
from regard.ledger import lake
from regard.ledger.catalogue import check_event
from regard.ledger.events import EVENT_SCHEMA, Event
from regard.ledger.lock import hold_writer
from regard.ledger.models import Batch

WRITER = "inbox"


@dataclass(frozen=True)
class Appended:
    added: int
    duplicates: int


@dataclass(frozen=True)
class Flushed:
    batches: int
    events: int
    duplicates: int


def record_events(events: Sequence[Event], *, source: str, actor: str) -> Batch:
    """Acknowledge events: check them and keep them in the inbox, within the caller's transaction."""
    if not events:
        raise InputError("There is no event to record.")
    now = timezone.now()
    for event in events:
        check_event(event)
    stamped = [
        msgspec.structs.replace(event, recorded_at=event.recorded_at or now, actor=event.actor or actor)
        for event in events
    ]
    return Batch.objects.create(source=source, payload=msgspec.json.encode(stamped), event_count=len(stamped))


def append_events(
    rows: pa.Table | pa.RecordBatchReader, *, transaction: tuple[str, int] | None = None
) -> Appended:
    """Append rows in bulk, dropping event_ids that the lake already holds or that came twice."""
    with hold_writer("events"):
        return _append(rows, transaction)


def _append(rows: pa.Table | pa.RecordBatchReader, transaction: tuple[str, int] | None) -> Appended:
    table = rows if isinstance(rows, pa.Table) else rows.read_all()
    table = table.select(EVENT_SCHEMA.names).cast(EVENT_SCHEMA)
    held = lake.read("events").select("event_id")
    connection = lake.connection()
    connection.con.register("incoming", table)
    try:
        incoming = connection.table("incoming").distinct(on="event_id", keep="first")
        fresh = incoming.anti_join(held, "event_id").to_pyarrow().cast(EVENT_SCHEMA)
    finally:
        connection.con.unregister("incoming")
    if fresh.num_rows or transaction:
        lake.append("events", fresh, transaction=transaction)
    return Appended(fresh.num_rows, table.num_rows - fresh.num_rows)


def flush_inbox(*, limit: int = 1000) -> Flushed:
    """Move batches from the inbox into the lake."""
    with hold_writer("events"):
        batches = list(Batch.objects.order_by("id")[:limit])
        if not batches:
            return Flushed(0, 0, 0)
        events = [e for batch in batches for e in msgspec.json.decode(bytes(batch.payload), type=list[Event])]
        appended = _append(table_of(events), None)
    with database.atomic():
        Batch.objects.filter(id__in=[batch.id for batch in batches]).delete()
    return Flushed(len(batches), appended.added, appended.duplicates)


def table_of(events: Sequence[Event]) -> pa.Table:
    """Events as rows of the lake."""
    columns = {}
    for field in EVENT_SCHEMA:
        values = [getattr(event, field.name) for event in events]
        if field.name == "data":
            values = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
        columns[field.name] = pa.array(values, field.type)
    return pa.table(columns, schema=EVENT_SCHEMA)
