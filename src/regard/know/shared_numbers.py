"""Columns of numbers that count the same people: found, kept with their evidence, followed, refused."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from regard.errors import NotFoundError
from regard.know import store
from regard.know.intake import read_texts
from regard.know.models import Link, SharedNumber
from regard.know.numbers import MOST_SAMPLED, Numbers, compare, evidence_of, judge, numbers_of, support_of
from regard.know.partitioning import repartition
from regard.know.recording import decided_pairs
from regard.know.uniform import Pair

LONGEST_RULE = 60


@dataclass(frozen=True)
class SameNumbers:
    """Pairs that a shared number joins, by rule, and those of them whose names or birthdays contradict it."""

    pairs: dict[Pair, str]
    contradicting: dict[Pair, str]


def find_same_numbers(keys: list[store.Row]) -> SameNumbers:
    """Look for columns that count the same people, and whom those in force join who are not one customer yet.

    `keys` begin with id, person, source and further ids of every identity.
    """
    with Numbers(numbers_of(row[:4] for row in keys)) as known:
        _find_columns(known)
        pairs: dict[Pair, str] = {}
        contradicting: dict[Pair, str] = {}
        for shared in SharedNumber.objects.filter(state=SharedNumber.State.IN_FORCE).order_by("id"):
            found = {(min(pair), max(pair)) for pair in known.pairs(shared.left, shared.right)}
            for pair, agrees in _compare_pairs(found - pairs.keys()).items():
                (pairs if agrees else contradicting)[pair] = rule_of_numbers(shared.left, shared.right)
    return SameNumbers(pairs, contradicting)


def rule_of_numbers(left: str, right: str) -> str:
    """What links by two columns are called."""
    return f"same number: {left} = {right}"[:LONGEST_RULE]


def _find_columns(known: Numbers) -> None:
    """Judge every overlap; what a person decided stays, what was found before is judged anew."""
    decided = {
        (each.left, each.right) for each in SharedNumber.objects.exclude(decided_by="").only("left", "right")
    }
    for overlap in known.overlaps():
        if (overlap.left, overlap.right) in decided:
            continue
        sample = known.pairs(overlap.left, overlap.right, most=MOST_SAMPLED)
        normal = _normals({end for pair in sample for end in pair})
        support = support_of((normal[left][1], normal[right][1]) for left, right in sample)
        finding = judge(overlap, support)
        changes: dict[str, object] = {"state": finding, "evidence": evidence_of(overlap, support)}
        if finding != "no":
            SharedNumber.objects.update_or_create(left=overlap.left, right=overlap.right, defaults=changes)
        else:  # what was made by it when it still looked right stays until a person refuses it
            changes["state"] = SharedNumber.State.UNSURE
            SharedNumber.objects.filter(left=overlap.left, right=overlap.right).update(**changes)


def _normals(identities: set[int]) -> dict[int, tuple[tuple[int, str], dict[str, str]]]:
    """Customer and kind, and what is comparable, of some identities."""
    sql = "SELECT id, customer_id, kind, normal FROM know_identity WHERE id {values}"
    return {
        identity: ((customer, kind), read_texts(document))
        for identity, customer, kind, document in store.select_rows(sql, identities)
    }


def _compare_pairs(pairs: set[Pair]) -> dict[Pair, bool]:
    """For pairs that are two customers and were never decided: whether their fields allow that they are one."""
    known = _normals({end for pair in pairs for end in pair})
    apart = {
        pair
        for pair in pairs
        if known[pair[0]][0] != known[pair[1]][0] and known[pair[0]][0][1] == known[pair[1]][0][1]
    }
    return {
        (left, right): compare(known[left][1], known[right][1]) != "contradict"
        for left, right in sorted(apart - decided_pairs(apart))
    }


def pairs_by_numbers(ids: pa.Array, raw: pa.Table, normal: pa.Table, *, source: str) -> dict[Pair, str]:
    """Pairs of an intake's identities with stored ones under numbers in force; contradicting ones are left out."""
    partners = _partners()
    if not partners:
        return {}
    further = normal["ids"].to_pylist() if "ids" in normal.column_names else [None] * len(ids)
    rows = zip(ids.to_pylist(), raw["person"].to_pylist(), [source] * len(ids), further, strict=True)
    mine: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for column, value, identity in _values(rows):
        if column in partners:
            mine[value].append((column, identity))
    stored = {row[0]: row for row in store.select_rows(_UNDER_TERMS, mine)}
    row_of = {identity: row for row, identity in enumerate(ids.to_pylist())}
    found: dict[Pair, str] = {}
    for column, value, identity in _values(row[:4] for row in stored.values() if row[0] not in row_of):
        *_, kind, document = stored[identity]
        for here, own in mine.get(value, ()):
            row = row_of[own]
            if column not in partners[here] or raw["kind"][row].as_py() != kind:
                continue
            said = {name: normal[name][row].as_py() for name in normal.column_names}
            if compare(said, read_texts(document)) != "contradict":
                found[min(own, identity), max(own, identity)] = rule_of_numbers(*sorted((here, column)))
    return found


_UNDER_TERMS = (
    "SELECT DISTINCT i.id, i.person, i.source, i.normal->>'ids', i.kind, CAST(i.normal AS text) FROM know_searchterm t"
    " JOIN know_identity i ON i.id = t.identity_id WHERE t.term {values}"
)


def _partners() -> dict[str, set[str]]:
    """The columns that count the same people as a column, by the pairs in force."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    in_force = SharedNumber.objects.filter(state=SharedNumber.State.IN_FORCE)
    for left, right in in_force.values_list("left", "right"):
        found[left].add(right)
        found[right].add(left)
    return dict(found)


def _values(rows: Iterable[tuple[int, str, str, str | None]]) -> list[tuple[str, str, int]]:
    table = numbers_of(rows)
    columns = (table[name].to_pylist() for name in ("col", "value", "identity"))
    return list(zip(*columns, strict=True))


@transaction.atomic
def decide_shared_number(
    shared_id: int, *, same: bool, actor: str, at_most: int | None = None
) -> SharedNumber:
    """Say whether two columns count the same people. Refusing takes back every link that was made by them.

    Where more links than `at_most` have to change they are left to `follow_decision`, which takes its time.
    """
    store.lock_who_is_who()
    found = _shared_number(shared_id)
    found.state = SharedNumber.State.IN_FORCE if same else SharedNumber.State.REFUSED
    found.decided_by, found.decided_at = actor, timezone.now()
    found.save()
    if at_most is None or links_behind(found).count() <= at_most:
        _follow(found)
    return found


@transaction.atomic
def follow_decision(shared_id: int) -> None:
    """Make the links of a shared number what was decided of it; doing it twice changes nothing."""
    store.lock_who_is_who()
    _follow(_shared_number(shared_id))


def _shared_number(shared_id: int) -> SharedNumber:
    found = SharedNumber.objects.filter(pk=shared_id).first()
    if found is None:
        raise NotFoundError(f"There is no shared number {shared_id}.")
    return found


def _follow(found: SharedNumber) -> None:
    behind = links_behind(found)
    touched = {end for pair in behind.values_list("left", "right") for end in pair}
    behind.update(active=found.state == SharedNumber.State.IN_FORCE)
    repartition(touched, records_changed=False)


def links_behind(found: SharedNumber) -> QuerySet[Link]:
    """The links by a shared number that do not follow yet what a person decided of it."""
    if not found.decided_by:
        return Link.objects.none()
    made = Link.objects.filter(rule=rule_of_numbers(found.left, found.right), merge__undone_at=None)
    return made.exclude(active=found.state == SharedNumber.State.IN_FORCE)
