"""Late delivery: by timestamp, unknown times left out; the marketplace's known rate and what it costs in stars."""

from pathlib import Path

import ibis
import pytest

from regard import analytics as ra


def test_on_the_minute_is_not_late() -> None:
    deliveries = ibis.memtable({"promised_at": [5, 5, 5, None], "delivered_at": [5, 6, None, 9]})
    rate = ra.late_delivery_rate(deliveries, minimum=1).only()
    assert (rate.value, rate.n) == (0.5, 2)


def test_marketplace_orders(shared_data: Path) -> None:
    """Late orders are 7.9 % and score 2.61 against 4.32: -1.71."""
    orders = ibis.read_csv(next((shared_data / "olist").glob("*orders*.csv")), all_varchar=True)
    reviews = ibis.read_csv(next((shared_data / "olist").glob("*reviews*.csv")), all_varchar=True)
    times = {
        new: orders[old].as_timestamp("%m/%d/%Y %H:%M")
        for new, old in (
            ("delivered_at", "order_delivered_customer_date"),
            ("promised_at", "order_estimated_delivery_date"),
        )
    }
    delivered = orders.mutate(**times).filter(ibis._.delivered_at.notnull())
    assert round(100 * (ra.late_delivery_rate(delivered).only().value or 0), 1) == 7.9
    rated = reviews.inner_join(delivered, "order_id").mutate(
        late=ibis._.delivered_at > ibis._.promised_at, score=ibis._.review_score.cast("float64")
    )
    stars = {late: one.value for (late,), one in ra.mean(rated, by=["late"]).by_group().items()}
    assert stars[True] == pytest.approx(2.61, abs=0.005)
    assert stars[True] - stars[False] == pytest.approx(-1.71, abs=0.005)
