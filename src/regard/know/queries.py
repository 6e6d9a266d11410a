"""Reads: who customers are and why we think so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from regard.errors import NotFoundError
from regard.know.models import Customer, Identity, SearchTerm

NUMBER = re.compile(r"[Cc]?(\d{1,18})")


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


def _row(found: Customer) -> CustomerRow:
    return CustomerRow(
        found.pk, found.kind, found.name, found.email, found.phone, found.place, found.identity_count
    )


def customer(key: str | int) -> CustomerRow:
    """The customer of a number (17, "C17"), a person key or an e-mail address."""
    text = str(key).strip()
    if number := NUMBER.fullmatch(text):
        found = Customer.objects.filter(pk=int(number[1])).first()
    else:
        identity = Identity.objects.filter(person__in=[text, f"email:{text.lower()}"]).first()
        if identity is None:
            term = SearchTerm.objects.filter(term=text.lower()).select_related("identity").first()
            identity = term.identity if term else None
        found = identity.customer if identity else None
    if found is None:
        raise NotFoundError(
            f"There is no customer `{text}`.", hint="Look it up with `regard customers find`."
        )
    return _row(found)


def find_customers(text: str, *, limit: int = 20) -> list[CustomerRow]:
    """Customers having every word of the text as the beginning of a name, address, number or key."""
    found = Customer.objects.all()
    for word in text.lower().split():
        identities = SearchTerm.objects.filter(term__gte=word, term__lt=word + "\U0010ffff").values(
            "identity"
        )
        found = found.filter(pk__in=Identity.objects.filter(pk__in=identities).values("customer"))
    return [_row(each) for each in found.order_by("id")[:limit]]


def persons_of(customer_id: int) -> list[str]:
    """Every person key under which the ledger knows a customer."""
    return list(Identity.objects.filter(customer=customer_id).order_by("id").values_list("person", flat=True))


def list_customers(*, offset: int, limit: int) -> tuple[list[CustomerRow], int]:
    """Customers by number, one page, and how many there are."""
    everyone = Customer.objects.order_by("id")
    return [_row(each) for each in everyone[offset : offset + limit]], everyone.count()


def customers_by_id(ids: Sequence[int]) -> dict[int, CustomerRow]:
    """Some customers by number."""
    return {each.pk: _row(each) for each in Customer.objects.filter(pk__in=ids)}
