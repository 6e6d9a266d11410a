import csv
import json
from pathlib import Path

import numpy as np
import pytest

from regard.simulate.contacts import NAMES, decide_contacts
from regard.simulate.model import DAY, REGIONS, Model
from regard.simulate.population import Population, simulate_block, simulate_population
from regard.simulate.truth import Truth
from tests.simulate.conftest import AS_OF


@pytest.fixture(scope="module")
def population() -> Population:
    return simulate_population(20_000, 5, AS_OF)


def came_back(population: Population, days: int = 220) -> np.ndarray:  # type: ignore[type-arg]
    """Per order: whether the same person ordered again within `days`, -1 where that cannot be known yet."""
    orders = population.orders
    by_person = np.lexsort((orders.placed, orders.person))
    person, placed = orders.person[by_person], orders.placed[by_person]
    gap = np.full(len(placed), 10**9)
    gap[:-1][person[1:] == person[:-1]] = np.diff(placed)[person[1:] == person[:-1]]
    result = np.empty(len(placed), dtype=int)
    result[by_person] = gap < days * DAY
    result[orders.placed >= (population.calendar.days - days) * DAY] = -1
    return result


def test_the_people_in_memory_are_those_in_the_files(company: tuple[Path, Truth]) -> None:
    _, truth = company
    population = simulate_population(1500, 7, AS_OF)
    assert len(population.orders.person) == truth.orders
    for name, cause in truth.causes.items():
        assert int(population.orders.exposed(name).sum()) == cause.orders


def test_history_lies_between_its_ends_and_in_order(population: Population) -> None:
    placed = population.orders.placed
    assert placed.min() >= 0
    assert placed.max() < population.calendar.end
    assert (np.diff(placed) >= 0).all()


@pytest.mark.parametrize("cause", ["late_delivery", "billing_handoffs", "product_fault"])
def test_each_cause_takes_its_stated_share_of_repurchase(population: Population, cause: str) -> None:
    orders = population.orders
    names = ("late_delivery", "billing_handoffs", "product_fault")
    others = np.any([orders.exposed(name) for name in names if name != cause], axis=0)
    touched = orders.exposed(cause)
    first = (orders.earlier == 0) & ~others  # before anyone was selected by staying
    ratio = orders.stayed[first & touched].mean() / orders.stayed[first & ~touched].mean()
    assert 1 - ratio == pytest.approx(population.model.effects[cause], abs=0.05)


def test_the_loud_complaint_does_no_harm_and_the_causes_show(population: Population) -> None:
    orders, back = population.orders, came_back(population)
    known = (back >= 0) & ~orders.cancelled
    fine = known & ~orders.late & (orders.handovers < 2) & ~orders.fault

    def difference(touched: np.ndarray, rows: np.ndarray) -> float:  # type: ignore[type-arg]
        return float(back[rows & touched].mean() - back[rows & ~touched].mean())

    assert abs(difference(orders.packaging, fine & (orders.earlier == 0))) < 0.05
    assert difference(orders.late, known & (orders.earlier == 0)) < -0.12
    assert difference(orders.handovers >= 2, known & (orders.earlier == 0)) < -0.2
    assert difference(orders.fault, known & (orders.earlier == 0)) < -0.2


def test_packaging_is_the_loudest_complaint_but_one() -> None:
    population = simulate_block(0, 5000, 2, AS_OF, Model())
    topics = np.bincount(decide_contacts(population, np.random.default_rng(1)).topic, minlength=len(NAMES))
    assert topics[NAMES.index("packaging")] > topics[NAMES.index("late")] > topics[NAMES.index("fault")]


def test_one_fix_worked_and_the_other_did_not(population: Population) -> None:
    orders, model = population.orders, population.model
    east = orders.region == REGIONS.index("East")
    after = orders.placed >= population.calendar.months_before_end(model.carrier_fix.months_before_end) * DAY
    assert orders.late[east & ~after].mean() > 0.24
    assert orders.late[east & after].mean() < 0.12
    german = population.customers.country[orders.person] == 0
    after = orders.placed >= population.calendar.months_before_end(model.billing_fix.months_before_end) * DAY
    twice = orders.handovers >= 2
    before_rate, after_rate = (twice[german & orders.billing & period].mean() for period in (~after, after))
    assert before_rate == pytest.approx(after_rate, abs=0.07)


def test_late_delivery_is_confounded_with_region_and_earlier_orders(population: Population) -> None:
    orders = population.orders
    early = orders.placed < 300 * DAY
    assert (
        orders.late[early & (orders.region == 1)].mean()
        > orders.late[early & (orders.region == 0)].mean() + 0.08
    )
    assert orders.late[orders.earlier >= 3].mean() > orders.late[orders.earlier < 3].mean()


def test_stated_lost_value_is_what_touched_customers_spend_less() -> None:
    """First orders in one region come late by chance: the two groups differ in nothing else."""
    population = simulate_population(80_000, 9, AS_OF)
    orders = population.orders
    firsts = (orders.earlier == 0) & (orders.region == REGIONS.index("East")) & (orders.placed < 650 * DAY)
    firsts &= ~orders.cancelled
    began = np.full(80_000, 10**9)
    began[orders.person[firsts]] = orders.placed[firsts]
    since = orders.placed - began[orders.person]
    soon = (since > 0) & (since < 380 * DAY)
    paid = orders.amount * ~orders.cancelled
    spent = np.bincount(orders.person[soon], weights=paid[soon], minlength=80_000)[orders.person]
    less = spent[firsts & ~orders.late].mean() - spent[firsts & orders.late].mean()
    stated = (population.lost_probability("late_delivery") * population.value_of_staying())[
        firsts & orders.late
    ].mean()
    assert less == pytest.approx(stated, rel=0.2)


def test_truth_lists_every_touched_order(company: tuple[Path, Truth]) -> None:
    folder, truth = company
    with (folder / "truth" / "exposures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    written = json.loads((folder / "truth.json").read_text("utf-8"))
    for name, cause in truth.causes.items():
        touched = [row for row in rows if row["cause"] == name]
        assert len(touched) == cause.orders == written["causes"][name]["orders"]
        assert sum(float(row["lost_value"]) for row in touched) == pytest.approx(cause.lost_value, rel=1e-3)
        assert len({row["person"] for row in touched}) == cause.customers
