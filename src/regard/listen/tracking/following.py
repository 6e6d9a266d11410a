"""What follows from calls once their rows are in the lake: people are registered, what was refused is shown.

Everything here may run again after a crash and then changes nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.db.models import F

from regard.errors import InputError
from regard.know.actions import join_visitors, register_identities
from regard.know.fields import FIELDS
from regard.know.normalise import normalise
from regard.know.queries import known_persons
from regard.listen.models import Import, Reject
from regard.listen.tracking.calls import MOST_CALLS, Call, Sent, object_in
from regard.listen.tracking.persons import VISITOR, has_id, is_visitor, person_key
from regard.listen.tracking.traits import fields_of, organisation_fields

ACTOR = "tracking"
MOST_REJECTS = 10_000  # kept of one source on one day, lest a broken client fill the database

Row = dict[str, str]


@dataclass(frozen=True)
class Refused:
    """A call that cannot be used, and why."""

    sent: Sent
    position: int
    text: str
    reason: str


@dataclass
class Following:
    """What some batches say of people, by source, and what cannot be used."""

    met: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    said: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    claims: defaultdict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    refused: list[Refused] = field(default_factory=list)

    def hear(self, kind: str, call: Call, source: str, person: str) -> None:
        """Note what an identify, group or alias call says, or raise InputError."""
        if kind == "identify":
            self._identify(call, source, person)
        elif kind == "group":
            if not has_id(call.group_id):
                raise InputError("`groupId` is required.")
            name = object_in(bytes(call.traits), "traits").get("name")
            if not is_visitor(person):
                self.said[source].append(
                    {"person": person, **organisation_fields(call.group_id, name, source=source)}
                )
        else:
            if not has_id(call.previous_id) or not has_id(call.user_id):
                raise InputError("`previousId` and `userId` are required.")
            person_key(source, str(call.previous_id))
            self.claims[source].append((str(call.previous_id).strip(), person))

    def _identify(self, call: Call, source: str, person: str) -> None:
        """Traits of a user; a visitor who only leaves an address is known by that address from now on."""
        context = object_in(bytes(call.context), "context")
        around = context.get("traits")
        traits = (around if isinstance(around, dict) else {}) | object_in(bytes(call.traits), "traits")
        fields = fields_of(traits, source=source)
        if is_visitor(person):
            email = normalise("email", fields.get("email", ""), region=settings.REGARD_REGION)
            if not email:
                return
            person = f"email:{email}"
        self.said[source].append({"person": person, **fields})
        if has_id(call.anonymous_id):
            self.claims[source].append((person_key(VISITOR, str(call.anonymous_id)), person))


def follow(following: Following) -> None:
    """Register people and keep what was refused."""
    for source in {*following.met, *following.said, *following.claims}:
        _register(following, source)
    for refused in _by_import(following.refused).values():
        _reject(refused)


def _register(following: Following, source: str) -> None:
    claims = _resolved(following, source)
    met = {person for person in following.met[source] if not is_visitor(person)}
    met |= {key for claim in claims for key in claim}
    rows = [{"person": person} for person in sorted(met - known_persons(met))]
    rows += following.said[source]
    if rows:
        columns = ["person", *(name for name in FIELDS if any(name in row for row in rows))]
        table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns})
        register_identities(table, source=source, actor=ACTOR)
    if claims:
        join_visitors(claims, actor=ACTOR)


def _resolved(following: Following, source: str) -> list[tuple[str, str]]:
    """Claims as person keys: what `alias` calls the previous id is a user's if there is one, else a visitor's."""
    claims = following.claims[source]
    users = {f"{source}:{one}" for one, _ in claims if not is_visitor(one)}
    known = known_persons(users) | following.met[source]

    def key(one: str) -> str:
        if is_visitor(one):
            return one
        return f"{source}:{one}" if f"{source}:{one}" in known else f"{VISITOR}:{one}"

    return [(key(one), person) for one, person in claims]


def _by_import(refused: list[Refused]) -> dict[tuple[str, str], list[Refused]]:
    """Refused calls of a source and a day are shown together, as if they were the rows of one file."""
    found: defaultdict[tuple[str, str], list[Refused]] = defaultdict(list)
    for one in refused:
        found[one.sent.source, f"{one.sent.received:%Y-%m-%d}"].append(one)
    return dict(found)


@transaction.atomic
def _reject(refused: list[Refused]) -> None:
    sent = refused[0].sent
    day = f"sent live on {sent.received:%Y-%m-%d}"
    job, _ = Import.objects.get_or_create(
        source=sent.source, file_name=day, path="",
        defaults={"actor": ACTOR, "state": Import.State.DONE, "ended_at": sent.received,
                  "details": {"format": "tracking"}},
    )  # fmt: skip
    number_of = {one.sent.batch_id * MOST_CALLS + one.position: one for one in refused}
    known = set(
        Reject.objects.filter(of_import=job, row_number__in=number_of).values_list("row_number", flat=True)
    )
    fresh = {number: one for number, one in number_of.items() if number not in known}
    room = max(0, MOST_REJECTS - Reject.objects.filter(of_import=job).count())
    Reject.objects.bulk_create(
        Reject(
            of_import=job, table="calls", row_number=number, row={"call": one.text}, reason=one.reason[:500]
        )
        for number, one in list(fresh.items())[:room]
    )
    Import.objects.filter(pk=job.pk).update(
        rows_read=F("rows_read") + len(fresh), rejected_rows=F("rejected_rows") + len(fresh)
    )
