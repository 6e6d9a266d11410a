from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(settings: object, tmp_path: Path) -> Path:
    """Every test has its own home, and so its own source mappings."""
    home = tmp_path / "home"
    home.mkdir()
    settings.REGARD_HOME = home  # type: ignore[attr-defined]
    return home


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a small file to import."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
