"""Every measure has its page, and what the page's example prints is what it says."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from regard.understand.measures import MEASURES

PAGES = Path(__file__).parents[2] / "docs" / "measures"
PARTS = ("What it says", "When not to believe it", "Formula", "Example", "Figures agreed with")


@pytest.mark.parametrize("name", [*MEASURES, "csi", "comparisons"])
def test_the_page_is_whole_and_its_example_true(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    for part in PARTS:
        assert f"**{part}.**" in text
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    printed, (promised,) = io.StringIO(), re.findall(r"print\(.*\)  # (.*)", code)
    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102 - our own page
    assert promised.startswith(printed.getvalue().strip())
