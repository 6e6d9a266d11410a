"""What pages show of everything, found once a computation from the page tables just written."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import ibis

from regard.ledger import lake
from regard.understand.doors.customer_value import value_picture
from regard.understand.doors.drivers import driver_maps
from regard.understand.doors.journeys import journey_picture
from regard.understand.doors.score_notes import score_notes
from regard.understand.slices import EVERYTHING

MOST_GROUPS = 30


def segments(_: datetime) -> dict[str, list[dict[str, Any]]]:
    """The groups of each dimension, largest first."""
    table = lake.read("segments")
    counts = table.group_by(["dimension", "group"]).aggregate(customers=ibis._.count())
    rows = lake.fetch(counts.order_by("dimension", ibis.desc("customers"), "group")).to_pylist()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.pop("dimension"), []).append(row)
    return {name: groups[:MOST_GROUPS] for name, groups in found.items()}


PICTURES: dict[str, Callable[[datetime], Any]] = {
    "segments": segments,
    "journeys": lambda as_of: journey_picture(EVERYTHING, as_of),
    "value": lambda as_of: value_picture(EVERYTHING, as_of),
    "drivers": driver_maps,
    "scores": score_notes,
}
