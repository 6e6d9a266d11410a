"""Run the notebooks of docs/examples as a reader would; `python -m tests.examples.notebooks` stores what they say."""

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "examples"


def run_notebook(path: Path, data: Path, *, timeout: int = 240) -> Any:
    """The notebook with fresh outputs; raises nbclient's CellExecutionError where a cell does."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=timeout, kernel_name="python3", coalesce_streams=True,
                            record_timing=False, resources={"metadata": {"path": str(path.parent)}})  # fmt: skip
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "REGARD_TEST_DATA": str(data),
                        "PYTHONWARNINGS": "ignore::DeprecationWarning"})  # fmt: skip
    return notebook


def printed(notebook: Any) -> list[str]:
    """What each cell prints; pictures are left out, as they may differ by a pixel."""
    return [
        "".join(
            output["text"]
            for output in cell["outputs"]
            if output["output_type"] == "stream" and output["name"] == "stdout"
        )
        for cell in notebook.cells
        if cell["cell_type"] == "code"
    ]


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(path.stem for path in FOLDER.glob("*.ipynb")):
        path = FOLDER / f"{name}.ipynb"
        nbformat.write(run_notebook(path, Path(os.environ["REGARD_TEST_DATA"])), path)
