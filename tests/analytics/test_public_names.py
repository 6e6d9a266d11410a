"""The public names are what they say, and importing the library is cheap."""

import re
import subprocess
import sys
from collections.abc import Callable
from inspect import isfunction
from pathlib import Path
from typing import get_type_hints

import ibis.expr.types as ir
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


def test_whatever_takes_a_table_is_asked_on_both_engines() -> None:
    asked = "".join(path.read_text() for path in Path(__file__).parent.rglob("test_two_engines.py"))
    functions = [function for name in analytics.__all__ if isfunction(function := getattr(analytics, name))]
    takes_table = [one.__name__ for one in functions if ir.Table in _parameters(one)]
    assert takes_table
    assert not [name for name in takes_table if not re.search(rf"\b{name}\(", asked)]


def _parameters(function: Callable[..., object]) -> list[object]:
    return [kind for name, kind in get_type_hints(function).items() if name != "return"]
