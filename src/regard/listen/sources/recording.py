"""Record what a source brought, and where to go on there: both or neither."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
from django.db import transaction
from django.db.models import F

from regard.know.actions import register_identities
from regard.ledger.actions import record_events
from regard.ledger.events import Event
from regard.listen.sources.items import Fetched, Item, events_of
from regard.listen.sources.models import LiveSource

MOST_SEEN = 1000


def take_in(row: LiveSource, found: Fetched, *, now: datetime) -> int:
    """Record what is new of a look and where to go on, both or neither; says how many events."""
    events, unusable = events_of(found.items, row.name, row.about, now=now)
    seen = row.cursor.get("seen", [])
    known = set(seen)
    new = [event for event in events if event.event_id not in known]
    introduce(found.items, row, {event.person for event in new})
    # a feed shows the same entries at each look: what it showed last is not recorded again
    shown = dict.fromkeys([*(event.event_id for event in events), *seen])
    row.refused, row.cursor = unusable + found.refused, {**found.cursor, "seen": list(shown)[:MOST_SEEN]}
    with transaction.atomic():
        keep_events(row, new)
        # not where somebody has said meanwhile to look elsewhere
        LiveSource.objects.filter(pk=row.pk, settings=row.settings).update(
            cursor=row.cursor, refused=row.refused
        )
    return len(new)


def keep_events(row: LiveSource, events: Sequence[Event]) -> None:
    """Record events of a source and count them, in the caller's transaction."""
    if events:
        record_events(events, source=row.name, actor="regard")
        newest = max(event.occurred_at for event in events)
        LiveSource.objects.filter(pk=row.pk).update(items=F("items") + len(events), last_item_at=newest)


def introduce(items: Sequence[Item], row: LiveSource, persons: set[str]) -> None:
    """Let `know` know those who can be known again."""
    found = {item.person: item.author for item in items if item.person in persons}
    if found:
        columns = {"person": list(found), "name": [name or None for name in found.values()]}
        rows = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        register_identities(rows, source=row.name, actor="regard")
