"""Take in what a program sends us, signed; and its keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from regard.errors import AccessError, InputError, NotFoundError
from regard.ledger.catalogue import check_event
from regard.ledger.events import Event
from regard.listen.sources.items import Item, event_of
from regard.listen.sources.models import LiveSource
from regard.listen.sources.recording import keep_events
from regard.listen.sources.webhook.kind import EVENTS, WEBHOOK
from regard.listen.sources.webhook.reading import decode, event_from, item_from, rows_of
from regard.outside.signing import make_secret, verify

MOST_KEYS = 3
MOST_REASONS = 20


@dataclass
class Received:
    """What became of one message: events taken, and the reasons of those that were not."""

    taken: int = 0
    refused: list[str] = field(default_factory=list)


def receive_message(name: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received:
    """Take in a signed message: durable once this returns. The same message again adds nothing.

    AccessError where it is not signed with a key in force, InputError where nothing in it can be used.
    """
    row = LiveSource.objects.filter(name=name, kind=WEBHOOK.name, is_active=True).first()
    # who has no key learns nothing of which sources there are
    message_id = verify(row.secrets if row else [make_secret()], headers, body, now=now.timestamp())
    if row is None:
        raise AccessError("The signature does not fit.")
    settings: Mapping[str, str] = row.settings
    received, events = Received(), {}
    for place, one in enumerate(rows_of(decode(body), settings["list"])):
        try:
            event = _event(one, row, message_id, place, now)
        except InputError as error:
            received.refused.append(f"{place}: {error}"[:500])
        else:
            events[event.event_id] = event
    received.taken = len(events)
    with transaction.atomic():
        keep_events(row, list(events.values()))
        LiveSource.objects.filter(pk=row.pk).update(
            refused=F("refused") + len(received.refused), last_success_at=now, last_fetch_at=now
        )
    if received.refused and not events:
        raise InputError(f"Nothing in the message can be used: {received.refused[0]}.")
    del received.refused[MOST_REASONS:]
    return received


@transaction.atomic
def rotate_key(source_id: int, *, actor: str) -> tuple[LiveSource, str]:
    """A new key beside those in force, so that senders can change over; its text is shown once."""
    row = _webhook(source_id)
    key = make_secret()
    row.secrets = [key, *row.secrets][:MOST_KEYS]
    row.save(update_fields=["secrets"])
    return row, key


@transaction.atomic
def end_old_keys(source_id: int, *, actor: str) -> LiveSource:
    """Only the newest key is taken from now on."""
    row = _webhook(source_id)
    row.secrets = row.secrets[:1]
    row.save(update_fields=["secrets"])
    return row


def _event(one: Any, row: LiveSource, message_id: str, place: int, now: datetime) -> Event:
    if row.settings["holds"] == EVENTS:
        event = event_from(one, row.name, message_id, place)
        check_event(event)
        return event
    item: Item = item_from(one, row.settings, message_id, place)
    return event_of(item, row.name, row.about, now=now)


def _webhook(source_id: int) -> LiveSource:
    row = LiveSource.objects.select_for_update().filter(pk=source_id, kind=WEBHOOK.name).first()
    if row is None:
        raise NotFoundError("There is no such source, or it takes no keys.")
    return row
