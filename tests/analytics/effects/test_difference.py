"""Groups that moved apart because of a change are told from groups that always did."""

from datetime import date

import numpy as np
import pytest

from regard.analytics import StatisticalWarning, difference_in_differences, judge, register
from regard.simulate.model import COUNTRIES, REGIONS
from regard.simulate.population import Population, simulate_population


def test_figures_agree_with_statsmodels() -> None:
    shop, month = np.repeat(np.arange(24), 6), np.tile(np.arange(6), 24)
    changed = shop < 12
    noise = 0.2 * np.sin(shop * 3.1) + 0.7 * np.cos(shop * month + shop * shop)
    y = np.round(5 + 0.3 * month + 0.8 * changed + 1.1 * (changed & (month >= 3)) + noise, 4)
    found = difference_in_differences(y, changed, month, start=3, clusters=shop)
    assert found.effect.value == pytest.approx(1.13520556, abs=1e-8)
    assert found.effect.standard_error == pytest.approx(0.16314707, abs=1e-8)
    assert [found.effect.low, found.effect.high] == pytest.approx([0.79771012, 1.47270099], abs=1e-8)
    values = [one.value for one in found.by_period.values()]
    errors = [one.standard_error for one in found.by_period.values()]
    assert list(found.by_period) == [0, 1, 3, 4, 5]
    assert values == pytest.approx([-0.043775, 0.23803333, 0.90633333, 1.08453333, 1.60900833], abs=1e-8)
    assert errors == pytest.approx([0.27683897, 0.29228222, 0.31044336, 0.28900302, 0.30533745], abs=1e-8)
    assert found.pre_trend_p == pytest.approx(0.63409545, abs=1e-8)
    assert found.parallel


def test_two_groups_and_two_periods_are_the_difference_of_the_differences() -> None:
    rng = np.random.default_rng(2)
    changed, after = np.tile([0, 0, 1, 1], 100).astype(bool), np.tile([0, 1, 0, 1], 100)
    y = rng.normal(size=400)
    cell = {(g, p): y[(changed == g) & (after == p)].mean() for g in (0, 1) for p in (0, 1)}
    with pytest.warns(StatisticalWarning, match="cannot be checked"):
        found = difference_in_differences(y, changed, after, start=1, clusters=np.arange(400) // 2)
    assert found.effect.value == pytest.approx((cell[1, 1] - cell[1, 0]) - (cell[0, 1] - cell[0, 0]))
    assert found.parallel is None


def simulated(seed: int, effect: float, trend: float = 0.0) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    shop, month = np.repeat(np.arange(40), 10), np.tile(np.arange(10), 40)
    changed = shop < 20
    y = rng.normal(size=40)[shop] + 0.2 * month + rng.normal(size=400) + trend * month * changed
    return {
        "outcome": y + effect * (changed & (month >= 6)),
        "changed": changed,
        "period": month,
        "clusters": shop,
    }


@pytest.mark.filterwarnings("ignore::regard.analytics.warnings.StatisticalWarning")
def test_the_interval_covers_and_nothing_is_called_an_effect_when_nothing_changed() -> None:
    found = [difference_in_differences(**simulated(seed, 0.0), start=6).effect for seed in range(150)]
    assert np.mean([one.low > 0 for one in found]) <= 0.05
    assert 0.90 <= np.mean([one.low <= 0 <= one.high for one in found]) <= 0.99


def test_a_trend_from_before_is_not_taken_for_the_change() -> None:
    with pytest.warns(StatisticalWarning, match="moved apart before"):
        found = difference_in_differences(**simulated(3, 0.0, trend=0.4), start=6)
    assert found.parallel is False


def test_few_clusters_and_missing_sides_are_said() -> None:
    one = simulated(5, 1.0)
    with pytest.warns(StatisticalWarning, match="only 4 clusters"):
        difference_in_differences(
            one["outcome"], one["changed"], one["period"], start=6, clusters=one["clusters"] // 5
        )
    with pytest.raises(ValueError, match="before and after"):
        difference_in_differences(**one, start=0)
    with pytest.raises(ValueError, match="both groups"):
        difference_in_differences(**one | {"changed": one["period"] > 3}, start=6)


@pytest.fixture(scope="module")
def population() -> Population:
    return simulate_population(20_000, 1, date(2026, 11, 21))


def test_the_carrier_that_helped_is_proved_among_20000_customers(population: Population) -> None:
    orders, model = population.orders, population.model
    day = orders.placed // 1440 - population.calendar.months_before_end(model.carrier_fix.months_before_end)
    changed = np.isin(orders.region, [REGIONS.index(name) for name in model.carrier_fix.affected])
    found = difference_in_differences(orders.late, changed, day // 61, start=0, clusters=orders.person)
    helped = orders.region[changed & (day >= 0)]
    true = (np.take(model.late_after, helped) - np.take(model.late_before, helped)).mean()
    assert found.effect.low < true < found.effect.high  # type: ignore[operator]
    assert found.parallel
    plan = register(
        "late deliveries", cohort="orders to East and South", start=date(2026, 1, 1), window_days=0, per_day=20,
        smallest_effect=0.05, baseline=0.24, direction="down",
    )  # fmt: skip
    assert judge(found.effect, plan, as_of=date(2026, 11, 21)).verdict == "worked"


def test_the_form_that_changed_nothing_is_not_taken_for_a_success(population: Population) -> None:
    orders, fix = population.orders, population.model.billing_fix
    cases = orders.take(orders.billing)
    changed = population.customers.country[cases.person] == COUNTRIES.index("DE")
    day = cases.placed // 1440 - population.calendar.months_before_end(fix.months_before_end)
    found = difference_in_differences(
        cases.handovers >= 2, changed, day // 91, start=0, clusters=cases.person
    )  # fmt: skip
    plan = register(
        "handed over twice", cohort="billing cases in Germany", start=date(2026, 1, 1), window_days=0, per_day=20,
        smallest_effect=0.1, baseline=0.6, direction="down",
    )  # fmt: skip
    proof = judge(found.effect, plan, as_of=date(2026, 11, 21))
    assert proof.verdict == "did not", proof.reason
