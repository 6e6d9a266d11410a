"""Real companies, from their files to the known figures, by the commands a person types."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


class Regard:
    """One installation, spoken to on the command line."""

    def __init__(self, home: Path) -> None:
        self.environment = {**os.environ, "REGARD_HOME": str(home)}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self("init")

    def __call__(self, *words: str) -> str:
        command = [sys.executable, "-m", "regard", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def figures(self, *words: str) -> dict[str, dict[str, Any]]:
        return {row["group"]: row for row in json.loads(self("measure", *words, "--json"))}


@pytest.fixture
def regard(tmp_path: Path) -> Regard:
    return Regard(tmp_path / "home")


def test_the_telecom_company(regard: Regard, shared_data: Path) -> None:
    """Five departments: 7,043 customers, 1,869 of whom left, and 21,371,131.69 of revenue."""
    regard("import", *map(str, sorted((shared_data / "telco_ibm").iterdir())), "--source", "telco", "--yes")
    computed = json.loads(regard("compute", "--json"))
    assert computed["customers"] == 7043
    left = regard.figures("churn-rate")[""]
    assert (round(100 * left["value"], 2), left["n"]) == (26.54, 7043)
    assert round(regard.figures("revenue")[""]["value"], 2) == 21_371_131.69
    by_contract = regard.figures("churn-rate", "--by", "contract")
    assert (
        by_contract["Month-to-Month"]["low"]
        > by_contract["One Year"]["high"]
        > by_contract["Two Year"]["high"]
    )


def test_the_marketplace(regard: Regard, shared_data: Path) -> None:
    """Ten tables: a late order costs 1.71 stars."""
    regard("import", *map(str, sorted((shared_data / "olist").glob("*.csv"))), "--source", "olist", "--yes")
    regard("compute")
    stars = regard.figures("review-score", "--by", "delivery")
    assert round(stars["late"]["value"] - stars["on time"]["value"], 2) == -1.71
    late = regard.figures("late-delivery-rate")[""]
    assert (round(100 * late["value"]), late["n"] > 4800) == (8, True)
