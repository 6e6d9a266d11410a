"""What happened: hand in events, read the newest."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pyarrow as pa
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith, actor_of
from regard.api.refusals import TooLargeError
from regard.api.shapes import REFUSALS, EventFilter, EventRow
from regard.errors import InputError
from regard.know.actions import register_identities
from regard.ledger.actions import record_events
from regard.ledger.events import Event, event_id_of
from regard.ledger.queries import newest_events

router = Router()


LARGEST_EVENT = 32 * 1024  # bytes of JSON
NOBODY = ("ref:", "anon:")  # keys that name a thing or a visitor, not a customer
OWN_SOURCE = "regard"  # what is recorded here itself; nobody else speaks under that name


class NewEvent(Schema):
    """An event as a sender hands it in; `event_id` makes sending it again harmless."""

    name: str
    person: str = Field(min_length=3, max_length=300)
    occurred_at: datetime
    event_id: str = Field("", max_length=100)
    channel: str | None = None
    touchpoint: str | None = None
    department: str | None = None
    subject: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    instrument: str | None = None
    score: float | None = None
    text: str | None = None
    data: dict[str, Any] | None = None


class NewEvents(Schema):
    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")]
    events: Annotated[list[NewEvent], Field(min_length=1, max_length=2500)]


class Acknowledged(Schema):
    events: int


@router.post("", response={200: Acknowledged, **REFUSALS}, auth=KeyWith(Permission.IMPORTS_WRITE))
def record(request: HttpRequest, body: NewEvents) -> dict[str, int]:
    """Record events. The answer means that they are stored durably; all are taken or none."""
    if body.source == OWN_SOURCE:
        raise InputError(f"`{OWN_SOURCE}` is Regard's own name.", hint="Say which system these come from.")
    actor = actor_of(request)
    events = [_event(new, body.source) for new in body.events]
    persons = {event.person for event in events if not event.person.startswith(NOBODY)}
    with transaction.atomic():
        record_events(events, source=body.source, actor=actor)
        if persons:  # so that a new customer can be asked for at once
            register_identities(pa.table({"person": sorted(persons)}), source=body.source, actor=actor)
    return {"events": len(events)}


@router.get("", response={200: list[EventRow], **REFUSALS}, auth=KeyWith(Permission.EVENTS_READ))
def newest(
    request: HttpRequest,
    asked: Query[EventFilter],
) -> list[dict[str, Any]]:
    """The newest events of all customers."""
    return newest_events(**asked.narrowing())


def _event(new: NewEvent, source: str) -> Event:
    """The event as the ledger keeps it; the same event sent twice gets the same id."""
    fields = new.dict()
    if len(msgspec.json.encode(fields)) > LARGEST_EVENT:
        raise TooLargeError(
            f"An event of {new.person[:60]} is larger than {LARGEST_EVENT // 1024} KB.",
            hint="Shorten its text or data.",
        )
    moment = new.occurred_at if new.occurred_at.tzinfo else timezone.make_aware(new.occurred_at)
    natural = (new.person, moment.isoformat(), new.subject, new.amount, new.score, new.text)
    event_id = new.event_id or event_id_of(
        source, new.name, *("" if part is None else str(part) for part in natural)
    )
    return Event(source=source, **{**fields, "occurred_at": moment, "event_id": event_id})
