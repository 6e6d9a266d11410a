"""Acquisition against retention: closed forms by summing payments, and what may never come back."""

import math

import numpy as np
import pytest

from regard import analytics as ra

KEPT = ra.Estimate(0.04, 0.02, 0.06, 4000, standard_error=0.0102, method="newcombe")


def test_worth_and_payback_are_those_of_the_payments_summed() -> None:
    found = ra.acquisition_cost(50_000.0, 1000, margin=12.0, retention=0.9, discount=0.01)
    payments = 12.0 * (0.9 / 1.01) ** np.arange(2000)
    assert found.worth.value == pytest.approx(payments.sum(), rel=1e-12)
    assert found.ratio.value == pytest.approx(payments.sum() / 50.0)
    back = int(np.searchsorted(np.cumsum(payments), 50.0)) + 1  # payments until the cost is covered
    assert found.payback.value is not None
    assert math.ceil(found.payback.value) == back
    assert 12.0 * (1 - (0.9 / 1.01) ** found.payback.value) / (1 - 0.9 / 1.01) == pytest.approx(50.0)


def test_what_costs_more_than_it_brings_never_pays_back() -> None:
    found = ra.acquisition_cost(200_000.0, 1000, margin=12.0, retention=0.9, discount=0.0)
    assert found.payback.value == math.inf
    assert found.payback.high == math.inf
    assert found.ratio.high is not None
    assert found.ratio.high < 1


def test_on_the_edge_the_interval_says_that_it_may_never_pay_back() -> None:
    found = ra.acquisition_cost(11_000.0, 100, margin=12.0, retention=0.9, discount=0.0)
    assert found.payback.value is not None
    assert math.isfinite(found.payback.value)
    assert found.payback.high == math.inf


def test_a_customer_who_never_leaves_pays_cost_over_margin() -> None:
    found = ra.acquisition_cost(1000.0, 10, margin=20.0, retention=1.0, discount=1e-12)
    assert found.payback.value == pytest.approx(5.0, rel=1e-6)


def test_the_cost_of_winning_covers_the_truth() -> None:
    draw = np.random.default_rng(4)
    found = [
        ra.acquisition_cost(6000.0, int(won), margin=10.0, retention=0.9, discount=0.0)
        for won in draw.poisson(60, 400)
    ]
    hits = [
        one.cost.low <= 100.0 <= one.cost.high
        for one in found
        if one.cost.low is not None and one.cost.high is not None
    ]
    assert 0.92 <= np.mean(hits) <= 0.98


def test_uncertain_margin_and_retention_widen_the_worth() -> None:
    margin = ra.Estimate(10.0, 9.0, 11.0, 200, standard_error=0.5)
    loyal = ra.Estimate(0.9, 0.88, 0.92, 900, standard_error=0.01)
    found = ra.acquisition_cost(3000.0, 100, margin=margin, retention=loyal, discount=0.0)
    error = np.hypot(0.5 / 10, 0.01 / 0.1)
    assert found.worth.high == pytest.approx(100 * np.exp(1.959964 * error), rel=1e-6)


def test_keeping_costs_what_it_costs_per_customer_who_would_have_left() -> None:
    found = ra.retention_cost(5000.0, 2000, KEPT, margin=10.0, retention=0.95, discount=0.0)
    assert (found.cost.value, found.cost.low, found.cost.high) == pytest.approx(
        (62.5, 5000 / 2000 / 0.06, 125.0)
    )
    assert found.ratio.value == pytest.approx(200 / 62.5)
    assert found.ratio.high == pytest.approx(3.2 * (1 + 1.959964 * 0.0102 / 0.04), rel=1e-6)


def test_an_effect_that_may_be_nothing_may_cost_without_end() -> None:
    nothing = ra.Estimate(0.01, -0.01, 0.03, 4000, standard_error=0.0102)
    found = ra.retention_cost(5000.0, 2000, nothing, margin=10.0, retention=0.95, discount=0.0)
    assert found.cost.high == math.inf
    assert found.ratio.low is not None
    assert found.ratio.low < 0
    assert ra.retention_cost(
        1.0, 1, ra.Estimate(None, None, None, 4), margin=1.0, retention=0.5, discount=0.1
    ).cost.too_few


@pytest.mark.parametrize(
    "wrong", [{"spend": 0.0}, {"won": 0}, {"margin": -1.0}, {"retention": 1.2}, {"discount": -0.1}]
)
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    asked = {"spend": 100.0, "won": 10, "margin": 1.0, "retention": 0.9, "discount": 0.0} | wrong
    with pytest.raises(ValueError, match="must be above 0"):
        ra.acquisition_cost(**asked)  # type: ignore[arg-type]
