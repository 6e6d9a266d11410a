"""Power agrees with R, and the verdict is the one that was agreed on beforehand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.analytics import (
    Estimate,
    Registration,
    StatisticalWarning,
    judge,
    power_two_groups,
    register,
    sample_size_two_groups,
)

END = date(2026, 12, 31)


def plan(**changes: object) -> Registration:
    given: dict[str, object] = {
        "cohort": "late parcels", "start": date(2026, 1, 1), "window_days": 90, "per_day": 100,
        "smallest_effect": 0.05, "baseline": 0.4,
    }  # fmt: skip
    return register("came back", **given | changes)  # type: ignore[arg-type]


def effect(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, n=1000)


def test_means_agree_with_power_t_test_of_r() -> None:
    assert power_two_groups(1.0, 20, 20, standard_deviation=1.0) == pytest.approx(0.8689528, abs=1e-7)
    assert sample_size_two_groups(1.0, standard_deviation=1.0, power=0.9) in (45, 46)  # R: 22.02110 in each


def test_shares_agree_with_power_prop_test_of_r() -> None:
    assert sample_size_two_groups(0.25, baseline=0.5, power=0.9) == 154  # R: 76.7 in each
    assert power_two_groups(0.25, 50, 50, baseline=0.5) == pytest.approx(0.7401659, abs=1e-6)


@given(
    st.floats(0.02, 0.2), st.floats(0.1, 0.7), st.floats(0.1, 0.9), st.sampled_from([0.5, 0.8, 0.9])
)  # fmt: skip
def test_the_size_found_has_the_power_asked_for(
    change: float, baseline: float, held: float, power: float
) -> None:
    n = sample_size_two_groups(change, baseline=baseline, held_out=held, power=power)
    without = round(n * held)
    assert power_two_groups(change, n - without, without, baseline=baseline) >= power


def test_time_needed_follows_from_arrivals() -> None:
    slow, fast = plan(per_day=10), plan(per_day=1000)
    assert slow.n == fast.n == 3067
    assert (slow.enrol_days, fast.enrol_days) == (307, 4)
    assert fast.ends == date(2026, 4, 5)


def test_the_past_saves_customers() -> None:
    spend = {"baseline": None, "standard_deviation": 80.0, "smallest_effect": 5.0}
    assert plan(**spend, correlation=0.6).n == pytest.approx(plan(**spend).n * 0.64, rel=0.01)


def test_too_few_customers_are_registered_with_their_true_power() -> None:
    with pytest.warns(StatisticalWarning, match="3067 are needed for 80%"):
        assert plan(available=1000).power == pytest.approx(0.36, abs=0.01)


@pytest.mark.parametrize(
    ("low", "high", "direction", "verdict", "reason"),
    [
        (0.01, 0.09, "up", "worked", "at least 0.01 better"),
        (-0.09, -0.01, "down", "worked", "at least 0.01 better"),
        (-0.01, 0.04, "up", "did not", "at most 0.04 better, registered was 0.05"),
        (0.01, 0.04, "up", "did not", "at most 0.04 better, registered was 0.05"),
        (-0.09, -0.01, "up", "did not", "it got worse, by at least 0.01"),
        (-0.01, 0.06, "up", "cannot tell yet", "anything from -0.01 to 0.06 is possible"),
    ],
)
def test_verdicts(low: float, high: float, direction: str, verdict: str, reason: str) -> None:
    proof = judge(effect(low, high), plan(direction=direction), as_of=END)
    assert (proof.verdict, proof.reason) == (verdict, reason)


def test_nothing_is_said_before_the_registered_end() -> None:
    proof = judge(effect(0.2, 0.3), plan(), as_of=date(2026, 2, 1))
    assert (proof.verdict, proof.reason) == ("cannot tell yet", "registered to be judged on 2026-05-02")


def test_an_unsound_comparison_has_no_verdict() -> None:
    proof = judge(effect(0.2, 0.3), plan(), as_of=END, trouble="the groups moved apart before")
    assert (proof.verdict, proof.reason) == ("cannot tell yet", "the groups moved apart before")
    assert judge(Estimate(None, None, None, n=4), plan(), as_of=END).reason == "too few (n=4)"


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        plan(smallest_effect=-0.05)
    with pytest.raises(ValueError, match="cannot go from"):
        plan(baseline=0.98)
    with pytest.raises(ValueError, match="not both"):
        plan(standard_deviation=1.0)
    with pytest.raises(ValueError, match="level"):
        judge(Estimate(0.1, 0.0, 0.2, n=9, level=0.9), plan(), as_of=END)
