"""Write identities, their search terms, first customers and links in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from django.db import connection
from django.utils import timezone

from regard.know import store
from regard.know.fields import FIELDS
from regard.know.intake import documents, read_texts, tuples
from regard.know.linkage import label_components
from regard.know.models import Customer, Identity, Link, SearchTerm
from regard.know.portrait import CUSTOMER_COLUMNS, portray
from regard.know.uniform import Pair

IDENTITY_COLUMNS = (
    "id",
    "person",
    "source",
    "kind",
    "fields",
    "earlier",
    "normal",
    "customer_id",
    "changed_at",
)
LINK_COLUMNS = ("left_id", "right_id", '"by"', "rule", "evidence", "actor", "made_at", "active")


@dataclass(frozen=True)
class Fresh:
    """Rows of persons not known before, with the ids they get."""

    table: pa.Table
    said: pa.Array
    ids: pa.Array

    @classmethod
    def starting_at(cls, first_id: int, table: pa.Table, said: pa.Array) -> "Fresh":
        return cls(table, said, pa.array(np.arange(first_id, first_id + len(table), dtype=np.int64)))


@dataclass(frozen=True)
class Change:
    """An identity whose source now says something else, and the row of the intake that says it."""

    id: int
    row: int
    fields: dict[str, str]
    earlier: dict[str, list[str]]
    normal: dict[str, str]


@dataclass(frozen=True)
class Known:
    """Which rows of an intake are of new persons, and what the others change."""

    is_fresh: pa.Array
    changes: list[Change]


def find_changes(persons: pa.ChunkedArray, said: pa.Array) -> Known:
    """Compare an intake with what is known of the same persons."""
    row_of = {person: row for row, person in enumerate(persons.to_pylist())}
    is_fresh = np.ones(len(row_of), bool)
    texts = said.to_pylist()
    changes = []
    rows = store.select_rows(
        "SELECT id, person, fields, earlier, normal FROM know_identity WHERE person {values}", row_of
    )
    for identity, person, fields, earlier, normal in rows:
        row = row_of[person]
        is_fresh[row] = False
        if fields == texts[row]:
            continue
        old, new = read_texts(fields), read_texts(texts[row])
        if new.items() <= old.items():
            continue
        before = msgspec.json.decode(earlier, type=dict[str, list[str]])
        for name, value in new.items():
            if name in old and old[name] != value:
                before[name] = [
                    *(each for each in before.get(name, []) if each not in (old[name], value)),
                    old[name],
                ]
        changes.append(Change(identity, row, old | new, before, read_texts(normal)))
    return Known(pa.array(is_fresh), sorted(changes, key=lambda change: change.row))


def insert_fresh(fresh: Fresh, normal: pa.Table, pairs: Mapping[Pair, str], *, source: str) -> None:
    """Insert new identities with the customers that links among themselves make of them."""
    if not len(fresh.ids):
        return
    customers = pa.array(_labels(fresh.ids.to_numpy(), pairs))
    kinds = fresh.table["kind"].combine_chunks()
    portraits = portray(customers, kinds, fresh.table, normal)
    columns = [portraits[name] for name in CUSTOMER_COLUMNS]
    store.insert_rows(Customer, CUSTOMER_COLUMNS, tuples(columns))
    now = stamp(timezone.now())
    varying = tuples([fresh.ids, fresh.table["person"], kinds, fresh.said, documents(normal), customers])
    rows = (
        (identity, person, source, kind, said, "{}", comparable, customer, now)
        for identity, person, kind, said, comparable, customer in varying
    )
    store.insert_rows(Identity, IDENTITY_COLUMNS, rows)
    store.note_ids_used(Identity)


def _labels(ids: np.ndarray[Any, np.dtype[np.int64]], pairs: Mapping[Pair, str]) -> Any:
    both = np.array([pair for pair in pairs if min(pair) >= ids[0]], np.int64).reshape(-1, 2)
    both = both[(both <= ids[-1]).all(axis=1)]
    return label_components(both[:, 0], both[:, 1], ids)


def complete(normal: pa.Table, changes: list[Change]) -> pa.Table:
    """What is comparable of changed identities altogether; what cannot be read any more keeps its last value."""
    rows = []
    for change, comparable in zip(changes, normal.to_pylist(), strict=True):
        row = change.normal | {name: value for name, value in comparable.items() if value is not None}
        parts = [row[part] for part in ("given_name", "family_name") if part in row]
        rows.append(row | ({"name": " ".join(parts)} if parts else {}))
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in FIELDS]))


def update_changed(changes: list[Change], normal: pa.Table) -> None:
    """Write what changed; the next link run looks at it again."""
    now = stamp(timezone.now())
    texts = zip(changes, documents(normal).to_pylist(), strict=True)
    rows = [
        (
            msgspec.json.encode(change.fields).decode(),
            msgspec.json.encode(change.earlier).decode(),
            text,
            now,
            None,
            change.id,
        )
        for change, text in texts
    ]
    store.update_rows(Identity, ["fields", "earlier", "normal", "changed_at", "linked_at"], rows)


def insert_terms(terms: pa.Table, *, only_absent: bool) -> None:
    """Add search terms; with `only_absent` those that an identity already has are left out."""
    rows = tuples([terms["term"], terms["identity_id"]])
    if only_absent:
        listed = list(rows)
        held = set(
            store.select_rows(
                "SELECT term, identity_id FROM know_searchterm WHERE term {values}",
                {term for term, _ in listed},
            )
        )
        rows = (row for row in listed if row not in held)
    store.insert_rows(SearchTerm, ["term", "identity_id"], rows)


def insert_links(pairs: Mapping[Pair, str], *, actor: str, first_fresh: int) -> list[Pair]:
    """Record links by rule, but none that was made (and perhaps undone) or denied before."""
    older = {pair for pair in pairs if max(pair) < first_fresh}
    decided = decided_pairs(older)
    made = [pair for pair in pairs if pair not in decided]
    now = stamp(timezone.now())
    store.insert_rows(
        Link,
        LINK_COLUMNS,
        ((left, right, "rule", pairs[left, right], "{}", actor, now, True) for left, right in made),
    )
    return made


def decided_pairs(pairs: set[Pair]) -> set[Pair]:
    """The pairs (among others) that were linked before, even if undone since, or that somebody told apart."""
    lefts = {left for left, _ in pairs}
    return {
        (left, right)
        for table, condition in (("know_link", ""), ("know_distinction", "withdrawn_at IS NULL AND "))
        for left, right in store.select_rows(
            f"SELECT left_id, right_id FROM {table} WHERE {condition}left_id {{values}}", lefts
        )
    }


def stamp(moment: datetime) -> Any:
    """A moment as raw SQL takes it."""
    return connection.ops.adapt_datetimefield_value(moment)
