"""What staying is worth, on sales few enough to count by hand."""

from typing import Any

import pytest

from regard import analytics as ra
from regard.understand.doors.loyalty import Costs, economics, figures, loyalty_picture
from regard.understand.facts import held_facts
from regard.understand.slices import EVERYTHING, Slice
from regard.understand.traits import customer_traits, low_cardinality
from tests.understand.lake_writing import (
    day,
    event,
    write_attributes,
    write_events,
    write_page_tables,
    write_people,
)

pytestmark = pytest.mark.django_db
NOW = day(730)


@pytest.fixture
def picture(db: None) -> dict[str, Any]:
    """Sixty bought in the first year, 45 of them and 15 new ones in the second, for 40 or 60 euros; one in dollars."""
    rows = [
        event("order.completed", f"shop:{n}", day(100), subject=f"order:{n}", amount="10") for n in range(60)
    ]
    rows += [
        event("order.completed", f"shop:{n}", day(500), subject=f"order:{n}b", amount="60" if n % 2 else "40")
        for n in range(15, 75)
    ]
    rows.append(event("order.completed", "shop:0", day(600), subject="order:x", amount="999", currency="USD"))
    write_events(rows)
    write_people({f"shop:{n}": n + 1 for n in range(75)})
    write_attributes({f"shop:{n}": {"region": "north" if n < 30 else "south"} for n in range(75)})
    with held_facts(NOW) as facts:
        write_page_tables(facts, facts.hold(low_cardinality(customer_traits())))
    return loyalty_picture(EVERYTHING, NOW)


def test_who_bought_in_both_years_stayed(picture: dict[str, Any]) -> None:
    assert (picture["customers"], picture["new"], picture["currency"]) == (60, 15, "EUR")
    assert (picture["retention"]["value"], picture["retention"]["n"]) == (pytest.approx(0.75), 60)
    assert picture["revenue"]["value"] == pytest.approx(50)
    assert loyalty_picture(Slice("region", "north"), NOW)["retention"]["value"] == pytest.approx(0.5)
    assert loyalty_picture(EVERYTHING, day(200)) == {}


def test_one_point_more_is_worth_what_the_formula_says(picture: dict[str, Any]) -> None:
    shown = economics(picture, Costs(margin=0.5))
    assert shown.worth is not None
    assert shown.worth.gain.value == pytest.approx(60 * 25 * 0.01 * 1.1 / (0.35 * 0.34))
    assert shown.worth.gain.low < shown.worth.gain.value < shown.worth.gain.high  # type: ignore[operator]
    assert (shown.winning, shown.keeping) == (None, None)
    assert [name for name, _ in figures(shown)] == [
        "retention_share",
        "revenue_each_year",
        "base",
        "one_point",
    ]


def test_winning_is_held_against_keeping_where_costs_are_said(picture: dict[str, Any]) -> None:
    said = {"treated": 1000, "treated_stayed": 800, "others": 1000, "others_stayed": 700}
    shown = economics(picture, Costs(winning=3000, won=100, keeping=1000, **said))
    assert shown.winning is not None
    assert shown.keeping is not None
    assert shown.winning.cost.value == pytest.approx(30)
    assert shown.keeping.cost.value == pytest.approx(10)  # a euro on each, one in ten stayed because of it
    assert len(figures(shown)) == 12


def test_where_all_or_too_few_stay_nothing_is_worked_out(picture: dict[str, Any]) -> None:
    for value in (None, 1.0, 0.0):
        found = {**picture, "retention": {**picture["retention"], "value": value}}
        assert economics(found, Costs()).worth is None
    assert isinstance(economics(picture, Costs()).retention, ra.Estimate)
