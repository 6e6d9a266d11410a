"""Where a customer can be written to: the newest address that works, and what a letter may say of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from regard.errors import InputError
from regard.know.contact.addressees import CHUNK, find_addressees
from regard.know.contact.returned import dead_among
from regard.know.models import Identity
from regard.mail.addresses import plain_address

SAID = ("given_name", "family_name", "name", "organisation")


@dataclass(frozen=True)
class Mailable:
    """A customer, the record under which they are written to, and the address."""

    person: str
    customer_id: int
    address: str
    country: str
    known: Mapping[str, str]


def mailable_customers(ids: Sequence[int]) -> Iterator[Mailable]:
    """Those of some customers who have an address that works, each once; read as far as they are taken."""
    for start in range(0, len(ids), CHUNK):
        yield from _some(Identity.objects.filter(customer__in=ids[start : start + CHUNK]))


def mailable_among(persons: Sequence[str]) -> dict[str, Mailable]:
    """Where the customers behind some keys can be written to, by key; who can be written to nowhere is left out."""
    customers = {key: whom.customer_id for key, whom in find_addressees(persons).items()}
    ids = sorted({each for each in customers.values() if each is not None})
    found = {each.customer_id: each for each in mailable_customers(ids)}
    return {
        key: found[customer]
        for key, customer in customers.items()
        if customer is not None and customer in found
    }


def _some(records: QuerySet[Identity]) -> Iterator[Mailable]:
    of_customer: defaultdict[int, list[tuple[str, Identity]]] = defaultdict(list)
    for record in records.order_by("-changed_at", "-id"):
        address = _address(record)
        if address and record.customer_id is not None:
            of_customer[record.customer_id].append((address, record))
    dead = dead_among(address for several in of_customer.values() for address, _ in several)
    for customer_id, several in sorted(of_customer.items()):
        for address, record in several:
            if address not in dead:
                country = str(record.normal.get("country") or "")
                yield Mailable(record.person, customer_id, address, country, _known(record))
                break


def _known(record: Identity) -> dict[str, str]:
    """What a letter may say of them; a whole name where the source keeps it in parts."""
    known = {name: record.fields[name] for name in SAID if record.fields.get(name)}
    parts = [known[name] for name in ("given_name", "family_name") if name in known]
    return {"name": " ".join(parts), **known} if parts else known


def _address(record: Identity) -> str:
    """As the source wrote it; nothing when no server would take it."""
    if not record.normal.get("email"):
        return ""
    try:
        return plain_address(str(record.fields.get("email") or ""))
    except InputError:
        return ""
