"""Backups made while events are recorded, flushed and sorted, and while flushers die."""

from pathlib import Path
from typing import Any

import pytest

from tests.dying import kill

pytestmark = pytest.mark.slow  # a process for each restored home
PROGRAM = "tests.keeping.under_load"
FAULTS = ("lost", "doubled", "reactions lost", "reactions doubled", "left in inbox", "dead letters")


def assert_whole(verdict: dict[str, Any]) -> None:
    for kept in verdict.values():
        assert {name: kept[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0), verdict
        assert kept["acknowledged"] > 20


def test_five_backups_under_load_lose_and_double_nothing(tmp_path: Path) -> None:
    assert_whole(kill(PROGRAM, tmp_path, 5, seed=3))


def test_three_backups_of_postgresql_under_load_lose_and_double_nothing(
    tmp_path: Path, postgres_database: str
) -> None:
    assert_whole(kill(PROGRAM, tmp_path, 3, seed=4, url=postgres_database))
