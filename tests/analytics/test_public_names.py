"""The public names are what they say, and importing the library is cheap."""

import subprocess
import sys

import pytest

from regard import analytics


@pytest.mark.parametrize("name", analytics.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(analytics, name).__name__ == name


def test_names_are_sorted_and_all_have_a_home() -> None:
    assert analytics.__all__ == sorted(analytics.__all__)
    assert set(analytics._HOME_OF) == set(analytics.__all__)
    assert dir(analytics) == analytics.__all__


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'happiness'"):
        _ = analytics.happiness


def test_importing_the_library_loads_neither_django_nor_an_engine() -> None:
    code = "import sys, regard.analytics; print([m for m in ('django', 'ibis', 'scipy', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
