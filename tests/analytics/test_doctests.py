"""Every example in the library's docstrings runs, and every public function has one."""

import doctest
import importlib
import pkgutil

import pytest

from regard import analytics

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(analytics.__path__, "regard.analytics.")
    if not module.ispkg
)


@pytest.mark.parametrize("name", ["regard.analytics", *MODULES])
def test_examples_run(name: str) -> None:
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failures == 0


@pytest.mark.parametrize("name", [name for name in analytics.__all__ if name[0].islower()])
def test_public_functions_explain_themselves(name: str) -> None:
    text = getattr(analytics, name).__doc__ or ""
    for part in ("Parameters", "Returns", "Examples", ">>>"):
        assert part in text, f"{name} has no {part}"
