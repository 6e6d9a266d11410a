"""Whom a campaign is for: rules about what is known of customers. Nobody is named, and a rule must fit several."""

import json
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

import msgspec

from regard.errors import InputError
from regard.know.contact.mailing import Mailable, mailable_customers
from regard.know.models import Identity
from regard.ledger import lake

FEWEST = 5  # customers of a segment: fewer would be picking people
ORDERS = {"none": "coalesce(orders, 0) = 0", "one": "orders = 1", "several": "orders > 1"}
PROMISES = {"overdue": "overdue > 0", "broken": "broken > 0"}


class SegmentError(InputError):
    code = "bad_segment"


class Segment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Every rule that is set must hold; none set means everybody."""

    source: str = ""  # known from this source, such as `staff`
    channel: str = ""
    orders: Literal["", "none", "one", "several"] = ""
    promises: Literal["", "overdue", "broken"] = ""
    seen_days: int = 0  # last seen within so many days
    trait: str = ""  # an attribute that a source gave, with its value
    value: str = ""

    @property
    def sentence(self) -> str:
        """The rules in words."""
        said = [
            f"known from {self.source}" if self.source else "",
            f"who use {self.channel}" if self.channel else "",
            {"none": "without orders", "one": "with one order", "several": "with several orders"}.get(self.orders, ""),
            {"overdue": "with a promise overdue", "broken": "to whom a promise was broken"}.get(self.promises, ""),
            f"seen in the last {self.seen_days} days" if self.seen_days else "",
            f"whose {self.trait} is {self.value}" if self.trait else "",
        ]  # fmt: skip
        return "customers " + ", ".join(filter(None, said)) if any(said) else "all customers"


def read_segment(raw: object) -> Segment:
    """A segment from decoded JSON or a form."""
    try:
        segment = msgspec.convert(raw, Segment)
    except msgspec.ValidationError as error:
        raise SegmentError(f"The segment cannot be read: {error}.") from error
    if not 0 <= segment.seen_days <= 3660 or max(map(len, _texts(segment))) > 200:
        raise SegmentError("A rule of the segment is out of bounds.")
    if bool(segment.trait) != bool(segment.value):
        raise SegmentError("An attribute needs its value, and a value its attribute.")
    return segment


def people_in(segment: Segment, *, at: datetime) -> list[Mailable]:
    """Everybody in the segment who has an address that works."""
    found = list(mailable_customers(customers_in(segment, at=at)))
    _refuse_few(len(found))
    return found


def refuse_too_small(segment: Segment, *, at: datetime) -> None:
    """Raise where a segment holds too few; looks no further than to the fewest that are enough."""
    _refuse_few(len(list(islice(mailable_customers(customers_in(segment, at=at)), FEWEST))))


def _refuse_few(people: int) -> None:
    if people < FEWEST:
        raise SegmentError(
            f"Only {people} people with an e-mail address fit.",
            hint=f"A segment holds at least {FEWEST}: nobody can choose who is asked.",
        )


def customers_in(segment: Segment, *, at: datetime) -> list[int]:
    """The numbers of its customers, whether they have an address or not."""
    parts = []
    if segment.source:
        parts.append(set(_customers_of(Identity.objects.filter(source=segment.source))))
    if segment.trait:
        parts.append(_with_trait(segment.trait, segment.value))
    if segment.channel or segment.orders or segment.promises or segment.seen_days:
        parts.append(_with_profile(segment, at))
    return sorted(set.intersection(*parts) if parts else _customers_of(Identity.objects.all()))


def _with_profile(segment: Segment, at: datetime) -> set[int]:
    conditions: list[tuple[str, list[Any]]] = [("true", [])]
    if segment.channel:
        conditions.append(("list_contains(channels, ?)", [segment.channel]))
    if segment.orders:
        conditions.append((ORDERS[segment.orders], []))
    if segment.promises:
        conditions.append((PROMISES[segment.promises], []))
    if segment.seen_days:
        conditions.append(("last_seen >= ?::TIMESTAMPTZ", [at - timedelta(days=segment.seen_days)]))
    where = "WHERE " + " AND ".join(words for words, _ in conditions)
    values = [value for _, several in conditions for value in several]
    return set(lake.select("profiles", where, values, columns="customer_id").column(0).to_pylist())


def _with_trait(trait: str, value: str) -> set[int]:
    """Whose newest word on an attribute is this."""
    place = f"$.{json.dumps(trait)}"
    newest = "arg_max(json_extract_string(data, ?), recorded_at)"
    found = lake.select(
        "attributes",
        f"WHERE json_exists(data, ?) GROUP BY person HAVING {newest} = ?",
        [place, place, value],
        columns="person",
    )
    return set(_customers_of(Identity.objects.filter(person__in=found.column(0).to_pylist())))


def _customers_of(records: Any) -> list[int]:
    return list(records.exclude(customer=None).values_list("customer", flat=True).distinct())


def _texts(segment: Segment) -> list[str]:
    return [segment.source, segment.channel, segment.trait, segment.value]
