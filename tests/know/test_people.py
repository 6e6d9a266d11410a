"""The map from person keys to customers, in the lake."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from regard.know.actions import merge_customers, refresh_people, register_identities
from regard.know.queries import customer, persons_of
from regard.ledger import lake
from regard.ledger.events import EVENT_SCHEMA

pytestmark = pytest.mark.django_db


def register(*persons: str) -> None:
    register_identities(pa.table({"person": list(persons)}), source="shop", actor="tests")


def happened(*events: tuple[str, str, str | None]) -> None:
    """Append events given as (source, person, subject)."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {"event_id": f"{source}{person}{subject}", "name": "order.completed", "occurred_at": now, "recorded_at": now,
         "source": source, "person": person, "subject": subject}
        for source, person, subject in events
    ]  # fmt: skip
    lake.append("events", pa.Table.from_pylist(rows, schema=EVENT_SCHEMA))


def people() -> dict[str, int]:
    rows = lake.connection().to_pyarrow(lake.read("people")).to_pylist()
    return {row["person"]: row["customer_id"] for row in rows}


def test_people_are_written_only_when_something_changed() -> None:
    register("shop:1", "shop:2")
    assert refresh_people() == 2
    assert refresh_people() == 0
    merge_customers(customer("shop:1").id, customer("shop:2").id, actor="mia", reason="")
    assert refresh_people() == 2
    assert set(people().values()) == {customer("shop:1").id}
    happened(("shop", "shop:1", "order:7"))
    assert refresh_people() == 2


def test_nobody_known_writes_an_empty_map() -> None:
    assert refresh_people() == 0
    assert people() == {}


def test_a_thing_s_key_leads_to_the_customer_of_that_thing() -> None:
    register("shop:1", "shop:2")
    happened(
        ("shop", "shop:1", "order:7"), ("reviews", "ref:order:7", None), ("reviews", "ref:order:8", None)
    )
    refresh_people()
    assert people()["ref:order:7"] == customer("shop:1").id
    assert "ref:order:8" not in people()
    assert persons_of(customer("shop:1").id) == ["shop:1", "ref:order:7"]


def test_the_same_source_s_thing_comes_first_and_two_customers_settle_nothing() -> None:
    register("shop:1", "shop:2", "web:3")
    happened(
        ("shop", "shop:1", "order:7"), ("web", "web:3", "order:7"), ("shop", "ref:order:7", None),
        ("shop", "shop:1", "order:9"), ("shop", "shop:2", "order:9"), ("shop", "ref:order:9", None),
        ("shop", "shop:1", "order:11"), ("web", "web:3", "order:11"), ("mail", "ref:order:11", None),
    )  # fmt: skip
    refresh_people()
    assert people()["ref:order:7"] == customer("shop:1").id
    assert "ref:order:9" not in people()
    assert "ref:order:11" not in people()
