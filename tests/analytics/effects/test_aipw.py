"""The effect of an experience is found where the truth is known, and doubted where nobody is comparable."""

from datetime import date

import numpy as np
import pytest

from regard.analytics import StatisticalWarning, average_effect
from regard.simulate.population import Population, simulate_population
from tests.analytics.effects.companies import company, truth
from tests.analytics.effects.planted import planted_effect, seen_effect


def covered(runs: range, n: int, on: str) -> float:
    true = truth(0.7)
    hits = []
    for seed in runs:
        one = company(seed, n, 0.7, true)
        found = average_effect(one.back, one.late, one.known, on=on).estimate
        assert found.low is not None
        assert found.high is not None
        hits.append(found.low <= (one.on_exposed if on == "exposed" else one.on_all) <= found.high)
    return float(np.mean(hits))


@pytest.mark.parametrize("on", ["exposed", "all"])
def test_the_interval_covers_the_truth_in_40_companies(on: str) -> None:
    assert (
        covered(range(1, 41), 1200, on) >= 0.875
    )  # of 40 draws at 95 %, fewer than 35 come once in 70 times


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::regard.analytics.warnings.StatisticalWarning")
@pytest.mark.parametrize("on", ["exposed", "all"])
@pytest.mark.parametrize("n", [500, 2000])
def test_the_interval_covers_the_truth_in_90_to_99_of_100_companies(on: str, n: int) -> None:
    assert 0.90 <= covered(range(1000, 1200), n, on) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("cause", ["late_delivery", "packaging"])
def test_the_interval_covers_what_was_planted_in_200_simulated_companies(cause: str) -> None:
    hits = []
    for seed in range(200):
        found, true = planted_effect(simulate_population(2000, seed, date(2026, 11, 21)), cause)
        hits.append(found.estimate.low <= true <= found.estimate.high)  # type: ignore[operator]
    assert 0.90 <= np.mean(hits) <= 0.99


def test_adjusting_takes_away_what_the_raw_difference_gets_wrong() -> None:
    true = truth(0.7)
    one = company(5, 20_000, 0.7, true)
    found = average_effect(one.back, one.late, one.known)
    assert found.naive > true[0] + 0.05  # the late are the loyal ones: lateness looks half as bad as it is
    assert found.estimate.value == pytest.approx(true[0], abs=0.025)
    assert found.with_exposure - found.without_exposure == pytest.approx(found.estimate.value)


@pytest.fixture(scope="module")
def population() -> Population:
    return simulate_population(20_000, 1, date(2026, 11, 21))


@pytest.mark.parametrize("cause", ["late_delivery", "billing_handoffs", "product_fault"])
def test_planted_causes_are_found_among_20000_customers(population: Population, cause: str) -> None:
    found, true = planted_effect(population, cause)
    assert found.estimate.low < true < found.estimate.high < -0.2  # type: ignore[operator]
    assert found.overlap.good


@pytest.mark.slow
@pytest.mark.parametrize("cause", ["late_delivery", "billing_handoffs", "product_fault"])
def test_orders_again_within_180_days_show_the_planted_share(population: Population, cause: str) -> None:
    found = seen_effect(population, cause)
    planted = population.model.effects[cause]
    assert found.relative.low < -planted < found.relative.high  # type: ignore[operator]


def test_packaging_is_cleared_among_20000_customers(population: Population) -> None:
    found = seen_effect(population, "packaging").estimate
    assert -0.04 < found.low < 0 < found.high < 0.04  # type: ignore[operator]


def test_with_no_covariates_it_is_the_plain_difference() -> None:
    rng = np.random.default_rng(4)
    exposed = rng.random(5000) < 0.3
    score = rng.normal(7, 2, 5000) - exposed
    found = average_effect(score, exposed, {})
    plain = np.sqrt(score[exposed].var() / exposed.sum() + score[~exposed].var() / (~exposed).sum())
    assert found.estimate.value == pytest.approx(found.naive, abs=0.002)
    assert found.estimate.standard_error == pytest.approx(plain, rel=0.01)


def test_weights_answer_for_the_value_not_the_heads() -> None:
    rng = np.random.default_rng(6)
    big, exposed = rng.random(20_000) < 0.2, rng.random(20_000) < 0.5
    back = rng.random(20_000) < 0.8 - 0.3 * (big & exposed)
    value = np.where(big, 900.0, 100.0)
    known = {"big": big}
    assert average_effect(back, exposed, known).estimate.value == pytest.approx(-0.06, abs=0.02)
    weighted = average_effect(back, exposed, known, weights=value).estimate.value
    assert weighted == pytest.approx(-0.3 * 900 * 0.2 / (900 * 0.2 + 100 * 0.8), abs=0.03)


def test_rows_of_one_customer_count_as_one() -> None:
    one = company(8, 1000, 0.7, (0.0, 0.0))
    once = average_effect(one.back, one.late, one.known).estimate
    rows = np.tile(np.arange(1000), 4)
    known = {name: np.asarray(values)[rows] for name, values in one.known.items()}
    many = average_effect(one.back[rows], one.late[rows], known, clusters=rows).estimate
    assert many.standard_error == pytest.approx(once.standard_error, rel=0.05)


def test_poor_overlap_is_said() -> None:
    rng = np.random.default_rng(2)
    region = rng.normal(size=3000)
    exposed = region + 0.05 * rng.normal(size=3000) > 0.5  # who had it is nearly decided by the region
    with pytest.warns(StatisticalWarning, match="poor overlap"):
        found = average_effect(rng.random(3000) < 0.5, exposed, {"region": region})
    assert not found.overlap.good
    assert found.overlap.trimmed > 0.5


def test_a_handful_of_exposed_gives_no_figure() -> None:
    found = average_effect(np.tile([0, 1], 100), np.arange(200) < 12, {})
    assert found.estimate.too_few
    assert found.estimate.n == 12
    worthless = average_effect(np.tile([0, 1], 100), np.arange(200) < 90, {}, weights=np.zeros(200))
    assert worthless.estimate.too_few


def test_missing_outcomes_and_unknown_targets_are_refused() -> None:
    with pytest.raises(ValueError, match="leave unknown rows out"):
        average_effect([1.0, np.nan], [True, False], {})
    with pytest.raises(ValueError, match="on must be"):
        average_effect([1.0, 0.0], [True, False], {}, on="some")
