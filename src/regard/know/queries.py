"""Reads: who customers are and why we think so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.models import F, Q

from regard.errors import NotFoundError
from regard.know import store
from regard.know.models import (
    Candidate,
    Customer,
    Identity,
    Link,
    Membership,
    Merge,
    SearchTerm,
    SharedNumber,
)
from regard.know.normalise.email import comparable_email
from regard.know.people import things_of, things_of_several
from regard.know.search import matching_customers
from regard.know.shared_numbers import links_behind, rule_of_numbers

NUMBER = re.compile(r"[Cc]?(\d{1,18})")
_HAS_MEMBERSHIPS = """
    SELECT 1 FROM know_membership WHERE member_id IN (SELECT id FROM know_identity WHERE customer_id = %(customer)s)
    OR organisation_id IN (SELECT id FROM know_identity WHERE customer_id = %(customer)s) LIMIT 1
"""


@dataclass(frozen=True)
class CustomerRow:
    """A customer as lists and headings show one."""

    id: int
    kind: str
    name: str
    email: str
    phone: str
    place: str
    identity_count: int


@dataclass(frozen=True)
class IdentityRow:
    """One record of one source."""

    id: int
    person: str
    source: str
    kind: str
    fields: dict[str, str]
    earlier: dict[str, list[str]]
    normal: dict[str, str]
    customer_id: int
    changed_at: datetime


@dataclass(frozen=True)
class Evidence:
    """Why two records are taken for one customer. `merge_id` is what undoing asks for."""

    link_id: int
    left: str
    right: str
    by: str
    rule: str
    probability: float | None
    weights: dict[str, Any]
    actor: str
    made_at: datetime
    merge_id: int | None
    reason: str


@dataclass(frozen=True)
class CandidateRow:
    """Two records that may be one person's, side by side, for a person to decide."""

    id: int
    left: IdentityRow
    right: IdentityRow
    probability: float
    weights: dict[str, Any]
    reason: str
    agreement: dict[str, str]  # field -> "same", "different" or "unknown"
    found_at: datetime
    state: str

    @property
    def left_id(self) -> int:
        return self.left.id

    @property
    def right_id(self) -> int:
        return self.right.id

    @property
    def evidence(self) -> dict[str, Any]:
        return self.weights


@dataclass(frozen=True)
class MembershipRow:
    """A person in an organisation, or an organisation's person: the customer on the other side."""

    customer: CustomerRow
    role: str


def _row(found: Customer) -> CustomerRow:
    return CustomerRow(
        found.pk, found.kind, found.name, found.email, found.phone, found.place, found.identity_count
    )


def _identity_row(found: Identity) -> IdentityRow:
    return IdentityRow(
        found.pk, found.person, found.source, found.kind, found.fields, found.earlier, found.normal,
        found.customer_id or 0, found.changed_at,
    )  # fmt: skip


def customer(key: str | int) -> CustomerRow:
    """The customer of a number (17, "C17"), a person key or an e-mail address.

    A number that has been merged into another customer leads to that one.
    """
    text = str(key).strip()
    identities = Identity.objects.select_related("customer")
    if number := NUMBER.fullmatch(text):
        identity = identities.filter(pk=int(number[1])).first()
    else:
        identity = identities.filter(person=text).first() or _by_email(text)
    if identity is None or identity.customer is None:
        raise NotFoundError(
            f"There is no customer `{text}`.", hint="Look it up with `regard customers find`."
        )
    return _row(identity.customer)


def _by_email(text: str) -> Identity | None:
    email = comparable_email(text)
    if email is None:
        return None
    identities = Identity.objects.select_related("customer")
    holders = SearchTerm.objects.filter(term=email).order_by("identity").values("identity")
    return identities.filter(person=f"email:{email}").first() or identities.filter(pk__in=holders[:1]).first()


def find_customers(text: str, *, limit: int = 20) -> list[CustomerRow]:
    """Customers having every word of the text as the beginning of a name, address, number or key."""
    rows = [_row(found) for found in matching_customers(text, limit)]
    if number := NUMBER.fullmatch(text.strip()):
        exact = Customer.objects.filter(pk=int(number[1])).first()
        if exact is not None:
            rows = [_row(exact), *(row for row in rows if row.id != exact.pk)][:limit]
    return rows


def identities_of(customer_id: int) -> list[IdentityRow]:
    """The records behind a customer, oldest first."""
    return [_identity_row(found) for found in Identity.objects.filter(customer=customer_id).order_by("id")]


def persons_of(customer_id: int, identities: Sequence[IdentityRow] | None = None) -> list[str]:
    """Every person key under which the ledger knows a customer, resolved `ref:` keys included; `identities` are theirs
    if already read."""
    if identities is None:
        identities = identities_of(customer_id)
    return [*(each.person for each in identities), *things_of(customer_id)]


def persons_of_several(ids: Sequence[int]) -> dict[int, list[str]]:
    """The same for several customers."""
    if not ids:
        return {}
    persons: dict[int, list[str]] = {each: [] for each in ids}
    rows = Identity.objects.filter(customer__in=ids).order_by("id").values_list("customer_id", "person")
    for customer_id, person in rows:
        persons[customer_id or 0].append(person)
    return {each: persons[each] + things for each, things in things_of_several(ids).items()}


def evidence_of(customer_id: int) -> list[Evidence]:
    """Why the records of a customer are taken for one, strongest word first: staff, rules, scores."""
    links = (
        Link.objects.filter(active=True, left__customer=customer_id, right__customer=customer_id)
        .select_related("left", "right", "merge")
        .order_by(F("probability").desc(nulls_first=True), "id")
    )
    return [
        Evidence(
            link.pk, link.left.person, link.right.person, link.by, link.rule, link.probability, link.evidence,
            link.actor, link.made_at, link.merge_id, link.merge.reason if link.merge else link.rule,
        )
        for link in links
    ]  # fmt: skip


def open_candidates(*, limit: int = 200, later: bool = False) -> list[CandidateRow]:
    """Pairs waiting for a person's decision, the likeliest first; with `later` those put off."""
    state = Candidate.State.LATER if later else Candidate.State.OPEN
    waiting = (
        Candidate.objects.filter(state=state)
        .exclude(left__customer=F("right__customer"))
        .select_related("left", "right")
        .order_by("-probability", "id")[:limit]
    )
    return [_candidate_row(found) for found in waiting]


def candidate(candidate_id: int) -> CandidateRow:
    """One pair waiting for, or having had, a decision."""
    found = Candidate.objects.select_related("left", "right").filter(pk=candidate_id).first()
    if found is None:
        raise NotFoundError(f"There is no pair {candidate_id} to review.")
    return _candidate_row(found)


def count_open_candidates() -> int:
    """How many pairs wait for a decision."""
    return (
        Candidate.objects.filter(state=Candidate.State.OPEN)
        .exclude(left__customer=F("right__customer"))
        .count()
    )


def _candidate_row(found: Candidate) -> CandidateRow:
    left, right = found.left.normal, found.right.normal
    agreement = {
        name: "unknown" if name not in left or name not in right
        else "same" if left[name] == right[name] else "different"
        for name in [*left, *(name for name in right if name not in left)]
    }  # fmt: skip
    evidence = dict(found.evidence)
    reason = str(evidence.pop("reason", ""))
    return CandidateRow(
        found.pk, _identity_row(found.left), _identity_row(found.right), found.probability, evidence, reason,
        agreement, found.found_at, found.state,
    )  # fmt: skip


def memberships_of(customer_id: int) -> list[MembershipRow]:
    """The organisations of a person, or the people of an organisation."""
    with (
        connection.cursor() as cursor
    ):  # most people have none, and seeing that takes the ORM ten times as long
        cursor.execute(_HAS_MEMBERSHIPS, {"customer": customer_id})
        if cursor.fetchone() is None:
            return []
    own = Identity.objects.filter(customer=customer_id).values("pk")
    found = Membership.objects.filter(Q(member__in=own) | Q(organisation__in=own))
    rows: dict[int, MembershipRow] = {}
    for each in found.select_related("member__customer", "organisation__customer").order_by("id"):
        theirs = each.organisation if each.member.customer_id == customer_id else each.member
        if theirs.customer is not None and theirs.customer_id != customer_id:
            rows.setdefault(theirs.customer.pk, MembershipRow(_row(theirs.customer), each.role))
    return list(rows.values())


def newest_merges(*, limit: int = 50) -> list[Merge]:
    """The newest merges, by people and by the job, undone ones too."""
    return list(Merge.objects.order_by("-id")[:limit])


def shared_numbers() -> list[SharedNumber]:
    """Columns of numbers found to count the same people, with their evidence; refused ones too."""
    return list(SharedNumber.objects.order_by("left", "right"))


def count_unsure_numbers() -> int:
    """Columns of numbers that may count the same people, for a person to decide."""
    return SharedNumber.objects.filter(state=SharedNumber.State.UNSURE, decided_by="").count()


def links_by(shared: SharedNumber) -> int:
    """How many pairs of records a shared number joins now."""
    return Link.objects.filter(rule=rule_of_numbers(shared.left, shared.right), active=True).count()


def links_still_to_change(shared: SharedNumber) -> int:
    """How many pairs of records the worker has still to join or part, as was decided of a shared number."""
    return links_behind(shared).count()


def numbers_left_behind() -> list[int]:
    """Shared numbers whose links do not follow yet what was decided of them."""
    decided = SharedNumber.objects.exclude(decided_by="").order_by("id")
    return [shared.pk for shared in decided if links_behind(shared).exists()]


def merges_of(customer_id: int) -> list[Merge]:
    """The merges that made a customer and can be undone, newest first."""
    return list(
        Merge.objects.filter(undone_at=None, links__left__customer=customer_id, links__active=True)
        .distinct()
        .order_by("-id")
    )


def list_customers(*, offset: int, limit: int) -> tuple[list[CustomerRow], int]:
    """Customers by number, one page, and how many there are."""
    everyone = Customer.objects.order_by("id")
    return [_row(each) for each in everyone[offset : offset + limit]], everyone.count()


def customers_by_id(ids: Sequence[int]) -> dict[int, CustomerRow]:
    """Some customers by number."""
    return {each.pk: _row(each) for each in Customer.objects.filter(pk__in=ids)}


def names() -> pa.Table:
    """The names of all customers that have one: customer_id and name."""
    named = Customer.objects.exclude(name="").order_by("id").values_list("id", "name")
    ids, texts = zip(*named.iterator(chunk_size=10_000), strict=True) if named.exists() else ((), ())
    return pa.table({"customer_id": pa.array(ids, pa.int64()), "name": pa.array(texts, pa.string())})


def known_persons(persons: Iterable[str]) -> set[str]:
    """Those of some person keys that have a record."""
    found = store.select_rows("SELECT person FROM know_identity WHERE person {values}", persons)
    return {person for (person,) in found}
