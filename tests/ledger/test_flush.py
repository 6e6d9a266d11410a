from datetime import UTC, datetime
import pytest
from regard.ledger import actions, queries
from regard.ledger.events import Event


def make(n, **kw):
    return Event(event_id=f"e{n}", name="order.completed", occurred_at=datetime(2026, 1, 1 + n, tzinfo=UTC), source="shop", person="shop:1", subject="order:1", amount=5, currency="EUR", **kw)


@pytest.mark.django_db
def test_flush_thin():
    from decimal import Decimal
    import msgspec
    evs = [msgspec.structs.replace(make(i), amount=Decimal("5.25")) for i in range(3)]
    actions.record_events(evs, source="shop", actor="t")
    actions.record_events(evs, source="shop", actor="t")
    assert queries.events_of(["shop:1"]) == []
    print(actions.flush_inbox())
    rows = queries.events_of(["shop:1"])
    assert [r["event_id"] for r in rows] == ["e2", "e1", "e0"]
    assert queries.events().count().to_pyarrow().as_py() == 3
