"""Measures on the facts: what counts, what does not, and in which currency."""

from datetime import UTC, date, datetime

import pytest

from regard.analytics import Estimate
from regard.understand.measures import MEASURES
from regard.understand.queries import measure
from tests.understand.lake_writing import day, event, write_attributes, write_events, write_people

pytestmark = pytest.mark.django_db


def only(name: str, **question: object) -> Estimate:
    (row,) = measure(name, **question)  # type: ignore[arg-type]
    return row.estimate


def by_group(name: str, by: str) -> dict[str, float | None]:
    return {row.group: row.estimate.value for row in measure(name, by=by)}


@pytest.fixture
def thirty() -> None:
    """Thirty customers of a shop, each with an order."""
    write_people({f"shop:{number}": number for number in range(30)})


def orders(amount: str = "10", currency: str = "EUR", at: float = 0) -> list[dict[str, object]]:
    return [
        event("order.completed", f"shop:{number}", day(at), subject=f"order:{at}-{number}", amount=amount,
              currency=currency, event_id=f"{currency}{at}-{number}")
        for number in range(30)
    ]  # fmt: skip


def test_currencies_are_never_added(thirty: None) -> None:
    write_events([*orders("10", "EUR"), *orders("7", "USD", at=1)])
    assert [(row.unit, row.estimate.value) for row in measure("revenue")] == [("EUR", 300), ("USD", 210)]
    assert {row.unit for row in measure("top-20-share")} == {"share of EUR", "share of USD"}
    assert only("orders").value == 60


def test_an_order_cancelled_by_its_source_never_was_one(thirty: None) -> None:
    cancelled = event("order.cancelled", "shop:3", day(2), subject="order:0-3")
    elsewhere = event("order.cancelled", "erp:3", day(2), subject="order:0-4", source="erp")
    write_events([*orders(), cancelled, elsewhere])
    assert only("orders").value == 29
    assert only("revenue").value == 290


def test_contract_bills_are_revenue_but_no_orders(thirty: None) -> None:
    bill = event("contract.billed", "shop:1", day(1), amount="99.95")
    write_events([*orders(), bill])
    assert only("revenue").value == 399.95
    assert only("orders").value == 30


def test_an_order_without_an_amount_has_that_of_its_items_or_payments(thirty: None) -> None:
    write_events(
        [
            event("order.completed", "shop:1", day(0), subject="order:1"),
            event("item.bought", "ref:order:1", day(0), subject="order:1", amount="3", currency="USD"),
            event("item.bought", "ref:order:1", day(0), subject="order:1", amount="4.50", currency="USD"),
            event("payment.made", "ref:order:1", day(0), subject="order:1", amount="99", currency="USD"),
            event("order.completed", "shop:2", day(0), subject="order:2"),
            event("payment.made", "ref:order:2", day(0), subject="order:2", amount="20", currency="USD"),
            event("order.completed", "shop:3", day(0), subject="order:3", amount="100", currency="USD"),
            event("item.bought", "ref:order:3", day(0), subject="order:3", amount="90", currency="USD"),
        ]
    )
    (row,) = measure("revenue")
    assert (row.unit, row.estimate.value, row.estimate.n) == ("USD", 127.5, 3)


def test_months_are_the_companys(settings: object, thirty: None) -> None:
    """23:30 UTC on 31 January is February in Berlin."""
    settings.TIME_ZONE = "Europe/Berlin"  # type: ignore[attr-defined]
    late = datetime(2025, 1, 31, 23, 30, tzinfo=UTC)
    write_events([event("order.completed", "shop:1", late, subject="order:1", amount="1")])
    assert by_group("orders", "month") == {"2025-02": 1}


def test_coming_back_in_a_period_looks_at_the_history_before_it(thirty: None) -> None:
    write_events([*orders(at=0), *orders(at=50)[:15], *orders(at=60)[:5]])
    assert only("repeat-purchase-rate").value == 0.5
    assert only("repeat-purchase-rate", since=date(2025, 2, 1)).value == 1
    assert only("repeat-purchase-rate", until=date(2025, 1, 31)).value == 0


def test_answered_when_asked_counts_a_reminder_once(thirty: None) -> None:
    asked = [event("survey.invited", f"shop:{n}", day(d), instrument="nps", subject="survey:s", event_id=f"i{n}-{d}")
             for n in range(20) for d in (0, 3)]  # fmt: skip
    answered = [event("survey.answered", f"shop:{n}", day(4), instrument="nps", subject="survey:s", score=9.0,
                      event_id=f"a{n}") for n in range(5)]  # fmt: skip
    before = event(
        "survey.answered", "shop:9", day(-5), instrument="nps", subject="survey:s", score=9.0, event_id="b"
    )
    write_events([*asked, *answered, before])
    rate = only("response-rate")
    assert (rate.value, rate.n) == (0.25, 20)


def test_late_is_after_the_promise_whoever_recorded_it(thirty: None) -> None:
    promised = [event("promise.made", f"shop:{n}", day(0), subject=f"order:{n}", event_id=f"p{n}",
                      data={"kind": "delivery", "due_at": day(4).isoformat()}) for n in range(20)]  # fmt: skip
    carried = [event("order.delivered", f"shop:{n}", day(5 if n < 5 else 3), subject=f"order:{n}", event_id=f"d{n}",
                     source="carrier") for n in range(19)]  # fmt: skip
    write_events([*promised, *carried])
    rate = only("late-delivery-rate")
    assert (rate.value, rate.n) == (pytest.approx(5 / 19), 19)


def test_reviews_by_whether_the_order_was_late(thirty: None) -> None:
    delivered = [event("order.delivered", f"shop:{n}", day(5), subject=f"order:{n}", event_id=f"d{n}",
                       data={"promised_at": day(4 if n < 10 else 6).isoformat()}) for n in range(20)]  # fmt: skip
    reviews = [event("review.written", f"shop:{n}", day(9), subject=f"order:{n}", event_id=f"r{n}",
                     instrument="stars-5", score=2.0 if n < 10 else 4.0) for n in range(30)]  # fmt: skip
    write_events([*delivered, *reviews])
    assert by_group("review-score", "delivery") == {"late": 2, "on time": 4}


def test_good_or_bad_and_five_points_are_one_satisfaction(thirty: None) -> None:
    five = [event("survey.answered", f"shop:{n}", day(1), instrument="csat-5", score=4.0, event_id=f"f{n}")
            for n in range(10)]  # fmt: skip
    two = [event("survey.answered", f"shop:{n}", day(2), instrument="csat-2", score=float(n < 5), event_id=f"t{n}")
           for n in range(10)]  # fmt: skip
    write_events([*five, *two])
    assert only("csat").value == 0.75


def test_a_complaint_is_a_case_of_that_kind_or_said_so(thirty: None) -> None:
    kinds = [event("case.opened", f"shop:{n}", day(3), subject=f"case:{n}", event_id=f"c{n}",
                   data={"kind": "complaint" if n < 4 else "question"}) for n in range(8)]  # fmt: skip
    write_events(
        [
            *orders(),
            *kinds,
            event("complaint.made", "shop:20", day(3)),
            event("complaint.made", "shop:0", day(3)),
        ]
    )
    rate = only("complaint-rate")
    assert (rate.value, rate.n) == (pytest.approx(5 / 30), 30)


def test_churn_is_of_those_known_to_a_source_that_tells(thirty: None) -> None:
    write_attributes({f"shop:{n}": {"plan": "a"} for n in range(20)}, source="contracts", at=day(0))
    left = [
        event("customer.churned", f"shop:{n}", day(40), source="contracts", event_id=f"l{n}")
        for n in range(5)
    ]
    write_events([*orders(), *left])
    rate = only("churn-rate")
    assert (rate.value, rate.n) == (0.25, 20)
    assert by_group("churn-rate", "month") == {"2025-01": 0, "2025-02": 0.25}


def test_active_customers_are_those_of_the_year_before(thirty: None) -> None:
    write_events([*orders(at=0), *orders(at=500)[:7]])
    assert only("active-customers", until=date(2026, 6, 1)).value == 7
    assert only("active-customers", until=date(2025, 6, 1)).value == 30


def test_retracted_events_count_for_nothing(thirty: None) -> None:
    rows = orders()
    write_events([*rows, event("event.retracted", "shop:0", day(1), subject=str(rows[0]["event_id"]))])
    assert only("orders").value == 29


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_of_nothing_is_too_few(name: str) -> None:
    assert only(name).too_few
    assert measure(name, by="month") == []


def test_every_measure_says_what_it_is() -> None:
    for name, one in MEASURES.items():
        assert one.name == name
        assert one.sentence.endswith(".")
        assert one.better in ("up", "down", "")
