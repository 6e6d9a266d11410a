"""The verbs of the ledger: record events, append them in bulk, flush the inbox, tend the lake, replay."""

import logging
from collections.abc import Sequence

import msgspec
import pyarrow as pa
from django.db import transaction as database
from django.utils import timezone

from regard.errors import ConflictError, InputError, NotFoundError
from regard.ledger import bulk, formats, fullness, inbox, reactions, tending, together
from regard.ledger.bulk import Appended
from regard.ledger.catalogue import check_event
from regard.ledger.events import Event
from regard.ledger.inbox import Flushed
from regard.ledger.lock import hold_writer
from regard.ledger.models import Batch, DeadLetter
from regard.ledger.tending import Tended

logger = logging.getLogger(__name__)

__all__ = [
    "Appended",
    "Flushed",
    "Tended",
    "append_events",
    "compact_lake",
    "flush_inbox",
    "keep_payload",
    "record_events",
    "replay_dead_letter",
]


def record_events(events: Sequence[Event], *, source: str, actor: str) -> Batch:
    """Acknowledge events: all are checked and kept in the inbox within the caller's transaction, or none."""
    if not events:
        raise InputError("There is no event to record.")
    now = timezone.now()
    noted = []
    for event in events:
        check_event(event)
        if event.source != source:
            raise InputError(f"Event `{event.event_id}` is from `{event.source}`, but came from `{source}`.")
        noted.append(
            msgspec.structs.replace(event, recorded_at=event.recorded_at or now, actor=event.actor or actor)
        )
    try:
        payload = msgspec.json.encode(noted)
    except (UnicodeEncodeError, TypeError, OverflowError) as error:
        raise InputError(f"The events cannot be written down: {error}.") from error
    with inbox.database_errors("Recording events"):
        return Batch.objects.create(source=source, payload=payload, event_count=len(noted))


def keep_payload(payload: bytes, *, source: str, form: str, event_count: int) -> None:
    """Acknowledge events as they came, to be read at the flush: durable once this returns, or StoreError.

    TooOftenError while so many wait that the flusher has to catch up first.
    """
    fullness.refuse_when_full()
    together.keep(payload, source=source, form=form, event_count=event_count)


def append_events(
    rows: pa.Table | pa.RecordBatchReader, *, transaction: tuple[str, int] | None = None
) -> Appended:
    """Append rows in bulk and in one commit, each event_id once; call it outside a database transaction."""
    with inbox.database_errors("Appending events"), hold_writer("events"):
        return bulk.append_once(rows, transaction)


def flush_inbox(*, limit: int = 1000) -> Flushed:
    """Move up to `limit` batches from the inbox into the lake, exactly once, and let listeners hear them."""
    return inbox.flush(limit)


def compact_lake(*, thoroughly: bool = False) -> Tended:
    """Sort, merge and clean the lake's files where that pays off; `thoroughly` does it in any case."""
    return tending.tend(thoroughly=thoroughly)


def replay_dead_letter(letter_id: int, *, actor: str) -> None:
    """Try a dead letter again; it is marked as replayed, or keeps the new reason and the error is raised."""
    letter = DeadLetter.objects.filter(id=letter_id).first()
    if letter is None:
        raise NotFoundError(f"There is no dead letter {letter_id}.")
    if letter.replayed_at is not None:
        raise ConflictError(f"Dead letter {letter_id} has been replayed already.")
    try:
        with database.atomic():
            if letter.kind == "batch":
                _replay_batch(letter, actor=actor)
            else:
                reactions.listener_named(letter.listener)(
                    msgspec.json.decode(bytes(letter.payload), type=Event)
                )
            letter.replayed_at = timezone.now()
            letter.save(update_fields=["replayed_at"])
    except Exception as error:
        DeadLetter.objects.filter(id=letter_id).update(attempts=letter.attempts + 1, reason=f"{error}")
        raise
    logger.info("dead letter %s replayed by %s", letter_id, actor)


def _replay_batch(letter: DeadLetter, *, actor: str) -> None:
    again = Batch(source=letter.source, format=letter.format, payload=bytes(letter.payload))
    for reading in formats.read_batches([again]):
        for reason in reading.unreadable.values():
            raise InputError(f"Dead letter {letter.id} still cannot be read: {reason}.")
    if letter.format:
        keep_payload(bytes(again.payload), source=letter.source, form=letter.format, event_count=1)
    else:
        record_events(msgspec.json.decode(again.payload, type=list[Event]), source=letter.source, actor=actor)
