"""Whatever a table holds becomes columns a model can be fitted on, none of them missing."""

from decimal import Decimal

import numpy as np
import pytest

from regard.analytics.effects.covariates import design_matrix


def test_numbers_bend_at_their_quartiles() -> None:
    matrix = design_matrix({"orders": np.arange(101)}, 101)
    assert matrix.shape == (101, 5)  # intercept, line, three bends
    for column in range(1, 5):
        assert matrix[:, column].mean() == pytest.approx(0)
        assert matrix[:, column].std() == pytest.approx(1)
    assert np.unique(matrix[:50, 3]).size == 1  # flat up to the median


def test_decimals_missing_numbers_and_times_are_numbers() -> None:
    spend = [Decimal("1.5"), None, Decimal("2.5"), Decimal("4")]
    since = np.array(["2026-01-01", "2026-02-01", "NaT", "2026-03-01"], dtype="datetime64[s]")
    matrix = design_matrix({"spend": spend, "since": since}, 4)
    assert np.isfinite(matrix).all()
    assert matrix[1, 1] == pytest.approx(0)  # the missing one is average, and marked
    assert matrix[1, 2] > 0 > matrix[0, 2]


def test_text_is_categories_and_rare_ones_are_together() -> None:
    channel = ["web"] * 50 + ["store"] * 30 + ["phone"] * 3 + ["fax"] * 2
    matrix = design_matrix({"channel": channel}, 85)
    assert matrix.shape == (85, 3)  # store against web, rare against web
    assert np.unique(matrix[80:, 1:], axis=0).shape == (1, 2)
    assert design_matrix({"code": ["7", "11"] * 20}, 40).shape == (40, 2)


def test_what_never_varies_is_left_out_and_wrong_lengths_are_refused() -> None:
    assert design_matrix({"country": ["DE"] * 20, "vip": np.zeros(20), "score": [None] * 20}, 20).shape == (
        20,
        1,
    )
    with pytest.raises(ValueError, match="covariate vip has shape"):
        design_matrix({"vip": [1, 2]}, 3)
