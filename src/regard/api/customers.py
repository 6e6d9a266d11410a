"""Who they are: find, show, and what happened to them."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith
from regard.api.shapes import REFUSALS, CustomerRow, EventFilter, EventRow, Key, Limit, Words
from regard.know import queries as know
from regard.ledger.queries import events_of
from regard.understand.queries import profile

router = Router(auth=KeyWith(Permission.CUSTOMERS_READ))


class IdentityRow(Schema):
    id: int
    person: str
    source: str
    kind: str
    fields: dict[str, Any]


class CustomerPicture(CustomerRow):
    identities: list[IdentityRow]
    evidence: list[dict[str, Any]]
    profile: dict[str, Any] | None


@router.get("", response={200: list[CustomerRow], **REFUSALS})
def find(request: HttpRequest, text: Words, limit: Limit = 20) -> list[Any]:
    """Customers whose names, e-mail, phone or keys begin with the words of `text`."""
    return know.find_customers(text, limit=limit)


@router.get("/{key}", response={200: CustomerPicture, **REFUSALS})
def show(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One customer by number, record key or e-mail: who, why we think so, and the computed profile."""
    known = know.customer(key)
    return {
        **{name: getattr(known, name) for name in CustomerRow.model_fields},
        "identities": know.identities_of(known.id),
        "evidence": [vars(piece) for piece in know.evidence_of(known.id)],
        "profile": profile(known.id),
    }


@router.get("/{key}/events", response={200: list[EventRow], **REFUSALS}, auth=KeyWith(Permission.EVENTS_READ))
def timeline(
    request: HttpRequest,
    key: Key,
    asked: Query[EventFilter],
) -> list[dict[str, Any]]:
    """What happened to one customer across all sources, newest first."""
    return events_of(know.persons_of(know.customer(key).id), **asked.narrowing())
