"""The rules of the house that no linter knows."""

import ast
from pathlib import Path

import pytest

from regard.project.configuration import settings_page

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "regard"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)

FILE_LIMIT = 600
FUNCTION_LIMIT = 80
NAMELESS = {"utils", "helpers", "common", "misc", "manager", "service", "services"}


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LIMIT


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_function_fits_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # the docstring of a public function may be long: formula, shapes and sources belong there
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= FUNCTION_LIMIT, f"{_name(path)}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_is_named_after_its_subject(path: Path) -> None:
    assert path.stem not in NAMELESS


def test_the_settings_page_is_fresh() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page(), "run `make docs`"
