"""Write identities, their search terms, first customers and links in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.utils import timezone

from regard.know import store
from regard.know.fields import FIELDS
from regard.know.intake import documents, read_texts, tuples
from regard.know.linkage import label_components
from regard.know.models import Customer, Identity, Link, SearchTerm
from regard.know.portrait import CUSTOMER_COLUMNS, portray
from regard.know.uniform import Pair

ORGANISATION = Customer.Kind.ORGANISATION.value
TERM_COLUMNS = ("term", "identity_id")
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
    is_first: bool  # until now only its key was known, and so not what kind it is


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
    told: dict[int, tuple[int, dict[str, str], dict[str, str]]] = {}
    rows = store.select_rows("SELECT id, person, fields FROM know_identity WHERE person {values}", row_of)
    for identity, person, fields in rows:
        row = row_of[person]
        is_fresh[row] = False
        if fields == texts[row]:
            continue
        old, new = read_texts(fields), read_texts(texts[row])
        if not new.items() <= old.items():
            told[identity] = row, old, new
    rows = store.select_rows("SELECT id, earlier, normal FROM know_identity WHERE id {values}", told)
    changes = [_change(identity, *told[identity], earlier, normal) for identity, earlier, normal in rows]
    return Known(pa.array(is_fresh), sorted(changes, key=lambda change: change.row))


def _change(
    identity: int, row: int, old: dict[str, str], new: dict[str, str], earlier: str, normal: str
) -> Change:
    before = msgspec.json.decode(earlier, type=dict[str, list[str]])
    for name, value in new.items():
        if name in old and old[name] != value:
            others = [each for each in before.get(name, []) if each not in (old[name], value)]
            before[name] = [*others, old[name]]
    return Change(identity, row, old | new, before, read_texts(normal), is_first=not old)


def insert_fresh(fresh: Fresh, normal: pa.Table, pairs: Mapping[Pair, str], *, source: str) -> None:
    """Insert new identities with the customers that links among themselves make of them."""
    if not len(fresh.ids):
        return
    customers = pa.array(_labels(fresh.ids.to_numpy(), pairs))
    kinds = fresh.table["kind"].combine_chunks()
    portraits = portray(customers, kinds, fresh.table, normal)
    store.insert_columns(Customer, {name: portraits[name] for name in CUSTOMER_COLUMNS})
    rows = len(fresh.ids)
    columns = {
        "id": fresh.ids,
        "person": fresh.table["person"],
        "source": pa.repeat(source, rows),
        "kind": kinds,
        "fields": fresh.said,
        "earlier": pa.repeat("{}", rows),
        "normal": documents(normal),
        "customer_id": customers,
        "changed_at": pa.repeat(str(stamp(timezone.now())), rows),
    }
    store.insert_columns(Identity, columns)
    store.note_ids_used(Identity)


def _labels(ids: np.ndarray[Any, np.dtype[np.int64]], pairs: Mapping[Pair, str]) -> Any:
    both = np.array([pair for pair in pairs if min(pair) >= ids[0]], np.int64).reshape(-1, 2)
    both = both[(both <= ids[-1]).all(axis=1)]
    return label_components(both[:, 0], both[:, 1], ids)


def settle_kinds(changes: list[Change], kinds: pa.ChunkedArray) -> None:
    """Whoever was known by a key alone, from an event say, is what the first record says it is."""
    organisations = [
        change.id for change in changes if change.is_first and kinds[change.row].as_py() == ORGANISATION
    ]
    Identity.objects.filter(id__in=organisations).update(kind=ORGANISATION)


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


def insert_terms(terms: pa.Table, *, changed: list[int]) -> None:
    """Add search terms; identities that have changed may have some of theirs already."""
    is_changed = pc.is_in(terms["identity_id"], pa.array(changed, pa.int64()))
    fresh, others = terms.filter(pc.invert(is_changed)), terms.filter(is_changed)
    store.insert_columns(SearchTerm, {name: fresh[name] for name in TERM_COLUMNS})
    store.insert_absent(SearchTerm, TERM_COLUMNS, tuples([others[name] for name in TERM_COLUMNS]))


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
