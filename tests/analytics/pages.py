"""Pages on measures: whole, and with an example that prints what it says."""

import contextlib
import io
import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "measures"
PARTS = ("What it says", "When not to believe it", "Formula", "Example", "Figures agreed with")


def check_page(name: str) -> None:
    """Fail if a part is missing, or the example prints something else."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert [part for part in PARTS if f"**{part}.**" not in text] == []
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (promised,) = re.findall(r"print\(.*\)  # (.*)", code)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102 - our own page
    assert printed.getvalue().strip() == promised
