"""Events, attributes and people written straight into a test's lake."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from regard.know.actions import refresh_people
from regard.know.models import Customer, Identity
from regard.ledger import lake
from regard.understand.doors import page_tables
from regard.understand.facts import Facts

START = datetime(2025, 1, 1, 12, tzinfo=UTC)


def day(number: float) -> datetime:
    """Noon of the day that many days after 2025-01-01."""
    return START + timedelta(days=number)


def event(name: str, person: str, at: datetime, **columns: Any) -> dict[str, Any]:
    """One event as a row; `data` may be a dict, `amount` a text."""
    row = dict.fromkeys(lake.TABLES["events"].names) | {
        "name": name,
        "person": person,
        "occurred_at": at,
        "recorded_at": at,
        "source": "shop",
    }
    row |= columns
    if isinstance(row["data"], dict):
        row["data"] = json.dumps(row["data"])
    if row["amount"] is not None:
        row["amount"] = Decimal(row["amount"])
        row["currency"] = row["currency"] or "EUR"
    return row


def write_events(rows: list[dict[str, Any]]) -> None:
    """Append rows, numbering those that have no id, and make every person key a customer of its own."""
    for number, row in enumerate(rows):
        row["event_id"] = row["event_id"] or f"e{number}"
    lake.append("events", pa.Table.from_pylist(rows, schema=lake.TABLES["events"]))


def write_people(customers: dict[str, int]) -> None:
    """Say which customer is behind each person key, as `know` does: identities, and the lake's map."""
    Customer.objects.bulk_create([Customer(id=number) for number in set(customers.values())])
    Identity.objects.bulk_create(
        Identity(person=person, source="shop", customer_id=number, changed_at=START)
        for person, number in customers.items()
    )
    refresh_people()


def write_attributes(said: dict[str, dict[str, Any]], *, source: str = "crm", at: datetime = START) -> None:
    """Say something of persons or things, by key."""
    rows = [
        {"row_id": f"{source}:{person}:{at}", "source": source, "person": person, "recorded_at": at,
         "data": json.dumps(fields)}
        for person, fields in said.items()
    ]  # fmt: skip
    lake.append("attributes", pa.Table.from_pylist(rows, schema=lake.TABLES["attributes"]))


def write_page_tables(facts: Facts, traits: ir.Table) -> None:
    """What a computation writes for pages."""
    page_tables.write_segments(facts, traits)
    for write in (page_tables.write_measured, page_tables.write_said, page_tables.write_journeys):
        write(facts)
