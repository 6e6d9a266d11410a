"""Pareto/NBD, Gamma-Gamma, BG/BB and sBG against their published figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from regard.analytics.value import bgbb, gammagamma, paretonbd, sbg
from regard.analytics.value.counts import count_equal
from tests.analytics.value.cdnow import Summary, read_summary


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> Summary:
    return read_summary(shared_data)


def test_paretonbd_agrees_with_the_published_figures(cdnow: Summary) -> None:
    fit = paretonbd.fit_paretonbd(cdnow.x, cdnow.t_x, cdnow.T)
    # the likelihood is flat here: published estimates stop within 3e-5 of the maximum, the likelihood agrees
    published = {"r": 0.55328, "alpha": 10.57761, "s": 0.60621, "beta": 11.66791}
    assert fit.params == pytest.approx(published, rel=5e-5)
    assert fit.log_likelihood == pytest.approx(-9594.9739, abs=5e-5)
    assert float(paretonbd.probability_alive(fit, 2, 30.43, 38.86)) == pytest.approx(0.86912, abs=5e-6)
    assert float(paretonbd.expected_purchases(fit, 39, 2, 30.43, 38.86)) == pytest.approx(1.45511, abs=1e-5)


@settings(deadline=None)  # adaptive integration takes its time
@given(
    st.integers(0, 30), st.floats(0.05, 0.95), st.floats(0.5, 400.0),
    st.floats(0.1, 3.0), st.floats(0.5, 600.0), st.floats(0.1, 4.0), st.floats(0.5, 600.0),
)  # fmt: skip
def test_paretonbd_quadrature_agrees_with_adaptive_integration(
    x: int, share: float, age: float, r: float, alpha: float, s: float, beta: float
) -> None:
    t_x = share * age if x else 0.0
    scale = -(r + x) * np.log(alpha + t_x) - (s + 1) * np.log(beta + t_x)

    def density(u: float) -> float:
        y = t_x + np.expm1(u)
        return float(np.exp(u - (r + x) * np.log(alpha + y) - (s + 1) * np.log(beta + y) - scale))

    exact = (
        np.log(quad(density, 0.0, np.log1p(age - t_x), epsabs=0, epsrel=1e-11, limit=400)[0])
        + scale
        + np.log(s)
    )
    row = (np.array([float(value)]) for value in (x, t_x, age))
    _, gone, _ = paretonbd._parts(r, alpha, s, beta, *row)
    assert float(gone[0]) == pytest.approx(exact, abs=2e-4)


def test_paretonbd_gradient_is_that_of_the_likelihood() -> None:
    likelihood = paretonbd._Likelihood(
        count_equal([0, 1, 2, 5], [0, 3, 9, 7], [10, 11, 12, 13], [9, 4, 2, 1])
    )
    at = np.log([0.5, 10.0, 0.6, 11.0])
    steps = np.eye(4) * 1e-6
    numeric = [(likelihood(at + step)[0] - likelihood(at - step)[0]) / 2e-6 for step in steps]
    assert likelihood(at)[1] == pytest.approx(numeric, rel=1e-4)


def test_gammagamma_agrees_with_fader_hardie_2013(cdnow: Summary) -> None:
    fit = gammagamma.fit_gammagamma(cdnow.x, cdnow.zbar)
    assert [round(value, 4) for value in fit.params.values()] == [6.2488, 3.7446, 15.4477]
    assert fit.log_likelihood == pytest.approx(-4055.9232, abs=5e-5)
    assert fit.n == 946
    assert gammagamma.mean_spend(fit) == pytest.approx(35.171, abs=5e-4)
    assert float(gammagamma.expected_spend(fit, 2, 22.35)) == pytest.approx(24.6586, abs=5e-5)


def test_gammagamma_gives_the_mean_of_all_to_those_without_history(cdnow: Summary) -> None:
    fit = gammagamma.fit_gammagamma(cdnow.x, cdnow.zbar)
    assert float(gammagamma.expected_spend(fit, 0, 0)) == pytest.approx(gammagamma.mean_spend(fit))


def test_bgbb_agrees_with_fader_hardie_shang_2010(shared_data: Path) -> None:
    rows = pd.read_csv(shared_data / "cdnow" / "donations.csv")
    fit = bgbb.fit_bgbb(rows["frequency"], rows["recency"], rows["periods"], weight=rows["weights"])
    assert [round(value, 5) for value in fit.params.values()] == [1.20352, 0.74972, 0.65672, 2.78344]
    assert fit.log_likelihood == pytest.approx(-33225.5813, abs=5e-5)
    expected = bgbb.expected_purchases(fit, 5, [0, 6], [0, 6], [6, 6])  # the paper's table 5: .07 and 3.75
    assert [round(value, 2) for value in expected] == [0.07, 3.75]


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "likelihood", "at_12"),
    [
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.70408, 1.18204, -1680.2652, 0.17004),
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.66809, 3.80610, -1611.1581, 0.37800),
    ],
)
def test_sbg_agrees_with_fader_hardie_2007(
    survivors: list[int], alpha: float, beta: float, likelihood: float, at_12: float
) -> None:
    fit = sbg.fit_sbg(survivors)
    assert (round(fit["alpha"], 5), round(fit["beta"], 5)) == (alpha, beta)
    assert fit.log_likelihood == pytest.approx(likelihood, abs=5e-5)
    assert float(sbg.survival(fit, 12)) == pytest.approx(at_12, abs=5e-6)


def test_sbg_on_four_years_agrees_too() -> None:
    regular, high_end = sbg.fit_sbg([1000, 631, 468, 382, 326]), sbg.fit_sbg([1000, 869, 743, 653, 593])
    assert (round(regular["alpha"], 5), round(regular["beta"], 5)) == (0.76367, 1.29583)
    assert high_end.params == pytest.approx({"alpha": 1.28098, "beta": 7.79039}, abs=1e-5)


def test_sbg_discounted_lifetime_agrees() -> None:
    regular = sbg.fit_sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    high_end = sbg.fit_sbg([1000, 869, 743, 653, 593, 551, 517, 491])
    assert float(sbg.discounted_lifetime(regular, 0.1)) == pytest.approx(3.69491, abs=5e-6)
    assert float(sbg.discounted_lifetime(high_end, 0.1)) == pytest.approx(5.92225, abs=5e-6)


def test_sbg_lifetime_is_the_sum_of_discounted_survival() -> None:
    fit = sbg.fit_sbg([1000, 631, 468, 382])
    t = np.arange(4000)
    summed = (sbg.survival(fit, t) / 1.1**t).sum()
    assert float(sbg.discounted_lifetime(fit, 0.1)) == pytest.approx(summed, rel=1e-9)
    later = (sbg.survival(fit, t + 3) / sbg.survival(fit, 2) / 1.1**t).sum()
    assert float(sbg.discounted_lifetime(fit, 0.1, renewals=2)) == pytest.approx(later, rel=1e-9)


@pytest.mark.parametrize("survivors", [[1000], [1000, 1100], [1000, 1000], [10, -1]])
def test_sbg_refuses_what_is_no_cohort(survivors: list[int]) -> None:
    with pytest.raises(ValueError):
        sbg.fit_sbg(survivors)
