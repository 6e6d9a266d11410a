"""Take in the records of a source: one identity a person key, linked at once where a key says so."""

from dataclasses import dataclass, field

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from regard.know import store
from regard.know.fields import FIELDS
from regard.know.intake import documents, one_row_a_person
from regard.know.keyholders import find_pairs
from regard.know.memberships import named_organisations, without_known, write_memberships
from regard.know.models import Identity
from regard.know.normalise import DateOrder, normalise_columns
from regard.know.partitioning import note_change, repartition
from regard.know.recording import (
    Fresh,
    complete,
    find_changes,
    insert_fresh,
    insert_links,
    insert_terms,
    settle_kinds,
    update_changed,
)
from regard.know.shared_numbers import pairs_by_numbers
from regard.know.terms import terms_of


@dataclass(frozen=True)
class Registered:
    """What an intake did: identities by what became of them, links made, and those not made by reason."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    linked: int = 0
    held_back: dict[str, int] = field(default_factory=dict)


def register_identities(
    rows: pa.Table, *, source: str, actor: str, date_order: DateOrder | None = None
) -> Registered:
    """Make or change the identities of a source from raw rows and link what a key says is the same.

    The newest value that is not empty wins; what was said before is kept as `earlier`. `date_order` says how
    birth dates such as 02/03/1987 are meant; without it, only a column that shows its order is read.
    """
    table = one_row_a_person(rows)
    named = named_organisations(rows, source=source)
    with transaction.atomic():
        store.lock_who_is_who()
        registered = _register(table, source, actor, date_order)
        unknown = without_known(named.organisations)
        if unknown.num_rows:
            _register(one_row_a_person(unknown), source, actor, None)
        write_memberships(named)
    return registered


def _register(table: pa.Table, source: str, actor: str, date_order: DateOrder | None) -> Registered:
    first_id = store.next_id(Identity)
    store_is_empty = first_id == 1
    fields = table.select([name for name in FIELDS if name in table.column_names])
    said = documents(fields)
    known = find_changes(table["person"], said) if not store_is_empty else None
    is_fresh = (
        known.is_fresh if known else pa.array([True]).take(pa.nulls(len(table), pa.int8()).fill_null(0))
    )
    fresh = Fresh.starting_at(first_id, table.filter(is_fresh), said.filter(is_fresh))
    changes = known.changes if known else []
    unchanged = len(table) - len(fresh.table) - len(changes)
    if not len(fresh.table) and not changes:
        return Registered(unchanged=unchanged)
    altered = table.take(pa.array([change.row for change in changes], pa.int64()))
    raw = pa.concat_tables([fresh.table, altered])
    ids = pa.concat_arrays([fresh.ids, pa.array([change.id for change in changes], pa.int64())])
    normal = normalise_columns(raw, region=settings.REGARD_REGION, date_order=date_order)
    of_changed = complete(normal.slice(len(fresh.table)), changes)
    normal = pa.concat_tables([normal.slice(0, len(fresh.table)), of_changed], promote_options="default")
    normal = normal.combine_chunks()
    found = find_pairs(ids, raw["kind"].combine_chunks(), normal, look_in_store=not store_is_empty)
    pairs = found.pairs if store_is_empty else pairs_by_numbers(ids, raw, normal, source=source) | found.pairs
    insert_fresh(fresh, normal.slice(0, len(fresh.table)), pairs, source=source)
    update_changed(changes, of_changed)
    settle_kinds(changes, table["kind"])
    terms = terms_of(ids, raw["person"].combine_chunks(), raw, normal)
    insert_terms(terms, changed=[change.id for change in changes])
    made = insert_links(pairs, actor=actor, first_fresh=first_id)
    note_change()
    repartition(
        {end for pair in made for end in pair if min(pair) < first_id} | {change.id for change in changes}
    )
    return Registered(len(fresh.table), len(changes), unchanged, len(made), found.held_back)
