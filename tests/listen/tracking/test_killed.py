"""The proof that acknowledged means durable: servers and flushers die under load, nothing is lost or doubled."""

from pathlib import Path
from typing import Any

import pytest

from tests.dying import kill

PROGRAM = "tests.listen.tracking.killing"


def assert_kept_once(verdict: dict[str, Any], kills: int) -> None:
    assert sum(verdict["killed"].values()) == kills, verdict
    assert verdict["acknowledged"] > kills, verdict
    faults = ("lost", "doubled", "left in inbox", "dead letters")
    assert {name: verdict[name] for name in faults} == dict.fromkeys(faults, 0), verdict


def test_killed_servers_and_flushers_lose_and_double_nothing(tmp_path: Path) -> None:
    assert_kept_once(kill(PROGRAM, tmp_path, 4, seed=1), 4)


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    assert_kept_once(kill(PROGRAM, tmp_path, 200, seed=2), 200)


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing_on_postgresql(
    tmp_path: Path, postgres_database: str
) -> None:
    assert_kept_once(kill(PROGRAM, tmp_path, 200, seed=3, url=postgres_database), 200)
