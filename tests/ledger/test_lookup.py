import random
from datetime import timedelta

import msgspec
import pyarrow as pa
import pytest

from regard.ledger import actions, lake, lookup, queries
from regard.ledger.inbox import rows_of
from tests.ledger.cast import NOON, order


def people(*rows: tuple[str, int | None]) -> pa.Table:
    persons, customers = zip(*rows, strict=True)
    return pa.table({"person": persons, "customer_id": customers}, schema=lake.TABLES["people"])


def test_nothing_is_found_before_the_first_row() -> None:
    assert lookup.find("people", "customer_id", [1]).num_rows == 0


@pytest.mark.parametrize("ordered", [True, False])
def test_all_rows_of_the_keys_are_found_wherever_they_lie(ordered: bool) -> None:
    rows: list[tuple[str, int | None]] = [(f"shop:{n}", n // 3) for n in range(20_000)]
    rows += [(f"email:{n}", None) for n in range(5_000)]
    if not ordered:
        random.Random(1).shuffle(rows)
    lake.overwrite("people", people(*rows))
    lake.append("people", people(("crm:late", 4000)))
    found = lookup.find("people", "customer_id", [0, 4000, 5000, 99_999])
    expected = {"crm:late", *(f"shop:{n}" for n in (0, 1, 2, 12_000, 12_001, 12_002, 15_000, 15_001, 15_002))}
    assert sorted(found["person"].to_pylist()) == sorted(expected)


@pytest.mark.django_db
def test_the_engine_and_the_lookup_tell_the_same_timeline(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(2)
    names = ["order.completed", "order.shipped", "order.delivered"]
    events = [
        order(f"e{n}", days=draw.randrange(30), person=f"shop:{draw.randrange(9)}", name=draw.choice(names))
        for n in range(400)
    ]
    events.append(order("r", name="event.retracted", subject="e7", amount=None, currency=None))
    rows = rows_of([msgspec.structs.replace(event, recorded_at=NOON) for event in events])
    for part in (rows.slice(0, 300), rows.slice(300)):
        actions.append_events(part)

    def told() -> list[object]:
        return [
            queries.events_of(["shop:1", "shop:3"]),
            queries.events_of(["shop:1"], names=names[:2], before=NOON + timedelta(days=20), limit=7),
        ]

    looked_up = told()
    monkeypatch.setattr(lookup, "MOST_ROWS", 0)
    assert lookup.find("events", "person", ["shop:1"]) is None
    assert told() == looked_up
    assert len(looked_up[0]) == 50


def test_what_is_kept_gives_way_to_what_is_asked_later_and_never_outlives_its_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lake.overwrite("people", people(*((f"shop:{n}", n) for n in range(20_000))))
    monkeypatch.setattr(lookup, "_kept", lookup._Kept())
    one = lookup.find("people", "customer_id", [0], keep=True)
    monkeypatch.setattr(lookup, "KEPT_BYTES", lookup._kept.size * 2)
    for customer in (0, 19_999, 9_000, 0, 12_345):
        found = lookup.find("people", "customer_id", [customer], keep=True)
        assert found is not None
        assert found["person"].to_pylist() == [f"shop:{customer}"]
        assert 0 < lookup._kept.size <= lookup.KEPT_BYTES
    assert one is not None
    lake.overwrite("people", people(("crm:1", 0)))
    again = lookup.find("people", "customer_id", [0], keep=True)
    assert again is not None
    assert again["person"].to_pylist() == ["crm:1"]
