from datetime import date
from pathlib import Path

import pytest

from regard.simulate.company import write_company
from regard.simulate.truth import Truth

AS_OF = date(2026, 11, 21)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """A small company, written once."""
    folder = tmp_path_factory.mktemp("company")
    return folder, write_company(folder, customers=1500, seed=7, as_of=AS_OF)
