"""What customers wrote, beside rows that name the event and the person of it."""

from typing import Any

from regard.ledger import lake
from regard.ledger.queries import events


def with_texts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows whose event is still in force, in their order, with what was said, where and with which score."""
    if not rows:
        return []
    every = events()
    # by person first, by which the lake is sorted
    wanted = every.filter(
        every.person.isin([row["person"] for row in rows])
        & every.event_id.isin([row["event_id"] for row in rows])
    ).select("event_id", "name", "channel", "instrument", "score", "text")
    said = {row["event_id"]: row for row in lake.fetch(wanted).to_pylist()}
    return [row | said[row["event_id"]] for row in rows if row["event_id"] in said]
