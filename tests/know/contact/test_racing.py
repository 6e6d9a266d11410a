"""Asked by many at once, a person is still contacted no more often than the rules say."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MOST = 3  # as in racing.py, which is not imported here: it chooses its own settings


def race(home: Path, rounds: int, url: str = "") -> dict[str, object]:
    environment = {**os.environ, "REGARD_HOME": str(home), "REGARD_DATABASE_URL": url}
    environment["DJANGO_SETTINGS_MODULE"] = "regard.project.settings"
    done = subprocess.run(
        [sys.executable, "-m", "tests.know.contact.racing", str(rounds)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    verdict: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    assert verdict["failed"] == 0, done.stderr[-3000:]
    return verdict


def assert_nobody_was_asked_too_often(verdict: dict[str, object]) -> None:
    touches = verdict["touches"]
    assert isinstance(touches, dict)
    assert max(touches.values()) <= MOST
    assert touches["email:nobody@example.org"] == MOST
    assert MOST <= touches["shop:0"] + touches["shop:1"] <= 2 * MOST


@pytest.mark.slow
def test_many_ask_at_once(tmp_path: Path) -> None:
    assert_nobody_was_asked_too_often(race(tmp_path, 15))


@pytest.mark.slow
def test_many_ask_at_once_on_postgresql(tmp_path: Path, postgres_database: str) -> None:
    assert_nobody_was_asked_too_often(race(tmp_path, 30, url=postgres_database))
