"""Who shares an e-mail address, a phone number or a further id: what the deterministic rules look at."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from regard.know import store
from regard.know.intake import read_texts
from regard.know.rules import Decision, Holder, decide, rule_of
from regard.know.terms import LONGEST
from regard.know.uniform import Pair, uniform_pairs


@dataclass(frozen=True)
class Found:
    """Pairs to link with the rule that says so, and how many records were left alone for which reason."""

    pairs: dict[Pair, str]
    held_back: dict[str, int]


def find_pairs(ids: pa.Array, kinds: pa.Array, normal: pa.Table, *, look_in_store: bool) -> Found:
    """Decide for every key of these identities who under it is the same."""
    keys = _keys(ids, normal)
    own_ids = set(ids.to_pylist())
    stored = _stored_holders(pc.unique(keys["key"]).to_pylist(), own_ids) if look_in_store else {}
    shared = _shared(keys, stored)
    held = [
        normal[name] if name in normal.column_names else pa.nulls(len(ids), pa.string()) for name in _HELD
    ]
    about = pa.table([ids, kinds, *held], names=["identity", "kind", *_HELD])
    holders = about.take(shared["row"]).append_column("key", shared["key"]).combine_chunks()
    easy = uniform_pairs(holders, list(stored))
    grouped: defaultdict[str, list[Holder]] = defaultdict(list)
    for row in holders.filter(easy.rest).to_pylist():
        grouped[row["key"]].append(holder_of(row["identity"], row["kind"], row))
    decisions = [(key, decide(key, [*mine, *stored.get(key, ())])) for key, mine in grouped.items()]
    return _found(easy.pairs, decisions, own_ids)


_HELD = ("given_name", "family_name", "birth_date", "organisation", "email")


def _found(pairs: dict[Pair, str], decisions: list[tuple[str, Decision]], own: set[int]) -> Found:
    held_back: Counter[str] = Counter()
    for key, decision in decisions:
        for pair in decision.pairs:
            if pair[0] in own or pair[1] in own:
                pairs.setdefault(pair, rule_of(key))
        if decision.held_back:
            held_back[decision.reason] += decision.held_back
    return Found(pairs, dict(held_back))


def _keys(ids: pa.Array, normal: pa.Table) -> pa.Table:
    numbers = pa.array(range(len(ids)), pa.int64())
    pieces = [
        pa.table({"key": normal[name].combine_chunks(), "row": numbers})
        for name in ("email", "phone")
        if name in normal.column_names
    ]
    if "ids" in normal.column_names:
        further = [
            (f"{space}={value}"[:LONGEST], row)
            for row, document in enumerate(normal["ids"].to_pylist())
            if document
            for space, value in read_texts(document).items()
        ]
        pieces.append(
            pa.table(
                {
                    "key": pa.array([key for key, _ in further], pa.string()),
                    "row": pa.array([row for _, row in further], pa.int64()),
                }
            )
        )
    if not pieces:
        return pa.table({"key": pa.array([], pa.string()), "row": pa.array([], pa.int64())})
    table = pa.concat_tables(pieces)
    return table.filter(pc.is_valid(table["key"]))


def _shared(keys: pa.Table, stored: dict[str, list[Holder]]) -> pa.Table:
    """The keys that more than one identity has."""
    encoded = keys["key"].combine_chunks().dictionary_encode()
    counts = pc.value_counts(encoded.indices)
    often = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    shared = pc.is_in(encoded.indices, often)
    if stored:
        shared = pc.or_(shared, pc.is_in(keys["key"].combine_chunks(), pa.array(list(stored), pa.string())))
    return keys.filter(shared)


def _stored_holders(keys: list[str], own: set[int]) -> dict[str, list[Holder]]:
    rows = store.select_rows(
        "SELECT t.term, i.id, i.kind, i.normal, i.customer_id"
        " FROM know_searchterm t JOIN know_identity i ON i.id = t.identity_id WHERE t.term {values}",
        keys,
    )
    found: defaultdict[str, list[Holder]] = defaultdict(list)
    for key, identity, kind, document, customer in rows:
        if identity not in own:
            found[key].append(holder_of(identity, kind, read_texts(document), customer))
    return found


def holder_of(
    identity: int, kind: str, normal: Mapping[str, str | None], customer: int | None = None
) -> Holder:
    """What the rules look at of an identity; a person is not told apart by the organisation they belong to."""
    return Holder(
        id=identity,
        kind=kind,
        given=normal.get("given_name"),
        family=normal.get("family_name"),
        birth_date=normal.get("birth_date"),
        organisation=normal.get("organisation") if kind == "organisation" else None,
        email=normal.get("email"),
        customer=customer,
    )
