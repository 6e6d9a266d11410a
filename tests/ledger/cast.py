"""Events for the tests of the ledger."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from regard.ledger.events import Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(event_id: str = "o-1", *, days: float = 0, **changes: Any) -> Event:
    """An order of customer shop:1, `days` after noon of 1 March 2026."""
    columns: dict[str, Any] = {
        "event_id": event_id,
        "name": "order.completed",
        "occurred_at": NOON + timedelta(days=days),
        "source": "shop",
        "person": "shop:1",
        "subject": f"order:{event_id}",
        "amount": Decimal("19.90"),
        "currency": "EUR",
    }
    return Event(**columns | changes)
