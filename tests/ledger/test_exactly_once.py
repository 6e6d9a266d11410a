"""The proof: flushers die at every step and at any moment, and nothing is lost or doubled."""

from pathlib import Path
from typing import Any

import pytest

from tests.dying import kill

PROGRAM = "tests.ledger.killing"

FAULTS = (
    "lost",
    "doubled",
    "invented",
    "reactions lost",
    "reactions doubled",
    "left in inbox",
    "dead letters",
)
FAST = 40  # 30 of them at every step of the protocol, before and after; the others at any moment


def assert_nothing_lost_or_doubled(verdict: dict[str, Any]) -> None:
    faults = {name: verdict[name] for name in FAULTS}
    assert faults == dict.fromkeys(FAULTS, 0), verdict
    assert verdict["acknowledged"] > 100


def test_killed_flushers_lose_and_double_nothing(tmp_path: Path) -> None:
    verdict = kill(PROGRAM, tmp_path, FAST, seed=1)
    assert_nothing_lost_or_doubled(verdict)
    assert sum(verdict["reached"].values()) >= 25


def test_killed_flushers_lose_and_double_nothing_on_postgresql(
    tmp_path: Path, postgres_database: str
) -> None:
    verdict = kill(PROGRAM, tmp_path, 16, seed=2, url=postgres_database)
    assert_nothing_lost_or_doubled(verdict)
    assert sum(verdict["reached"].values()) >= 12


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    verdict = kill(PROGRAM, tmp_path, 200, seed=3)
    assert_nothing_lost_or_doubled(verdict)
    assert min(verdict["reached"].values()) > 0


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing_on_postgresql(
    tmp_path: Path, postgres_database: str
) -> None:
    assert_nothing_lost_or_doubled(kill(PROGRAM, tmp_path, 200, seed=4, url=postgres_database))
