"""Costs carry both uncertainties, and loudness does not make a pain point dear."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from regard.analytics import Estimate, PainPoint, average_effect, rank_pain_points, value_at_risk
from regard.simulate.population import simulate_population
from tests.analytics.effects.planted import planted_effect, touched


def effect(value: float, error: float, n: int = 400) -> Estimate:
    return Estimate(value, None, None, n=n, standard_error=error)


def point(name: str, cost: float | None, error: float, n: int = 100) -> PainPoint:
    half = 1.959964 * error
    ends = (None, None, None) if cost is None else (cost, cost - half, cost + half)
    same = effect(-(cost or 0) / 1000, error / 1000)
    return PainPoint(name, "theme", same, Estimate(*ends, n=n, standard_error=error))


def test_the_figure_is_the_sum_of_value_times_effect() -> None:
    cost = value_at_risk(effect(-0.2, 0.03), [100.0, 300.0, 0.0])
    assert cost.value == pytest.approx(80)
    assert cost.n == 3
    assert cost.standard_error == pytest.approx(12)


def test_the_interval_combines_both_uncertainties() -> None:
    rng = np.random.default_rng(3)
    product = rng.normal(-0.2, 0.03, 1_000_000) * rng.normal(1000, 150, 1_000_000)
    cost = value_at_risk(effect(-0.2, 0.03), [1000.0], value_error=150)
    assert cost.standard_error == pytest.approx(product.std(), rel=0.005)


def test_no_effect_no_cost_and_nonsense_is_refused() -> None:
    assert value_at_risk(Estimate(None, None, None, n=3), [100.0]).too_few
    with pytest.raises(ValueError, match="not negative"):
        value_at_risk(effect(-0.2, 0.03), [-5.0])
    with pytest.raises(ValueError, match="standard error"):
        value_at_risk(Estimate(-0.2, -0.3, -0.1, n=50), [5.0])


def test_the_four_lists() -> None:
    points = [
        point("sure", 500, 50), point("dear but vague", 900, 600), point("wide", 700, 260),
        point("harmless", 5, 20, 9000), point("good", -300, 30), point("rare", None, 0),
    ]  # fmt: skip
    ranking = rank_pain_points(points, worth=100)
    assert [one.name for one in ranking.costly] == ["sure", "wide"]  # by what it costs at least
    assert [one.name for one in ranking.too_small] == ["harmless", "good"]
    assert [one.name for one in ranking.unclear] == ["dear but vague"]
    assert [one.name for one in ranking.too_few] == ["rare"]


def test_an_amount_on_an_effect_that_may_be_none_is_not_called_costly() -> None:
    seen = point("bills", 500, 50)
    doubtful = replace(seen, effect=effect(-0.17, 0.09))
    assert [one.name for one in rank_pain_points([doubtful]).unclear] == ["bills"]
    assert [one.name for one in rank_pain_points([seen]).costly] == ["bills"]


def test_among_many_harmless_ones_few_are_called_costly() -> None:
    rng = np.random.default_rng(9)
    false = [
        len(rank_pain_points([point(str(n), cost, 1.0) for n, cost in enumerate(rng.normal(size=20))]).costly)
        > 0
        for _ in range(400)
    ]
    assert np.mean(false) <= 0.05


def test_a_harmless_loud_complaint_never_stands_above_a_quiet_costly_one() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = 4000
        regular = rng.random(n) < 0.5
        loud, quiet = (
            rng.random(n) < np.where(regular, 0.45, 0.25),
            rng.random(n) < np.where(regular, 0.06, 0.02),
        )
        back = rng.random(n) < np.where(regular, 0.75, 0.45) - 0.3 * quiet
        value = np.where(regular, 400.0, 150.0) * rng.gamma(4, 0.25, n)
        points = []
        for name, flags, other in (("loud", loud, quiet), ("quiet", quiet, loud)):
            found = average_effect(back, flags, {"regular": regular, "other": other}, weights=value).estimate
            points.append(PainPoint(name, "theme", found, value_at_risk(found, value[flags])))
        assert rank_pain_points(points).costly[0].name == "quiet"


@pytest.mark.slow
def test_planted_causes_are_priced_and_packaging_is_not() -> None:
    population = simulate_population(10_000, 1, date(2026, 11, 21))
    value = population.value_of_staying()
    points, true = [], {}
    for cause in ("late_delivery", "billing_handoffs", "product_fault", "packaging"):
        found, effect_on_value = planted_effect(population, cause, weights=value)
        flags = touched(population, cause) == 1
        points.append(PainPoint(cause, "cause", found.estimate, value_at_risk(found.estimate, value[flags])))
        true[cause] = -effect_on_value * value[flags].sum()
    ranking = rank_pain_points(points)
    assert ranking.costly[0].name == "late_delivery"  # the other two cost nearly the same
    assert {one.name for one in ranking.costly} == {"late_delivery", "billing_handoffs", "product_fault"}
    assert [one.name for one in ranking.unclear] == ["packaging"]
    for one in ranking.costly:
        assert one.value_at_risk.low < true[one.name] < one.value_at_risk.high  # type: ignore[operator]
