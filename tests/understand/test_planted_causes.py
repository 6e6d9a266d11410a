"""The simulated company through the ordinary ways in: the three planted costly causes stand first."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
PLANTED = {"late", "product:FJ-100", "handover:billing"}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_planted_causes_are_first_and_nothing_harmless_is_clear(tmp_path: Path, seed: int) -> None:
    environment = {**os.environ, "REGARD_HOME": str(tmp_path / "home")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def regard(*words: str) -> str:
        command = [sys.executable, "-m", "regard", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    regard("demo", "--customers", "20000", "--seed", str(seed), "--no-serve")
    points = json.loads(regard("fixes", "--json"))
    assert {point["key"] for point in points[:3]} == PLANTED
    assert {point["key"] for point in points if point["standing"] == "costly"} == PLANTED
    costs = [point["cost"] or 0.0 for point in points]
    assert max(costs[3:]) < min(costs[:3])
