"""Fixes that do nothing seldom count as proof, and those that do are seen as often as was registered."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from regard.analytics import Proof, StatisticalWarning, prove_with_holdout, register, share_difference

END = date(2027, 12, 31)
COMMON: dict[str, Any] = {
    "cohort": "late parcels", "start": date(2026, 1, 1), "window_days": 60, "per_day": 100
}  # fmt: skip
SHARE = register("came back", **COMMON, smallest_effect=0.08, baseline=0.4, held_out=0.3)
MEAN = register("spend", **COMMON, smallest_effect=8.0, standard_deviation=50.0)
PAST = register("spend", **COMMON, smallest_effect=8.0, standard_deviation=50.0, correlation=0.6)
FEWER = register("late", **COMMON, smallest_effect=0.06, baseline=0.25, direction="down", power=0.6)
SIGNED = {SHARE: 0.08, MEAN: 8.0, PAST: 8.0, FEWER: -0.06}


def prove(plan: Any, seed: int, effect: float) -> Proof:
    rng = np.random.default_rng(seed)
    treated = rng.permutation(plan.n) >= round(plan.n * plan.held_out)
    if plan.baseline is not None:
        outcome = rng.random(plan.n) < plan.baseline + effect * treated
        return prove_with_holdout(plan, outcome, treated, as_of=END)
    before = rng.normal(100, 50, plan.n)
    outcome = 0.6 * before + 0.8 * rng.normal(0, 50, plan.n) + effect * treated
    return prove_with_holdout(plan, outcome, treated, as_of=END, before=before if plan is PAST else None)


@pytest.mark.parametrize("plan", [SHARE, MEAN, PAST, FEWER], ids=["share", "mean", "cuped", "down"])
def test_power_is_as_registered(plan: Any) -> None:
    seen = [prove(plan, seed, SIGNED[plan]).verdict == "worked" for seed in range(600)]
    assert np.mean(seen) == pytest.approx(plan.power, abs=0.05)


@pytest.mark.parametrize("plan", [SHARE, MEAN, PAST, FEWER], ids=["share", "mean", "cuped", "down"])
def test_when_nothing_changed_at_most_one_in_twenty_worked(plan: Any) -> None:
    verdicts = [prove(plan, seed, 0.0).verdict for seed in range(1000, 1600)]
    assert verdicts.count("worked") <= 0.05 * 600
    assert verdicts.count("did not") > 0.6 * plan.power * 600


def test_the_interval_agrees_with_newcombe() -> None:
    published = {
        (56, 70, 48, 80): (0.0524, 0.3339),
        (9, 10, 3, 10): (0.1705, 0.8090),
        (10, 10, 0, 20): (0.6791, 1.0),
    }
    for counts, ends in published.items():
        found = share_difference(*counts)
        assert (found.low, found.high) == pytest.approx(ends, abs=6e-5)


def test_groups_that_are_not_those_of_the_lot_have_no_verdict() -> None:
    treated = np.arange(2000) < 1200  # half were drawn, and 200 of those held out are gone
    with pytest.warns(StatisticalWarning, match="not comparable"):
        proof = prove_with_holdout(
            MEAN, np.where(treated, 60.0, 10.0) + np.arange(2000) % 7, treated, as_of=END
        )
    assert proof.verdict == "cannot tell yet"
    assert "800 of 2000 held out where 50% were drawn" in proof.reason


def test_fewer_customers_than_registered_are_said() -> None:
    rng = np.random.default_rng(1)
    with pytest.warns(StatisticalWarning, match="less power"):
        proof = prove_with_holdout(MEAN, rng.normal(0, 50, 100), np.arange(100) % 2 == 0, as_of=END)
    assert proof.verdict == "cannot tell yet"


def test_no_verdict_before_the_window_is_over_and_missing_outcomes_are_refused() -> None:
    treated = np.arange(SHARE.n) % 10 > 2
    assert prove_with_holdout(SHARE, treated, treated, as_of=SHARE.start).verdict == "cannot tell yet"
    with pytest.raises(ValueError, match="everyone who was drawn"):
        prove_with_holdout(SHARE, [np.nan], [True], as_of=END)
    with pytest.raises(ValueError, match="0 or 1"):
        prove_with_holdout(SHARE, np.full(SHARE.n, 3.0), treated, as_of=END)
