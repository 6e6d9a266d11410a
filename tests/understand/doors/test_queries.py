"""What the doors Voice, Journeys and Value show, on a lake small enough to count by hand."""

from datetime import date
from typing import Any

import pytest

from regard.errors import InputError
from regard.ledger import lake
from regard.understand.actions import compute
from regard.understand.doors import behind
from regard.understand.doors import queries as doors
from regard.understand.doors.customer_value import cohort_rows
from regard.understand.doors.drivers import driver_maps
from regard.understand.doors.journeys import journey_picture
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
NOW = day(500)
CUSTOMERS = 24


@pytest.fixture
def shop(db: None) -> None:
    """Even customers live in the north, get their order late, complain and stay away; odd ones order again."""
    rows = []
    for n in range(CUSTOMERS):
        person, subject, late = f"shop:{n}", f"order:{n}", n % 2 == 0
        rows.append(event("order.completed", person, day(n), subject=subject, amount="20"))
        rows.append(event("order.delivered", person, day(n + (9 if late else 2)), subject=subject,
                          data={"promised_at": day(n + 4).isoformat()}))  # fmt: skip
        if late:
            case = f"case:{n}"
            rows += [
                event("case.opened", person, day(n + 10), subject=case, department="shop", data={"kind": "complaint"}),
                event("case.replied", person, day(n + 11), subject=case, department="shop"),
                event("case.handed_over", person, day(n + 14), subject=case, department="stock", data={"from": "shop"}),
                event("survey.answered", person, day(n + 15), instrument="nps", score=1.0, text="Too late."),
            ]  # fmt: skip
        else:
            rows.append(event("order.completed", person, day(n + 40), subject=f"order:{n}b", amount="30"))
            rows.append(event("survey.answered", person, day(n + 41), instrument="nps", score=10.0))
    write_events(rows)
    write_people({f"shop:{n}": n + 1 for n in range(CUSTOMERS)})
    write_attributes({f"shop:{n}": {"region": "south" if n % 2 else "north"} for n in range(CUSTOMERS)})


@pytest.fixture
def tables(shop: None) -> None:
    with held_facts(NOW) as facts:
        write_page_tables(facts, facts.hold(low_cardinality(customer_traits())))


def step(picture: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in picture["steps"] if row["step"] == name)
    return found


def test_steps_say_how_often_and_who_never_ordered_again(tables: None) -> None:
    picture = journey_picture(EVERYTHING, NOW)
    late, kept = step(picture, "delivered late"), step(picture, "delivered")
    assert (late["times"], late["customers"], late["never"], late["n"]) == (12, 12, 1.0, 12)
    assert (kept["times"], kept["never"]) == (12, 0.0)
    way = next(row for row in picture["passages"] if row["step"] == "delivered")
    assert (way["next_step"], way["passages"], way["median_wait"]) == ("ordered again", 12, 38 * 86_400)


def test_paths_end_with_the_next_order_and_say_whether_it_came(tables: None) -> None:
    paths = {row["path"]: (row["orders"], row["back"]) for row in journey_picture(EVERYTHING, NOW)["paths"]}
    assert paths["ordered → delivered"] == (12, 1.0)
    late = "ordered → delivered late → complained → we replied → case passed on → answered a survey"
    assert paths[late] == (12, 0.0)


def test_hand_overs_and_the_ladder_are_counted(tables: None) -> None:
    picture = journey_picture(EVERYTHING, NOW)
    (hand,) = picture["handovers"]
    assert (hand["from_department"], hand["to_department"], hand["cases"]) == ("shop", "stock", 12)
    assert hand["added"] == pytest.approx(2 * 86_400)  # three days against one within the shop
    assert [rung["customers"] for rung in picture["ladder"][:3]] == [24, 12, 0]
    assert picture["ladder"][1]["share"] == 0.5


def test_a_slice_holds_its_customers_and_its_months_only(tables: None) -> None:
    north = journey_picture(Slice("region", "north"), NOW)
    assert {row["step"] for row in north["steps"]} >= {"delivered late", "complained"}
    assert "ordered again" not in {row["step"] for row in north["steps"]}
    february = journey_picture(Slice(since=date(2025, 2, 1), until=date(2025, 2, 28)), NOW)
    assert step(february, "ordered again")["times"] == 9  # odd n with 40 + n among days 31 to 58
    assert journey_picture(Slice("region", "east"), NOW) == {}


@pytest.mark.parametrize(
    ("of", "said", "customers"),
    [
        ("step", {"step": "complained"}, 12),
        ("step", {"step": "delivered", "next": "ordered again"}, 12),
        ("step", {"step": "delivered", "lost": "yes"}, 0),
        ("path", {"path": "ordered → delivered"}, 12),
        ("handover", {"from": "shop", "to": "stock"}, 12),
        ("answers", {"measure": "nps"}, 24),
        ("cohort", {"month": "2025-01"}, 24),
    ],
)
def test_every_number_opens_into_its_customers(
    tables: None, of: str, said: dict[str, str], customers: int
) -> None:
    rows = behind.crowd(of, said, EVERYTHING).rows
    assert behind.count(rows) == customers
    assert lake.fetch(behind.described(rows)).num_rows == customers


@pytest.mark.parametrize(
    ("of", "said"), [("nobody", {}), ("cohort", {"month": "x"}), ("worth", {"low": "x"})]
)
def test_a_link_that_says_nonsense_is_refused(tables: None, of: str, said: dict[str, str]) -> None:
    with pytest.raises(InputError):
        behind.crowd(of, said, EVERYTHING)


def test_scores_are_narrowed_and_words_found_where_they_were_said(shop: None) -> None:
    compute(as_of=NOW, actor="test")
    assert {row["group"] for row in doors.segments()["region"]} == {"north", "south"}
    found = doors.narrowed_findings(Slice("region", "north"))
    whole = next(each for each in found if each.measure == "nps" and not each.dimension)
    assert (whole.n, whole.value) == (12, -1.0)
    words = doors.words_said(Slice("region", "north"), lowest=True)
    assert {each["text"] for each in words} == {"Too late."}
    assert doors.words_said(Slice("region", "south"), lowest=False) == []
    assert step(doors.journeys(EVERYTHING), "complained")["times"] == 12
    assert step(doors.journeys(Slice("region", "north")), "complained")["times"] == 12


def test_cohorts_leave_out_the_running_month() -> None:
    same = {"currency": "EUR", "currencies": 1, "amount": 100.0}
    counts = [{"month": date(2026, 1, 1), "age": 0, "customers": 10, **same},
              {"month": date(2026, 1, 1), "age": 2, "customers": 4, **same}]  # fmt: skip
    (row,) = cohort_rows(counts, date(2026, 4, 15))
    assert [(cell["age"], cell["share"]) for cell in row["cells"]] == [(1, 0.0), (2, 0.4)]
    assert row["each"] == 20.0


def test_what_satisfaction_hangs_on_is_found_over_all_and_nothing_without_ratings(db: None) -> None:
    rows = []
    for n in range(120):
        person, speed, care = f"shop:{n}", 1 + n % 5, 1 + (n // 5) % 5
        answers = [
            ("csat-5", float(speed), None),
            ("rating-5", float(speed), "speed"),
            ("rating-5", float(care), "care"),
        ]
        rows += [event("survey.answered", person, day(1), instrument=instrument, score=score, touchpoint=touchpoint)
                 for instrument, score, touchpoint in answers]  # fmt: skip
    assert driver_maps(NOW) == {}
    write_events(rows)
    write_people({f"shop:{n}": n + 1 for n in range(120)})
    found = driver_maps(NOW)
    speed = next(point for point in found["maps"][0]["points"] if point["driver"] == "speed")
    assert (found["outcome"], found["answers"]) == ("satisfaction", 120)
    assert speed["importance"]["value"] > 0.9
