"""A database that is lost, and who was in it."""

from typing import Any

from regard.know.models import (
    Customer,
    Distinction,
    Identity,
    Link,
    Membership,
    Partition,
    SearchTerm,
    Unheard,
)
from regard.listen.models import Import


def people() -> dict[frozenset[str], Any]:
    """Who is one customer, how he is shown, and what each source says of him; ids are of no account."""
    found: dict[int, list[Identity]] = {}
    for identity in Identity.objects.order_by("person"):
        assert identity.customer_id is not None
        found.setdefault(identity.customer_id, []).append(identity)
    shown = {each.pk: (each.kind, each.name, each.email, each.phone) for each in Customer.objects.all()}
    return {
        frozenset(one.person for one in identities): (
            shown[key], [(one.source, one.kind, one.fields) for one in identities],
        )
        for key, identities in found.items()
    }  # fmt: skip


def lose_the_database() -> None:
    """As if somebody had made a new one."""
    for model in (SearchTerm, Membership, Link, Distinction, Identity, Customer, Partition, Unheard, Import):
        model._default_manager.all().delete()
