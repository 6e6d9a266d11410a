"""What the ledger answers: events, timelines, what waits and what has gone silent."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ibis

from regard.ledger import lake
from regard.ledger.catalogue import RETRACTION


def events() -> ibis.Table:
    """Every event in force: retracted ones and the retractions themselves are left out."""
    table = lake.read("events")
    void = table.filter(table.name == RETRACTION).select(void_id="subject")
    return table.filter(table.name != RETRACTION).anti_join(void, ibis._.event_id == void.void_id)


def events_of(
    persons: Sequence[str], *, names: Sequence[str] = (), before: datetime | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """The newest events of some person keys, `data` decoded."""
    table = events()
    table = table.filter(table.person.isin(list(persons)))
    if names:
        table = table.filter(table.name.isin(list(names)))
    if before is not None:
        table = table.filter(table.occurred_at < ibis.literal(before))
    rows = table.order_by(ibis.desc("occurred_at"), "event_id").limit(limit).to_pyarrow().to_pylist()
    for row in rows:
        row["data"] = json.loads(row["data"]) if row["data"] else {}
    return rows
