import os
from pathlib import Path

import pytest

from tests.browser import browser

__all__ = ["browser"]


@pytest.fixture(autouse=True)
def lake(settings: object, tmp_path: Path) -> Path:
    """Every test has a lake of its own."""
    settings.REGARD_LAKE = str(tmp_path / "lake")  # type: ignore[attr-defined]
    return tmp_path / "lake"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, which is not part of the project."""
    folder = Path(os.environ.get("REGARD_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder
