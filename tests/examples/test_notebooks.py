"""Every notebook runs on the real files, its asserts hold, and what is stored in it is what it says."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.examples.notebooks import FOLDER, printed, run_notebook

NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
LARGEST = 400_000  # bytes: pictures are drawn from summaries


def numbers(said: list[str]) -> list[float]:
    return [float(each.replace(",", "").rstrip(".")) for each in NUMBER.findall("\n".join(said))]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_says_what_it_stored(shared_data: Path, name: str) -> None:
    path = FOLDER / f"{name}.ipynb"
    stored = printed(nbformat.read(path, as_version=4))
    said = printed(run_notebook(path, shared_data))
    assert [NUMBER.sub("#", each) for each in said] == [NUMBER.sub("#", each) for each in stored]
    assert numbers(said) == pytest.approx(
        numbers(stored), rel=0.02, abs=0.6
    )  # rows come in any order to a bootstrap


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_small_and_stored_with_its_outputs(name: str) -> None:
    path = FOLDER / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert path.stat().st_size < LARGEST
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert not [cell for cell in code for output in cell.outputs if output.output_type == "error"]
    assert any("image/svg+xml" in output.get("data", {}) for cell in code for output in cell.outputs)
    assert "/work/" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_without_the_data_a_notebook_says_where_to_get_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGARD_TEST_DATA", str(tmp_path))
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    first = next(cell.source for cell in cells if cell.cell_type == "code")
    with pytest.raises(FileNotFoundError, match=r"There is no folder .* Get .* REGARD_TEST_DATA"):
        exec(first, {})  # noqa: S102 - our own page
