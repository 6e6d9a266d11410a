"""What the doors Voice, Journeys and Value ask: the newest computation's pictures, whole or of a slice."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import ibis

from regard.ledger import lake
from regard.understand.doors.customer_value import slipping, value_picture
from regard.understand.doors.journeys import journey_picture
from regard.understand.doors.page_tables import MARKS, NARROWED
from regard.understand.figures import figures_from
from regard.understand.findings import finding_of
from regard.understand.leaving import lines as leaving_lines
from regard.understand.measures import MEASURES
from regard.understand.models import Artefact, Finding
from regard.understand.newest import latest_computation
from regard.understand.slices import Slice, within
from regard.understand.texts import with_texts

KEPT = 64  # slices that are remembered until they are the longest not asked for
MOST_WORDS, MOST_SLIPPING = 8, 10
LOW = 0.25  # of its scale: two stars of five, two of ten


def segments() -> dict[str, list[dict[str, Any]]]:
    """The groups of each dimension by which pages can be narrowed, largest first."""
    return _kept("segments")


def drivers() -> dict[str, Any]:
    """What satisfaction hangs on, over everybody and by group; empty where nothing is rated."""
    return _kept("drivers")


def score_notes() -> dict[str, Any]:
    """By measure, over everybody: when it changed, and what it would be had everybody answered who was asked."""
    return _kept("scores")


def journeys(part: Slice) -> dict[str, Any]:
    """Steps, passages, paths, hand-overs and the ladder of orders; empty before there are steps."""
    computation = latest_computation()
    if computation is None or not part:
        return _kept("journeys")
    return _journeys(computation.as_of, computation.ended_at, part)


def value(part: Slice) -> dict[str, Any]:
    """Bands, concentration and cohorts of what the year ahead brings; empty without buyers."""
    computation = latest_computation()
    if computation is None or not part:
        return _kept("value")
    return _value(computation.as_of, computation.ended_at, part)


def most_slipping(part: Slice) -> tuple[list[dict[str, Any]], int]:
    """Those of a slice who slip away and brought most, and how many slip away in all."""
    computation = latest_computation()
    return _slipping(computation.ended_at, part) if computation else ([], 0)


def leaving(part: Slice) -> dict[str, Any]:
    """Who left of how many, what went with them, and the reasons they gave; empty where nobody is seen leaving."""
    computation = latest_computation()
    return _leaving(computation.ended_at, part) if computation else {}


def likely_leavers() -> dict[str, Any]:
    """What the newest computation says of who may leave next, of everybody; empty where nobody is seen leaving."""
    return _kept(leaving_lines.ARTEFACT)


def narrowed_findings(part: Slice) -> list[Finding]:
    """The measures that can be narrowed, over a slice and month by month."""
    computation = latest_computation()
    return _findings(computation.ended_at, part) if computation else []


def words_said(part: Slice, *, lowest: bool) -> list[dict[str, Any]]:
    """What customers of a slice said, newest first: everything, or only with a low score."""
    computation = latest_computation()
    return with_texts(_newest_said(computation.ended_at, part, lowest)) if computation else []


def _kept(name: str) -> dict[str, Any]:
    computation = latest_computation()
    return _artefact(computation.pk, computation.ended_at, name) if computation else {}


# A computation never changes once it ended, so what it kept, and a slice of it, is asked once.
@lru_cache(maxsize=KEPT)
def _artefact(computation_id: int, ended_at: datetime | None, name: str) -> dict[str, Any]:
    found = Artefact.objects.filter(computation=computation_id, name=name).first()
    return found.content if found else {}


@lru_cache(maxsize=KEPT)
def _journeys(as_of: datetime, ended_at: datetime | None, part: Slice) -> dict[str, Any]:
    return journey_picture(part, as_of)


@lru_cache(maxsize=KEPT)
def _value(as_of: datetime, ended_at: datetime | None, part: Slice) -> dict[str, Any]:
    return value_picture(part, as_of)


@lru_cache(maxsize=KEPT)
def _newest_said(ended_at: datetime | None, part: Slice, lowest: bool) -> list[dict[str, Any]]:
    said = within(lake.read("said"), part)
    chosen = said.filter(said.low <= LOW) if lowest else said
    newest = chosen.order_by(ibis.desc("occurred_at"), "event_id").limit(MOST_WORDS)
    found: list[dict[str, Any]] = lake.fetch(newest).to_pylist()
    return found


@lru_cache(maxsize=KEPT)
def _slipping(ended_at: datetime | None, part: Slice) -> tuple[list[dict[str, Any]], int]:
    rows = slipping(part)
    shown = rows.select("customer_id", "orders", "revenue", "currency", "alive", "last_seen").limit(
        MOST_SLIPPING
    )
    count = lake.fetch(rows.aggregate(n=ibis._.count())).column("n")[0].as_py()
    return lake.fetch(shown).to_pylist(), count


@lru_cache(maxsize=KEPT)
def _leaving(ended_at: datetime | None, part: Slice) -> dict[str, Any]:
    return leaving_lines.picture(part)


@lru_cache(maxsize=KEPT)
def _findings(ended_at: datetime | None, part: Slice) -> list[Finding]:
    found = []
    for name in NARROWED:
        measured = lake.read("measured")
        rows = within(measured.filter(measured.measure == name), part)
        if name in MARKS:
            rows = rows.rename({MARKS[name]: "mark"})
        for dimension in ("", "month"):
            found += [finding_of(row) for row in figures_from(MEASURES[name], rows, dimension)]
    return found
