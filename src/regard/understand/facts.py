"""The facts that measures stand on: events with the customer behind each, sales, promises and who is known where."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from django.conf import settings

from regard.ledger import lake
from regard.ledger.queries import events as ledger_events

ORDERED, CANCELLED, BILLED = "order.completed", "order.cancelled", "contract.billed"
ITEM, PAID = "item.bought", "payment.made"
BOUGHT = (ORDERED, ITEM)  # a product stands on the lines of an order, or on the order that is one line
CONTACTS = ("message.received", "case.opened", "call.received", "complaint.made")
# what a customer does of their own accord
ACTIVITY = (
    ORDERED, BILLED, *CONTACTS, "customer.registered", ITEM, "item.returned", PAID,
    "survey.answered", "review.written", "page.viewed", "product.viewed",
)  # fmt: skip
PROMISES = ("promise.made", "promise.kept", "promise.broken", "order.delivered")
WITH_DETAILS = (*PROMISES, "case.opened")  # whose `data` is read
Hold = Callable[[ir.Table], ir.Table]  # keeps a table for as long as the facts are held
UTC_TIME = dt.Timestamp(timezone="UTC", scale=6)


@dataclass(frozen=True)
class Facts:
    """Tables on the lake's connection, everything up to `as_of`.

    events: one row an event, with customer_id (null when nobody is known behind it) and month (company's zone).
    sales: one row an order that was not cancelled (`is_order`) or a bill under a contract, with amount and currency.
    promises: one row a promise, with due_at, delivered_at, `broken` (null while open) and `overdue`.
    known: one row a customer and source, with first_seen.
    """

    as_of: datetime
    events: ir.Table
    sales: ir.Table
    promises: ir.Table
    known: ir.Table
    hold: Hold = lambda table: table
    names_held: frozenset[str] | None = None  # asked once, not by every thread

    def here(self) -> "Facts":
        """Held facts on this thread's connection."""
        tables = (self.events, self.sales, self.promises, self.known)
        events, sales, promises, known = (lake.here(table) for table in tables)
        return replace(self, events=events, sales=sales, promises=promises, known=known)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the events there are, each also with its instruments: `survey.answered nps`."""
        if self.names_held is not None:
            return self.names_held
        pairs = self.events.select("name", "instrument").distinct().to_pyarrow().to_pylist()
        return frozenset(
            word for pair in pairs for word in (pair["name"], f"{pair['name']} {pair['instrument']}")
        )


def timezone(zone: Any, at: Any) -> Any:
    """The wall-clock time in a zone."""


def json_extract_string(document: Any, path: Any) -> Any:
    """The text at a path of a JSON document; far cheaper than a checked cast to JSON for every key."""


# the engine's own functions, which Ibis has no word for
wall_clock = ibis.udf.scalar.builtin(timezone, signature=((dt.string, UTC_TIME), dt.timestamp))
json_text = ibis.udf.scalar.builtin(json_extract_string, signature=((dt.string, dt.string), dt.string))


def month_of(at: ir.TimestampValue) -> ir.DateValue:
    """First day of the month a moment falls into, in the company's zone."""
    return wall_clock(settings.TIME_ZONE, at).truncate("M").date()


def start_of(day: date) -> datetime:
    """The moment a day begins in the company's zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings.TIME_ZONE))


def read_facts(as_of: datetime) -> Facts:
    """The facts as expressions; nothing runs yet."""
    return _derived(_events(as_of), as_of)


@contextmanager
def held_facts(as_of: datetime) -> Iterator[Facts]:
    """The facts as tables, for many measures over them; dropped afterwards."""
    with held_tables() as hold:
        yield hold_facts(as_of, hold)


@contextmanager
def held_tables() -> Iterator[Hold]:
    """What keeps tables, where every thread can read them, until this ends."""
    database = f"facts_{uuid4().hex}"

    def hold(table: ir.Table) -> ir.Table:
        return lake.connection().create_table(f"t_{uuid4().hex}", table, database=(database, "main"))

    lake.connection().raw_sql(f"ATTACH ':memory:' AS {database}")
    try:
        yield hold
    finally:
        lake.connection().raw_sql(f"DETACH {database}")


def hold_facts(as_of: datetime, hold: Hold) -> Facts:
    """Read the facts and keep them."""
    facts = _derived(hold(_events(as_of)), as_of)
    return replace(
        facts, sales=hold(facts.sales), promises=hold(facts.promises), known=hold(facts.known), hold=hold,
        names_held=facts.names,
    )  # fmt: skip


def _events(as_of: datetime) -> ir.Table:
    events = ledger_events().filter(ibis._.occurred_at <= ibis.literal(as_of, type=UTC_TIME))
    people = lake.read("people")
    joined = events.left_join(people, "person")
    # JSON is opened only where a key of it is used
    opened = joined.name.isin(WITH_DETAILS)

    def key(name: str) -> ir.StringValue:
        return ibis.cases((opened, json_text(joined.data, f"$.{name}")))

    return joined.select(
        "event_id", "name", "occurred_at", "source", "person", "customer_id", "channel", "subject",
        "amount", "instrument", "score", "department",
        about_order=ibis.cases((joined.name == "case.opened", json_text(joined.data, "$.order"))),
        product=ibis.cases((joined.name.isin(BOUGHT), json_text(joined.data, "$.product"))),
        currency=ibis.coalesce(joined.currency, ibis.literal(settings.REGARD_CURRENCY)),
        kind=key("kind"),
        due_at=ibis.coalesce(key("due_at"), key("promised_at")).try_cast(UTC_TIME),
        month=month_of(joined.occurred_at),
    )  # fmt: skip


def _derived(events: ir.Table, as_of: datetime) -> Facts:
    return Facts(as_of, events, _sales(events), _promises(events, as_of), _known(events))


def _sales(events: ir.Table) -> ir.Table:
    cancelled = events.filter(events.name == CANCELLED).select("source", "subject").distinct()
    orders = events.filter(events.name == ORDERED).anti_join(cancelled, ["source", "subject"])
    bills = events.filter(events.name == BILLED)
    columns = (
        "event_id",
        "customer_id",
        "occurred_at",
        "month",
        "source",
        "channel",
        "subject",
        "amount",
        "currency",
    )
    return (
        _with_amounts(orders, events)
        .select(*columns, is_order=ibis.literal(True))
        .union(bills.select(*columns, is_order=ibis.literal(False)))
    )


def _with_amounts(orders: ir.Table, events: ir.Table) -> ir.Table:
    """Orders whose source states no amount get that of their items or, failing those, of their payments."""
    lines = events.filter(events.name.isin([ITEM, PAID]) & events.subject.notnull() & events.amount.notnull())
    sums = lines.group_by(["source", "subject"]).aggregate(
        items=ibis._.amount.sum(where=ibis._.name == ITEM).cast(events.amount.type()),
        payments=ibis._.amount.sum(where=ibis._.name == PAID).cast(events.amount.type()),
        lines_currency=ibis._.currency.max(),
    )
    joined = orders.left_join(sums, ["source", "subject"])
    return joined.select(
        *(orders[name] for name in orders.columns if name not in ("amount", "currency")),
        amount=ibis.coalesce(orders.amount, sums["items"], sums["payments"]),
        currency=ibis.ifelse(
            orders.amount.isnull(), ibis.coalesce(sums.lines_currency, orders.currency), orders.currency
        ),
    )


def _promises(events: ir.Table, as_of: datetime) -> ir.Table:
    """One row a customer, subject and kind of promise; the arrival of an order settles its delivery promise."""
    about = events.filter(events.name.isin([*PROMISES, CANCELLED]) & events.subject.notnull()).mutate(
        kind=ibis.coalesce(
            ibis._.kind, ibis.ifelse(ibis._.subject.startswith("order:"), "delivery", "other")
        ),
        unknown=ibis.ifelse(ibis._.customer_id.isnull(), ibis._.person, ibis.null("string")),
    )
    rows = about.group_by(["customer_id", "unknown", "subject", "kind"]).aggregate(
        source=ibis._.source.min(),
        channel=ibis._.channel.max(),
        due_at=ibis._.due_at.max(),
        delivered_at=ibis._.occurred_at.min(where=ibis._.name == "order.delivered"),
        settled_at=ibis._.occurred_at.max(where=ibis._.name != "promise.made"),
        said_broken=(ibis._.name == "promise.broken").any(),
        said_kept=(ibis._.name == "promise.kept").any(),
        cancelled=(ibis._.name == CANCELLED).any(),
        promised=(ibis._.name == "promise.made").any(),
    )
    rows = rows.filter(~rows.cancelled & (rows.promised | rows.due_at.notnull()))
    late = rows.delivered_at > rows.due_at
    rows = rows.mutate(
        broken=ibis.cases((rows.said_broken, True), (late.notnull(), late), (rows.said_kept, False)),
        occurred_at=ibis.coalesce(rows.settled_at, rows.due_at),
    )
    return rows.mutate(
        overdue=(rows.broken.isnull() & (rows.due_at < ibis.literal(as_of, type=UTC_TIME))).fill_null(False),
        month=month_of(rows.occurred_at),
    ).drop("said_broken", "said_kept", "cancelled", "promised", "unknown")


def _known(events: ir.Table) -> ir.Table:
    attributes = lake.read("attributes").inner_join(lake.read("people"), "person")
    seen = events.filter(events.customer_id.notnull()).select(
        "customer_id", "source", seen=events.occurred_at
    )
    described = attributes.filter(attributes.customer_id.notnull()).select(
        "customer_id", "source", seen=attributes.recorded_at
    )
    return seen.union(described).group_by(["customer_id", "source"]).aggregate(first_seen=ibis._.seen.min())
