import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest

from regard.analytics.value.bgnbd import expected_purchases, fit_bgnbd, fit_mbgnbd
from regard.analytics.value.chance import simulate_value
from regard.analytics.value.clv import lifetime_value
from regard.analytics.value.gammagamma import expected_spend, fit_gammagamma
from regard.analytics.value.likelihood import Fit
from regard.analytics.value.paretonbd import fit_paretonbd
from regard.analytics.value.rfm import rfm_summary
from regard.analytics.warnings import StatisticalWarning
from tests.analytics.value.cdnow import Summary, read_summary


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> Summary:
    return read_summary(shared_data)


@pytest.fixture(scope="module")
def fits(cdnow: Summary) -> tuple[Fit, Fit]:
    return fit_bgnbd(cdnow.x, cdnow.t_x, cdnow.T), fit_gammagamma(cdnow.x, cdnow.zbar)


def test_rfm_of_the_raw_log_equals_the_published_summary(shared_data: Path, cdnow: Summary) -> None:
    log = pd.read_csv(shared_data / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None,
                      names=["master", "id", "date", "cds", "spent"])  # fmt: skip
    log["date"] = pd.to_datetime(log["date"].astype(str))
    table = rfm_summary(ibis.memtable(log), until=date(1997, 9, 30), customer="id", at="date", amount="spent")
    ours = table.order_by("id").to_pandas()
    assert (ours["frequency"] == cdnow.x).all()
    assert (ours["recency"].round(2) == cdnow.t_x).all()
    assert (ours["T"].round(2) == cdnow.T).all()
    assert np.abs(ours["monetary_value"] - cdnow.zbar).max() < 0.0101  # published ones are cut, not rounded
    assert ours["frequency"].sum() == 2457
    assert (ours["frequency"] == 0).sum() == 1411


def test_grain_and_unit_are_two_choices() -> None:
    log = ibis.memtable({"customer_id": ["a"] * 3, "amount": [1.0, 2.0, 4.0],
                         "occurred_at": [date(2026, 1, 5), date(2026, 1, 7), date(2026, 1, 12)]})  # fmt: skip
    by_day = rfm_summary(log, until=date(2026, 1, 26), grain="day", unit="week").to_pandas().iloc[0]
    by_week = rfm_summary(log, until=date(2026, 1, 26), grain="week", unit="week").to_pandas().iloc[0]
    assert (by_day["frequency"], by_day["recency"], by_day["monetary_value"]) == (2, 1.0, 3.0)
    assert (by_week["frequency"], by_week["recency"], by_week["monetary_value"]) == (1, 1.0, 4.0)


def test_what_comes_after_the_end_is_not_seen() -> None:
    log = ibis.memtable({"customer_id": ["a", "a"], "amount": [1.0, 2.0],
                         "occurred_at": [date(2026, 1, 1), date(2026, 2, 1)]})  # fmt: skip
    row = rfm_summary(log, until=date(2026, 1, 31), unit="day").to_pandas().iloc[0]
    assert (row["frequency"], row["recency"], row["T"]) == (0, 0.0, 30.0)


def test_value_is_purchases_times_spend_discounted(cdnow: Summary, fits: tuple[Fit, Fit]) -> None:
    purchases, spend = fits
    few = slice(0, 50)
    x, t_x, age, z = cdnow.x[few], cdnow.t_x[few], cdnow.T[few], cdnow.zbar[few]
    ours = lifetime_value(
        purchases, spend, x, t_x, age, z, periods=6, period_length=4.0, discount=0.02, draws=0
    )
    by_hand = np.zeros(50)
    before = np.zeros(50)
    for period in range(1, 7):
        until = expected_purchases(purchases, period * 4.0, x, t_x, age)
        by_hand += (until - before) * expected_spend(spend, x, z) / 1.02**period
        before = until
    assert ours.value == pytest.approx(by_hand, rel=1e-10)
    assert ours.total == pytest.approx(by_hand.sum())


def test_the_total_has_an_interval_around_it(cdnow: Summary, fits: tuple[Fit, Fit]) -> None:
    worth = lifetime_value(*fits, cdnow.x, cdnow.t_x, cdnow.T, cdnow.zbar, draws=60)
    assert worth.total_low < worth.total < worth.total_high
    assert (worth.total_high - worth.total_low) / worth.total < 0.4


@pytest.mark.parametrize("fit", [fit_mbgnbd, fit_paretonbd])
def test_the_interval_stays_sane_where_nobody_leaves_and_all_spend_alike(fit: Callable[..., Fit]) -> None:
    draw = np.random.default_rng(0)
    x = draw.poisson(draw.gamma(1.5, 6.0, 5000)).astype(float)
    age = np.full(5000, 104.0)
    t_x = np.where(x > 0, age * draw.random(5000) ** (1 / (x + 1)), 0.0)
    z = np.where(x > 0, draw.gamma(2.7 * np.maximum(x, 1), 90 / np.maximum(x, 1)), 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StatisticalWarning)
        worth = lifetime_value(fit(x, t_x, age), fit_gammagamma(x, z), x, t_x, age, z)
    assert 0.9 * worth.total < worth.total_low <= worth.total_high < 1.1 * worth.total


@pytest.mark.parametrize("fit", [fit_bgnbd, fit_paretonbd])
def test_simulated_futures_average_to_the_expectation(
    cdnow: Summary, fits: tuple[Fit, Fit], fit: object
) -> None:
    chosen = np.flatnonzero(cdnow.x > 1)[:30]
    x, t_x, age, z = cdnow.x[chosen], cdnow.t_x[chosen], cdnow.T[chosen], cdnow.zbar[chosen]
    purchases = fit(cdnow.x, cdnow.t_x, cdnow.T)  # type: ignore[operator]
    worth = lifetime_value(
        purchases, fits[1], x, t_x, age, z, periods=1, period_length=39.0, discount=0.0, draws=0
    )
    interval = simulate_value(purchases, fits[1], x, t_x, age, z, horizon=39.0, draws=4000, level=0.95)
    assert ((interval.low <= worth.value) & (worth.value <= interval.high)).mean() > 0.95
    assert (interval.parameter_share < 0.5).all()  # what one customer does is mostly chance
