"""Who is meant by a person key: all keys of the same customer, as who-is-who stands now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from regard.know.contact.zones import Place
from regard.know.models import Customer, Identity, SearchTerm
from regard.know.normalise.email import comparable_email
from regard.know.queries import IdentityRow

CHUNK = 500


@dataclass(frozen=True)
class Addressee:
    """A customer, or a key that no record has yet (then `customer_id` is empty and it stands alone)."""

    person: str  # the key under which touches and consents are kept
    customer_id: int | None
    persons: tuple[str, ...]
    places: frozenset[Place] = frozenset()

    @property
    def is_nobody(self) -> bool:
        return self.person.startswith("ref:")


def find_addressees(persons: Iterable[str]) -> dict[str, Addressee]:
    """Who is meant by each key; an address that no record has as its key means the first record holding it."""
    wanted = list(dict.fromkeys(persons))
    found: dict[str, Addressee] = {}
    for start in range(0, len(wanted), CHUNK):
        found |= _find_some(wanted[start : start + CHUNK])
    return found


def _find_some(persons: Sequence[str]) -> dict[str, Addressee]:
    known = {row.person: row for row in Identity.objects.filter(person__in=persons)}
    records = {**_holders([person for person in persons if person not in known]), **known}
    customers = {row.customer_id for row in records.values()}
    members: defaultdict[int | None, list[Identity]] = defaultdict(list)
    for row in Identity.objects.filter(customer__in=customers - {None}).order_by("id"):
        members[row.customer_id].append(row)
    return {person: _addressee(person, records.get(person), members) for person in persons}


def _addressee(
    person: str, record: Identity | None, members: Mapping[int | None, list[Identity]]
) -> Addressee:
    if record is None:
        return Addressee(
            person, None, (person,), frozenset({_place({"phone": person.removeprefix("phone:")})})
        )
    together = members.get(record.customer_id) or [record]
    return Addressee(
        record.person,
        record.customer_id,
        keys_of(together),
        frozenset(_place(each.normal) for each in together),
    )


def keys_of(records: Iterable[Identity | IdentityRow]) -> tuple[str, ...]:
    """Every key that means one of these records: their own, and their addresses before they had a record."""
    listed = list(records)
    addresses = (
        f"{kind}:{each.normal[kind]}"
        for each in listed
        for kind in ("email", "phone")
        if each.normal.get(kind)
    )
    return tuple(dict.fromkeys([*(each.person for each in listed), *addresses]))


def _place(normal: Mapping[str, Any]) -> Place:
    country, postcode, phone = (str(normal.get(name) or "") for name in ("country", "postcode", "phone"))
    return Place(country, postcode, phone)


def _holders(persons: Sequence[str]) -> dict[str, Identity]:
    """For `email:` and `phone:` keys without a record of their own: the first record with that address."""
    terms = {person: term for person in persons if (term := _term(person))}
    first: dict[str, int] = {}
    for term, identity in (
        SearchTerm.objects.filter(term__in=set(terms.values()))
        .order_by("identity")
        .values_list("term", "identity")
    ):
        first.setdefault(term, identity)
    records = Identity.objects.in_bulk(first.values())
    return {person: records[first[term]] for person, term in terms.items() if term in first}


def _term(person: str) -> str | None:
    kind, _, address = person.partition(":")
    if kind == "email":
        return comparable_email(address)
    return address if kind == "phone" and address.startswith("+") else None


def hold_addressees(persons: Sequence[str]) -> dict[str, Addressee]:
    """Who is meant by each key, with nobody else deciding about them until this transaction ends.

    SQLite has one writer anyway. On PostgreSQL the customers' rows are locked in the order of their numbers, so that
    two who hold several do not wait for each other; a merge that went on meanwhile has replaced a row, so one looks
    again.
    """
    while True:
        found = find_addressees(persons)
        if connection.vendor != "postgresql":
            return found
        for key in sorted({each.person for each in found.values() if each.customer_id is None}):
            _hold_key(key)
        wanted = sorted({each.customer_id for each in found.values() if each.customer_id is not None})
        rows = Customer.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
        held = {None, *rows.values_list("pk", flat=True)}
        again = find_addressees(persons)
        if all(each.customer_id in held and again[key] == each for key, each in found.items()):
            return again


def _hold_key(person: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [person])
