"""Computing: profiles in the lake, findings in the relational store."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from regard.errors import InputError
from regard.ledger import lake
from regard.understand.actions import compute
from regard.understand.models import Computation, Finding
from tests.understand.lake_writing import day, event, write_attributes, write_events, write_people

pytestmark = pytest.mark.django_db
AS_OF = datetime(2025, 6, 30, tzinfo=UTC)


@pytest.fixture
def small_shop() -> None:
    """Two customers, one with two keys; orders, a late parcel, an open case and answers."""
    write_people({"shop:1": 1, "crm:a": 1, "shop:2": 2})
    write_events(
        [
            event("order.completed", "shop:1", day(0), subject="order:1", amount="10.50", channel="web"),
            event("order.completed", "crm:a", day(40), subject="order:2", amount="20", channel="store", source="crm"),
            event("order.completed", "shop:2", day(3), subject="order:3", amount="5", channel="web"),
            event("order.completed", "shop:2", day(4), subject="order:4", amount="99", channel="web"),
            event("order.cancelled", "shop:2", day(5), subject="order:4"),
            event("order.refunded", "shop:1", day(9), subject="order:1", amount="2.25"),
            event("promise.made", "shop:1", day(0), subject="order:1",
                  data={"kind": "delivery", "due_at": "2025-01-03T00:00:00+00:00"}),
            event("order.delivered", "shop:1", day(5), subject="order:1"),
            event("order.delivered", "shop:2", day(5), subject="order:3", data={"promised_at": "2025-01-09"}),
            event("case.opened", "shop:2", day(10), subject="case:1", data={"kind": "complaint"}, channel="email"),
            event("survey.answered", "shop:1", day(20), instrument="nps", score=3.0, source="nps"),
            event("survey.answered", "shop:1", day(50), instrument="nps", score=9.0, source="nps"),
            event("order.completed", "shop:2", day(300), subject="order:9", amount="1000"),
        ]
    )  # fmt: skip


def finding(measure: str, dimension: str = "", group: str = "") -> Finding:
    return Finding.objects.get(measure=measure, dimension=dimension, group=group)


def test_profiles_say_what_each_customer_did(small_shop: None) -> None:
    assert compute(as_of=AS_OF, actor="test").customer_count == 2
    first, second = lake.read("profiles").order_by("customer_id").to_pyarrow().to_pylist()
    assert first["first_seen"] == day(0)
    assert first["sources"] == ["crm", "nps", "shop"]
    assert first["channels"] == ["store", "web"]
    assert (first["orders"], first["revenue"], first["refunds"]) == (2, Decimal("30.5"), Decimal("2.25"))
    assert (first["currency"], first["currencies"]) == ("EUR", ["EUR"])
    assert first["last_nps"] == 9
    assert (first["promised"], first["broken"], first["open_cases"], first["contacts"]) == (1, 1, 0, 0)
    assert (second["promised"], second["broken"], second["open_cases"], second["contacts"]) == (1, 0, 1, 1)
    assert (second["orders"], second["revenue"]) == (1, Decimal(5))


def test_findings_count_orders_and_revenue_once_and_by_group(small_shop: None) -> None:
    compute(as_of=AS_OF, actor="test")
    assert finding("orders").value == 3
    assert finding("orders", "channel", "web").value == 2
    assert finding("orders", "source", "crm").value == 1
    assert finding("orders", "month", "2025-01").value == 2
    assert (finding("revenue").value, finding("revenue").unit) == (35.5, "EUR")
    assert finding("revenue", "month", "2025-02").value == 20


def test_a_score_of_two_answers_is_no_number(small_shop: None) -> None:
    compute(as_of=AS_OF, actor="test")
    score = finding("nps")
    assert (score.value, score.low, score.n) == (None, None, 2)


def test_attributes_with_few_groups_become_dimensions(small_shop: None) -> None:
    write_attributes(
        {
            "shop:1": {"plan": "gold", "zip_code": "90001", "number": 17},
            "shop:2": {"plan": "tin", "zip_code": "90002", "number": 4},
        }
    )
    cities = {"ref:zip_code:90001": {"city": "Los Angeles"}, "ref:zip_code:90002": {"city": "Elsewhere"}}
    write_attributes(cities, source="places")
    compute(as_of=AS_OF, actor="test")
    assert finding("orders", "plan", "gold").value == 2
    assert finding("orders", "number", "17").value == 2
    assert finding("revenue", "city", "Los Angeles").value == 30.5


def test_older_computations_are_forgotten_and_interrupted_ones_too() -> None:
    ended = datetime(2025, 6, 1, tzinfo=UTC)
    earlier = [Computation.objects.create(as_of=AS_OF, ended_at=at).pk for at in (ended, None, ended)]
    newest = compute(as_of=AS_OF, actor="test").pk
    assert list(Computation.objects.order_by("pk").values_list("pk", flat=True)) == [earlier[2], newest]


def test_computing_twice_gives_the_same_figures(small_shop: None) -> None:
    columns = ("measure", "dimension", "group", "unit", "value", "low", "high", "n")
    figures = [
        sorted(compute(as_of=AS_OF, actor="test").findings.values_list(*columns), key=str) for _ in range(2)
    ]
    assert figures[0] == figures[1]


def test_progress_only_grows_and_ends_with_the_whole(small_shop: None) -> None:
    parts: list[float] = []
    compute(as_of=AS_OF, actor="test", progress=lambda what, part: parts.append(part))
    assert parts == sorted(parts)
    assert parts[-1] == 1


def test_an_empty_lake_computes_to_nothing() -> None:
    assert compute(as_of=AS_OF, actor="test").customer_count == 0
    assert not Finding.objects.filter(value__isnull=False).exists()


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="time zone"):
        compute(as_of=datetime(2025, 6, 30), actor="test")  # noqa: DTZ001
