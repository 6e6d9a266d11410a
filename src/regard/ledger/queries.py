"""What the ledger answers: events in force, timelines, what waits, what failed and what has gone silent."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Min, Sum
from django.utils import timezone

from regard.errors import InputError
from regard.ledger import lake, lookup
from regard.ledger.catalogue import RETRACTION
from regard.ledger.events import TIMESTAMP
from regard.ledger.models import Batch, DeadLetter
from regard.ledger.rhythms import Rhythm, find_rhythms


@dataclass(frozen=True)
class _Retracted:
    """The retracted ids that some Parquet files name. Files never change, so this stays true of them."""

    files: frozenset[str]
    event_ids: tuple[str, ...]


LATE = timedelta(minutes=2)
_retracted: dict[str, _Retracted] = {}  # by the place of the lake
_retracted_lock = threading.Lock()


@dataclass(frozen=True)
class Backlog:
    """What is acknowledged but not yet in the lake, and what needs a person."""

    batches: int
    events: int
    oldest_age: timedelta | None
    dead_letters: int

    @property
    def late(self) -> bool:
        """Whether the flusher seems to be away: it empties the inbox every second."""
        return self.oldest_age is not None and self.oldest_age > LATE


@dataclass(frozen=True)
class Letter:
    """A dead letter as a person sees it."""

    id: int
    kind: str
    source: str
    listener: str
    reason: str
    payload: str
    attempts: int
    created_at: datetime
    replayed_at: datetime | None


def events() -> ibis.Table:
    """Every event in force: retracted ones and the retractions themselves are left out."""
    table = lake.read("events")
    if not _retracted_ids():
        return table
    void = table.filter(table.name == RETRACTION).select(void_id="subject").distinct()
    return table.filter(table.name != RETRACTION).anti_join(void, ibis._.event_id == void.void_id)


def events_of(
    persons: Sequence[str], *, names: Sequence[str] = (), before: datetime | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """The newest events in force of some person keys, newest first, `data` decoded."""
    _check_moment(before)
    if not persons:
        return []
    held = lookup.find("events", "person", persons)
    if held is None:
        return _newest(persons, names, before, limit)
    chosen = pc.not_equal(held["name"], RETRACTION)
    if names:
        chosen = pc.and_(chosen, pc.is_in(held["name"], value_set=pa.array(names)))
    if before is not None:
        chosen = pc.and_(chosen, pc.less(held["occurred_at"], pa.scalar(before, TIMESTAMP)))
    if void := _retracted_ids():
        chosen = pc.and_not(chosen, pc.is_in(held["event_id"], value_set=pa.array(void)))
    newest = held.filter(chosen).sort_by([("occurred_at", "descending"), ("event_id", "ascending")])
    return _decoded(newest.slice(0, limit))


def newest_events(
    *, names: Sequence[str] = (), before: datetime | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """The newest events in force of everybody, newest first, `data` decoded."""
    _check_moment(before)
    return _newest((), names, before, limit)


def _check_moment(before: datetime | None) -> None:
    if before is not None and before.tzinfo is None:
        raise InputError("`before` has no time zone.")


def _newest(
    persons: Sequence[str], names: Sequence[str], before: datetime | None, limit: int
) -> list[dict[str, Any]]:
    void = _retracted_ids()
    conditions: list[tuple[str, Sequence[Any]]] = [("name <> ?", [RETRACTION])]
    if (
        persons
    ):  # listed, not unnested: then the engine looks only into files and row groups that may have them
        conditions.append((f"person IN ({_marks(persons)})", persons))
    if names:
        conditions.append((f"name IN ({_marks(names)})", names))
    if before is not None:
        conditions.append(("occurred_at < ?::TIMESTAMPTZ", [before]))
    if void:
        conditions.append(("event_id NOT IN (SELECT unnest(?::VARCHAR[]))", [list(void)]))
    where = " AND ".join(words for words, _ in conditions)
    rows = lake.select(
        "events",
        f"WHERE {where} ORDER BY occurred_at DESC, event_id LIMIT ?",
        [*chain.from_iterable(values for _, values in conditions), limit],
    )
    return _decoded(rows)


def _decoded(events: pa.Table) -> list[dict[str, Any]]:
    moments = [name for name in events.column_names if events.schema.field(name).type == TIMESTAMP]
    for name in moments:  # Arrow takes ten times as long for one with a zone
        place = events.column_names.index(name)
        events = events.set_column(place, name, events[name].cast(pa.timestamp("us")))
    rows: list[dict[str, Any]] = events.to_pylist()
    for row in rows:
        row["data"] = json.loads(row["data"]) if row["data"] else {}
        for name in moments:
            row[name] = row[name].replace(tzinfo=UTC)
    return rows


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _retracted_ids() -> tuple[str, ...]:
    """The ids of retracted events; only files that came since the last time are looked through."""
    table = lake.open_table("events")
    files = frozenset(lake.paths_of(table)) if table is not None else frozenset()
    place = lake.location("events")
    with _retracted_lock:
        known = _retracted.get(place, _Retracted(frozenset(), ()))
        if not known.files <= files:  # rewritten: rows have moved between files
            known = _Retracted(frozenset(), ())
        if known.files != files:
            fresh = lake.read_files("events", sorted(files - known.files))
            void = lake.fetch(fresh.filter(fresh.name == RETRACTION).select("subject"))
            lake.drop_view(fresh)
            known = _Retracted(files, tuple({*known.event_ids, *void["subject"].to_pylist()} - {None}))
            _retracted[place] = known
        return known.event_ids


def rhythms(as_of: datetime) -> list[Rhythm]:
    """The rhythm of every source and of every kind of event of it, the silent ones first."""
    if as_of.tzinfo is None:
        raise InputError("`as_of` has no time zone.")
    return find_rhythms(events(), as_of)


def backlog() -> Backlog:
    """How much waits in the inbox and for how long, and how many dead letters nobody has replayed."""
    waiting = Batch.objects.aggregate(events=Sum("event_count"), oldest=Min("created_at"))
    return Backlog(
        batches=Batch.objects.count(),
        events=waiting["events"] or 0,
        oldest_age=timezone.now() - waiting["oldest"] if waiting["oldest"] else None,
        dead_letters=DeadLetter.objects.filter(replayed_at=None).count(),
    )


def dead_letters(*, kind: str = "", replayed: bool = False, limit: int = 100) -> list[Letter]:
    """Dead letters, newest first; with `replayed` those too that were replayed."""
    letters = DeadLetter.objects.order_by("-id")
    if kind:
        letters = letters.filter(kind=kind)
    if not replayed:
        letters = letters.filter(replayed_at=None)
    return [_letter(row) for row in letters[:limit]]


def _letter(row: DeadLetter) -> Letter:
    return Letter(
        id=row.id,
        kind=row.kind,
        source=row.source,
        listener=row.listener,
        reason=row.reason,
        payload=bytes(row.payload).decode(errors="replace"),
        attempts=row.attempts,
        created_at=row.created_at,
        replayed_at=row.replayed_at,
    )


def lake_facts() -> dict[str, str]:
    """Where the lake lies and how many rows each of its tables has."""
    facts = {"lake": lake.location("").rstrip("/")}
    for name in lake.TABLES:
        rows = int(lake.fetch(lake.read(name).count().as_table()).column(0)[0].as_py())
        facts[f"lake table {name}"] = f"{rows:,} rows"
    return facts
