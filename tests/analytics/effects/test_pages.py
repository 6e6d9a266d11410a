"""Every page on effects is whole, and its example prints what it says."""

import pytest

from tests.analytics.pages import check_page

PAGES = (
    "average-effect", "cuped", "difference-in-differences", "interrupted-series", "proof-of-a-fix", "value-at-risk",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_whole_and_its_example_true(name: str) -> None:
    check_page(name)
