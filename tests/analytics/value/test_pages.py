"""The pages on churn and on what customers are worth are whole, and their examples print what they say."""

import pytest

from tests.analytics.pages import check_page

PAGES = (
    "acquisition-cost", "bgnbd-covariates", "churn-model", "cohort-value", "gini", "holdout-calibration",
    "leaving-reasons", "retention-worth",
)  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_whole_and_its_example_true(name: str) -> None:
    check_page(name)
