"""The proof that acknowledged means durable: servers and flushers die under load, nothing is lost or doubled."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def kill(home: Path, kills: int, seed: int, url: str = "") -> dict[str, Any]:
    environment = os.environ | {
        "REGARD_HOME": str(home),
        "REGARD_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "regard.project.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    command = [sys.executable, "-m", "tests.listen.tracking.killing", str(kills), str(seed)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def assert_kept_once(verdict: dict[str, Any], kills: int) -> None:
    assert sum(verdict["killed"].values()) == kills, verdict
    assert verdict["acknowledged"] > kills, verdict
    faults = ("lost", "doubled", "left in inbox", "dead letters")
    assert {name: verdict[name] for name in faults} == dict.fromkeys(faults, 0), verdict


def test_killed_servers_and_flushers_lose_and_double_nothing(tmp_path: Path) -> None:
    assert_kept_once(kill(tmp_path, 4, seed=1), 4)


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    assert_kept_once(kill(tmp_path, 200, seed=2), 200)


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing_on_postgresql(
    tmp_path: Path, postgres_database: str
) -> None:
    assert_kept_once(kill(tmp_path, 200, seed=3, url=postgres_database), 200)
