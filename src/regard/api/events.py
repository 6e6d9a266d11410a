"""What happened: hand in events, read the newest."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Router, Schema

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith, actor_of
from regard.api.shapes import REFUSALS, EventRow, Limit, Moment, Names
from regard.ledger.actions import record_events
from regard.ledger.events import Event, event_id_of
from regard.ledger.queries import newest_events

router = Router()


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
    with transaction.atomic():
        record_events(
            [_event(new, body.source) for new in body.events], source=body.source, actor=actor_of(request)
        )
    return {"events": len(body.events)}


@router.get("", response={200: list[EventRow], **REFUSALS}, auth=KeyWith(Permission.EVENTS_READ))
def newest(
    request: HttpRequest,
    name: Names = [],  # noqa: B006
    before: Moment = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """The newest events of all customers."""
    return newest_events(names=name, before=before, limit=limit)


def _event(new: NewEvent, source: str) -> Event:
    fields = new.dict()
    moment = new.occurred_at if new.occurred_at.tzinfo else new.occurred_at.replace(tzinfo=UTC)
    fields["occurred_at"] = moment
    fields["event_id"] = new.event_id or event_id_of(
        source,
        new.name,
        new.person,
        moment.isoformat(),
        new.subject or "",
        str(new.amount),
        str(new.score),
        new.text or "",
    )
    return Event(source=source, **fields)
