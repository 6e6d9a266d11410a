"""Expected against actual: the published holdout of CDNOW."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regard import analytics as ra
from tests.analytics.value.cdnow import read_summary


def purchases_after(folder: Path) -> np.ndarray:
    """Days with a purchase between 1997-10-01 and 1998-06-30, of each of the 2,357 customers."""
    log = pd.read_csv(folder / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None,
                      names=["master", "id", "date", "cds", "spent"])  # fmt: skip
    later = log[log["date"] > 19970930]
    return later.groupby("id")["date"].nunique().reindex(range(1, 2358)).fillna(0).to_numpy()


@pytest.fixture(scope="module")
def found(shared_data: Path) -> ra.HoldoutCalibration:
    cdnow = read_summary(shared_data)
    fit = ra.fit_bgnbd(cdnow.x, cdnow.t_x, cdnow.T)
    expected = ra.expected_purchases(fit, 39, cdnow.x, cdnow.t_x, cdnow.T)
    return ra.holdout_calibration(expected, purchases_after(shared_data), cdnow.x, cdnow.t_x)


def test_cdnow_totals_are_the_published_ones(found: ra.HoldoutCalibration) -> None:
    assert round(found.expected, 1) == 1653.4
    assert found.actual.value == 1882
    assert found.error.value == pytest.approx(0.7855, abs=5e-5)
    assert found.actual.low is not None
    assert found.expected < found.actual.low  # the model expects too little here, and says so


def test_cdnow_by_frequency_adds_up(found: ra.HoldoutCalibration) -> None:
    table = found.by_frequency
    assert table.groups.column("frequency").to_pylist() == list(range(8))
    assert table.n.tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert np.dot(table.value, table.n) == pytest.approx(1882)
    assert np.dot(table.groups.column("expected").to_numpy(), table.n) == pytest.approx(1653.4, abs=0.05)
    assert (np.diff(table.groups.column("expected").to_numpy()) > 0).all()


def test_cdnow_by_recency_holds_those_who_came_back(found: ra.HoldoutCalibration) -> None:
    table = found.by_recency
    assert table.n.sum() == 946
    assert (np.diff(table.groups.column("recency").to_numpy()) > 0).all()
    inside = (table.low <= table.groups["expected"].to_numpy()) & (
        table.groups["expected"].to_numpy() <= table.high
    )
    assert inside.sum() >= 7


def test_a_true_model_keeps_its_word() -> None:
    rng = np.random.default_rng(2)
    ahead = rng.gamma(1.0, 1.0, 4000)
    x = rng.poisson(ahead * 2)
    found = ra.holdout_calibration(ahead, rng.poisson(ahead), x, np.where(x > 0, rng.random(4000), 0.0))
    assert found.actual.low is not None
    assert found.actual.high is not None
    assert found.actual.low < found.expected < found.actual.high


def test_nobody_came_back_and_few_customers() -> None:
    found = ra.holdout_calibration([0.1] * 20, [0] * 20, [0] * 20, [0.0] * 20)
    assert len(found.by_recency) == 0
    assert ra.holdout_calibration([0.1], [0], [0], [0.0]).actual.too_few


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        ra.holdout_calibration([1.0], [1.0, 2.0], [0], [0])
    with pytest.raises(ValueError, match="finite"):
        ra.holdout_calibration([np.nan], [1.0], [0], [0])
