"""Kaplan-Meier: the published curve of Freireich's trial, and lifelines 0.30.3 to ten digits on a made-up log."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard import analytics as ra
from tests.analytics.churn.freireich import PLACEBO, RELAPSED, TREATED

ROW = np.arange(1, 61)
DURATION = ((ROW * 37) % 23 + 1).astype(float)
ENDED = (ROW * 7) % 5 != 0
ENTRY = ((ROW * 11) % 7) / 8.0 * DURATION * 0.9
TIMES = [1, 5, 10, 15, 20]


@pytest.mark.parametrize(("week", "share"), [(6, 0.8571), (10, 0.7529), (16, 0.6275), (23, 0.4482)])
def test_freireich_curve(week: float, share: float) -> None:
    assert ra.kaplan_meier(TREATED, RELAPSED).at(week).value == pytest.approx(share, abs=5e-5)


def test_freireich_intervals_by_their_transform() -> None:
    ends = {
        name: ra.kaplan_meier(TREATED, RELAPSED, transform=name).at(6) for name in ("log-log", "log", "plain")
    }
    assert (ends["log-log"].low, ends["log-log"].high) == pytest.approx((0.6197, 0.9516), abs=5e-5)
    assert (ends["log"].low, ends["log"].high) == pytest.approx((0.720, 1.0), abs=5e-4)
    assert (ends["plain"].low, ends["plain"].high) == pytest.approx((0.7075, 1.0), abs=5e-5)
    assert ends["log-log"].method == "Kaplan-Meier, log-log"
    assert ends["log-log"].standard_error == pytest.approx(0.0764, abs=5e-5)


def test_freireich_medians_with_brookmeyer_crowley() -> None:
    treated, placebo = ra.kaplan_meier(TREATED, RELAPSED).median(), ra.kaplan_meier(PLACEBO).median()
    assert (treated.value, treated.low, treated.high) == (23, 13, None)
    assert (placebo.value, placebo.low, placebo.high) == (8, 4, 11)
    assert ra.kaplan_meier(PLACEBO, transform="log").median().high == 12


# S and the log-log ends at TIMES, printed by lifelines 0.30.3 from the same rows
LIFELINES = {
    "plain": (
        [0.9666666666666667, 0.8644559440559443, 0.714736347105578, 0.47508875724797994, 0.18098619323732568],
        [0.8732247988830113, 0.7470451953051973, 0.5761524113622346, 0.3305023799740647, 0.08569507157903766],
        [0.9915577022326196, 0.9298354670328125, 0.815007865586006, 0.6063429107233489, 0.30446377791856594],
    ),
    "weight": (
        [0.9533333333333333, 0.8503599124452792, 0.7077387222107182, 0.4704958236210227, 0.18095993216193176],
        [0.904608471763612, 0.7815738175037454, 0.6242000391020893, 0.3795221018185093, 0.11642454687639729],
        [0.977475721718213, 0.8988710326685565, 0.7760397784252218, 0.5561319301183059, 0.25694444820183415],
    ),
    "entry": (
        [0.8571428571428573, 0.6582857142857147, 0.5023928031955962, 0.3254003960927797, 0.12396205565439224],
        [
            0.5394481776231688,
            0.4226757736224171,
            0.3154691562220009,
            0.19009168156343376,
            0.05395497695487454,
        ],
        [0.9622318564063292, 0.8162708941381184, 0.6631656829814971, 0.4680430030475356, 0.22470882083827307],
    ),
}


@pytest.mark.parametrize("case", LIFELINES)
def test_the_curve_is_that_of_lifelines(case: str) -> None:
    options = {"plain": {}, "weight": {"weight": ROW % 4 + 1}, "entry": {"entry": ENTRY}}[case]
    found = ra.kaplan_meier(DURATION, ENDED, **options).read(TIMES)
    for ours, theirs in zip((found.value, found.low, found.high), LIFELINES[case], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


def test_a_frequency_weight_is_that_many_rows() -> None:
    weight = ROW % 4 + 1
    counted = ra.kaplan_meier(DURATION, ENDED, weight=weight)
    repeated = ra.kaplan_meier(np.repeat(DURATION, weight), np.repeat(ENDED, weight))
    assert counted.n == repeated.n == 150
    np.testing.assert_allclose(counted.survival, repeated.survival, atol=1e-12)
    np.testing.assert_allclose(counted.low[:-1], repeated.low[:-1], atol=1e-12)


def test_sampling_weights_stand_on_their_effective_n() -> None:
    plain = ra.kaplan_meier(DURATION, ENDED)
    scaled = ra.kaplan_meier(DURATION, ENDED, weight=np.full(60, 7.5), weights="sampling")
    assert scaled.n == pytest.approx(60)
    np.testing.assert_allclose(scaled.high[:-1], plain.high[:-1], atol=1e-12)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_without_censoring_it_is_the_share_still_there(durations: list[int]) -> None:
    curve = ra.kaplan_meier(durations)
    for moment in (0, 3, 17, 30):
        assert curve.read(moment).value == pytest.approx(np.mean(np.array(durations) > moment), abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 3)), min_size=1, max_size=40))
def test_curves_fall_and_intervals_hold_them(rows: list[tuple[int, bool, int]]) -> None:
    curve = ra.kaplan_meier(
        *zip(*((time, ended) for time, ended, _ in rows), strict=True), weight=[w for *_, w in rows]
    )
    assert (np.diff(curve.survival) <= 0).all()
    inside = curve.survival > 0
    assert (curve.low[inside] <= curve.survival[inside] + 1e-12).all()
    assert (curve.survival[inside] <= curve.high[inside] + 1e-12).all()


def test_nothing_is_said_beyond_what_was_followed() -> None:
    curve = ra.kaplan_meier(TREATED, RELAPSED)
    assert curve.at(36).too_few
    assert curve.quantile(0.9).too_few
    assert ra.kaplan_meier(PLACEBO).at(40).value == 0


def test_few_or_no_rows_give_no_figure() -> None:
    assert ra.kaplan_meier([1, 2, 3]).median().too_few
    assert ra.kaplan_meier([], []).median().too_few
    assert ra.kaplan_meier([5.0] * 20, [False] * 20).at(3).value == 1


def test_a_half_lost_to_rounding_is_a_half() -> None:
    """Ten of ten leave one by one: after five exactly half are there, whatever the product of fractions says."""
    assert ra.kaplan_meier(range(1, 11)).median().value == 5
    assert ra.kaplan_meier(range(1, 25)).median().value == 12


def test_an_early_empty_risk_set_is_announced() -> None:
    with pytest.warns(ra.StatisticalWarning, match="early risk set"):
        ra.kaplan_meier([1, 5, 6, 7], [1, 1, 1, 0], entry=[0, 2, 2, 2])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1, -2],), "negative"),
        (([1, float("nan")],), "missing"),
        (([1, 2], [1]), "one number a row"),
        (([1, 2], [1, 2]), "true or false"),
    ],
)
def test_senseless_durations_are_refused(arguments: tuple[list[float], ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ra.kaplan_meier(*arguments)


def test_an_entry_after_the_end_is_refused() -> None:
    with pytest.raises(ValueError, match="before its duration ends"):
        ra.kaplan_meier([1, 2], entry=[1, 0])


def test_the_interval_covers_the_truth() -> None:
    """Exponential stay of mean 10, random censoring: S(5) = .6065 and median 6.931 within 95 % intervals."""
    draw, covered = np.random.default_rng(3), np.zeros((400, 2))
    for run in range(400):
        stay, watched = draw.exponential(10, 80), draw.uniform(2, 25, 80)
        curve = ra.kaplan_meier(np.minimum(stay, watched), stay <= watched)
        for place, (figure, truth) in enumerate(
            ((curve.at(5), np.exp(-0.5)), (curve.median(), 10 * np.log(2)))
        ):
            covered[run, place] = figure.low <= truth <= (np.inf if figure.high is None else figure.high)
    assert (covered.mean(axis=0) >= 0.92).all()
    assert (covered.mean(axis=0) <= 0.98).all()


@pytest.mark.slow
def test_a_million_rows_take_a_quarter_of_a_second_of_one_core() -> None:
    draw = np.random.default_rng(0)
    duration, ended = draw.exponential(10, 1_000_000), draw.random(1_000_000) < 0.6
    taken = []
    for _ in range(3):
        start = time.process_time()
        ra.kaplan_meier(duration, ended)
        taken.append(time.process_time() - start)
    assert min(taken) <= 0.25
