"""Every measure has its page, and what the page's example prints is what it says."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from regard.understand.measures import MEASURES

PAGES = Path(__file__).parents[2] / "docs" / "measures"
PARTS = ("What it says", "When not to believe it", "Formula", "Example", "Figures agreed with")


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_the_page_is_whole_and_its_example_true(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for part in PARTS:
        assert f"**{part}.**" in text
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, {})  # noqa: S102 - our own page
        promised = re.findall(r"print\(.*\)  # (.*)", code)
        for said, came in zip(promised, printed.getvalue().splitlines(), strict=False):
            assert said.startswith(came)


def test_every_measure_has_a_page() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} >= set(MEASURES)
