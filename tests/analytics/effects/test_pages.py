"""Every page on effects is whole, and its example prints what it says."""

import contextlib
import io
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "docs" / "measures"
PAGES = (
    "average-effect", "cuped", "difference-in-differences", "interrupted-series", "proof-of-a-fix", "value-at-risk",
)  # fmt: skip
PARTS = ("What it says", "When not to believe it", "Formula", "Example", "Figures agreed with")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_whole_and_its_example_true(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert [part for part in PARTS if f"**{part}.**" not in text] == []
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (promised,) = re.findall(r"print\(.*\)  # (.*)", code)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102 - our own page
    assert printed.getvalue().strip() == promised
