from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from regard.understand.actions import compute
from regard.understand.queries import profile, worth_ahead, worth_of_all
from tests.understand.lake_writing import event, write_events, write_people

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _write_buyers(customers: int) -> None:
    """Customers who buy for a while at their own pace; customer 1 bought often and yesterday, 2 long ago."""
    rng = np.random.default_rng(5)
    events = []
    for number in range(1, customers + 1):
        pace = 20.0 if number == 1 else float(rng.gamma(2.0, 20.0))
        until = 1.0 if number == 1 else float(rng.uniform(0, 500)) if number > 2 else 480.0
        day = 560.0 - float(rng.uniform(0, 60))
        while day > until:
            at = AS_OF - timedelta(days=day)
            amount = Decimal(str(round(float(rng.gamma(6.0, 7.0)), 2)))
            events.append(
                event("order.completed", f"shop:{number}", at, subject=f"order:{number}-{day}", amount=amount)
            )
            day -= float(rng.exponential(pace)) + 1.0
    write_events(events)
    write_people({f"shop:{number}": number for number in range(1, customers + 1)})


def test_a_customer_is_worth_a_range_and_all_together_too() -> None:
    _write_buyers(250)
    compute(as_of=AS_OF, actor="test")
    steady, gone = worth_ahead(profile(1)), worth_ahead(profile(2))
    assert steady is not None
    assert gone is not None
    assert steady.alive > 0.6 > gone.alive
    assert steady.worth > gone.worth
    assert steady.low <= steady.worth <= steady.high
    total = worth_of_all()
    assert total is not None
    estimate, currency = total
    assert currency == "EUR"
    assert estimate.low < estimate.value < estimate.high  # type: ignore[operator]
    known = profile(1)
    assert known is not None
    assert known["worth"] == pytest.approx(steady.worth, abs=0.51)


def test_too_few_buyers_are_worth_no_number() -> None:
    _write_buyers(30)
    compute(as_of=AS_OF, actor="test")
    assert worth_of_all() is None
    assert worth_ahead(profile(1)) is None
