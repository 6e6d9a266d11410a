"""Take in the records of a source: one identity a person key, linked at once where a key says so."""

from dataclasses import dataclass

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from regard.errors import InputError
from regard.know.fields import FIELDS
from regard.know.models import Customer, Identity, SearchTerm
from regard.know.partitioning import note_change


@dataclass(frozen=True)
class Registered:
    """What an intake did: identities by what became of them, and the links it made."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    linked: int = 0


def register_identities(rows: pa.Table, *, source: str, actor: str) -> Registered:
    """Make or change the identities of a source from raw rows and link what a key says is the same."""
    if "person" not in rows.column_names:
        raise InputError("Records need a column `person`.")
    names = [name for name in rows.column_names if name in FIELDS]
    wanted: dict[str, dict[str, str]] = {}
    kinds: dict[str, str] = {}
    for row in rows.to_pylist():
        if row["person"]:
            wanted.setdefault(row["person"], {}).update({name: row[name] for name in names if row[name]})
            kinds[row["person"]] = row.get("kind") or "person"
    with transaction.atomic():
        return _write(wanted, kinds, source)


def _write(wanted: dict[str, dict[str, str]], kinds: dict[str, str], source: str) -> Registered:
    now = timezone.now()
    known = Identity.objects.in_bulk(list(wanted), field_name="person")
    changed = [
        (identity, wanted[person])
        for person, identity in known.items()
        if wanted[person].items() - identity.fields.items()
    ]
    for identity, fields in changed:
        identity.fields |= fields
        identity.changed_at = now
        identity.save()
    fresh = Identity.objects.bulk_create(
        [
            Identity(person=person, source=source, kind=kinds[person], fields=fields, changed_at=now)
            for person, fields in wanted.items()
            if person not in known
        ]
    )
    Customer.objects.bulk_create([_customer(identity) for identity in fresh])
    for identity in fresh:
        identity.customer_id = identity.pk
    Identity.objects.bulk_update(fresh, ["customer"], batch_size=500)
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(term=term[:120], identity=identity)
            for identity in [*fresh, *(identity for identity, _ in changed)]
            for term in _terms(identity)
        ]
    )
    if fresh or changed:
        note_change()
    return Registered(len(fresh), len(changed), len(known) - len(changed))


def _customer(identity: Identity) -> Customer:
    fields = identity.fields
    name = fields.get("name") or " ".join(
        fields[part] for part in ("given_name", "family_name") if fields.get(part)
    )
    return Customer(
        id=identity.pk, kind=identity.kind, name=name or fields.get("organisation", ""),
        email=fields.get("email", ""), phone=fields.get("phone", ""), place=fields.get("city", ""),
    )  # fmt: skip


def _terms(identity: Identity) -> set[str]:
    texts = [value for name, value in identity.fields.items() if name != "ids"]
    return {word for text in [identity.person.split(":", 1)[-1], *texts] for word in text.lower().split()}
