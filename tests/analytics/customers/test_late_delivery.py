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
    """Late orders, 7.9 % of the reviewed ones, score 2.61 against 4.32: -1.71 stars."""
    orders = ibis.read_csv(shared_data / "olist" / "orders.csv", all_varchar=True)
    reviews = ibis.read_csv(shared_data / "olist" / "order_reviews.csv", all_varchar=True)
    times = {
        "delivered_at": orders.order_delivered_customer_date.as_timestamp("%m/%d/%Y %H:%M"),
        "promised_at": orders.order_estimated_delivery_date.as_timestamp("%m/%d/%Y %H:%M"),
    }
    delivered = orders.mutate(**times).filter(ibis._.delivered_at.notnull())
    rated = reviews.inner_join(delivered, "order_id").mutate(
        late=ibis._.delivered_at > ibis._.promised_at, score=ibis._.review_score.cast("float64")
    )
    of_all, of_rated = ra.late_delivery_rate(delivered).only(), ra.late_delivery_rate(rated).only()
    assert (of_all.n, round((of_all.value or 0) * of_all.n)) == (4858, 392)
    assert round(100 * (of_rated.value or 0), 1) == 7.9
    stars = {late: one.value or 0 for (late,), one in ra.mean(rated, by=["late"]).by_group().items()}
    assert stars[True] == pytest.approx(2.61, abs=0.005)
    assert stars[True] - stars[False] == pytest.approx(-1.71, abs=0.005)
