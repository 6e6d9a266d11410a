"""Appending many events at once, each event_id once, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.errors import InputError, RegardError
from regard.ledger import keys, lake
from regard.ledger.catalogue import CATALOGUE, CUSTOM_NAME
from regard.ledger.events import EVENT_SCHEMA

CHUNK_ROWS = 262_144


@dataclass(frozen=True)
class Appended:
    """How many rows were new, and how many the lake (or the same append) already had."""

    added: int
    duplicates: int


@dataclass
class _Sieve:
    """Lets each event_id through once. `held` are the lake's digests, `seen` those of this append."""

    database: duckdb.DuckDBPyConnection
    held: list[keys.Digests]
    seen: list[keys.Digests] = field(default_factory=list)
    added: int = 0
    duplicates: int = 0
    refused: RegardError | None = None

    def sift(self, chunk: pa.Table) -> pa.Table:
        """The rows of a chunk whose event_id is new, in their order."""
        digests = keys.digest_ids(self.database, chunk["event_id"])
        order = keys.order_of(digests)
        digests = digests[:, order]
        fresh = keys.first_of_each(digests)
        for known in (*self.held, *self.seen):
            fresh &= ~keys.found_in(known, digests)
        self._remember(digests[:, fresh])
        chosen = np.zeros(chunk.num_rows, dtype=bool)
        chosen[order[fresh]] = True
        self.added += int(chosen.sum())
        self.duplicates += chunk.num_rows - int(chosen.sum())
        return chunk if chosen.all() else chunk.filter(pa.array(chosen))

    def _remember(self, digests: keys.Digests) -> None:
        """Keep runs of doubling size, so that a long append looks into few of them."""
        self.seen.append(digests)
        while len(self.seen) > 1 and self.seen[-2].shape[1] <= self.seen[-1].shape[1]:
            last, before = self.seen.pop(), self.seen.pop()
            self.seen.append(keys.digests_of_many([before, last]))


def append_once(rows: pa.Table | pa.RecordBatchReader, transaction: tuple[str, int] | None) -> Appended:
    """Append what is new in one commit. The caller holds the writer lock."""
    table = lake.open_table("events")
    before = set(lake.paths_of(table)) if table is not None else set()
    sieve = _Sieve(lake.connection().con.cursor(), keys.held_digests())
    batches = _sifted(rows, sieve)
    first = next(batches, None)
    if first is not None or transaction is not None:
        reader = pa.RecordBatchReader.from_batches(EVENT_SCHEMA, _guarded(first, batches, sieve))
        try:
            lake.append("events", reader, transaction=transaction)
        except RegardError as error:
            raise sieve.refused or error from error
    if sieve.added:
        keys.note_added("events", before, keys.digests_of_many(sieve.seen))
    return Appended(sieve.added, sieve.duplicates)


def _guarded(
    first: pa.RecordBatch | None, rest: Iterator[pa.RecordBatch], sieve: _Sieve
) -> Iterator[pa.RecordBatch]:
    """The batches; a refusal on the way is kept, since the writer would only pass on its text."""
    try:
        if first is not None:
            yield first
            yield from rest
    except RegardError as error:
        sieve.refused = error
        raise


def _sifted(rows: pa.Table | pa.RecordBatchReader, sieve: _Sieve) -> Iterator[pa.RecordBatch]:
    for chunk in _chunks(rows):
        yield from sieve.sift(conform(chunk)).to_batches()


def _chunks(rows: pa.Table | pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Rows regrouped, since a binary search a file pays off only over many rows at once."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in rows.to_batches(max_chunksize=CHUNK_ROWS) if isinstance(rows, pa.Table) else rows:
        waiting.append(batch)
        count += batch.num_rows
        if count >= CHUNK_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting, count = [], 0
    if count:
        yield pa.Table.from_batches(waiting)


def conform(chunk: pa.Table) -> pa.Table:
    """The chunk in the lake's columns and types, or InputError."""
    missing = [name for name in EVENT_SCHEMA.names if name not in chunk.column_names]
    if missing:
        raise InputError(f"The events lack the column `{missing[0]}`.")
    try:
        table = chunk.select(EVENT_SCHEMA.names).cast(EVENT_SCHEMA)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise InputError(f"The events do not fit the ledger's columns: {error}.") from error
    for name in pc.unique(table["name"]).to_pylist():
        if name not in CATALOGUE and not CUSTOM_NAME.fullmatch(name):
            raise InputError(f"The catalogue has no event `{name}`.", hint="docs/events.md lists them.")
    return table
