"""A company is backed up by the command line and restored elsewhere, on every store it may choose."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from regard.simulate.company import write_company
from tests.cli.conftest import shell
from tests.postgres import make_database

pytestmark = pytest.mark.slow
FILES = ("shop_orders.csv", "nps.csv")


class Regard:
    """One installation and its settings."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        named = {f"REGARD_{name}": value for name, value in settings.items() if value}
        self.environment = {**shell(), "REGARD_HOME": str(home), **named}

    def run(self, *words: object) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "regard", *map(str, words)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def json(self, *words: object) -> Any:
        code, out, error = self.run(*words, "--json")
        assert code in (0, 1), error
        return json.loads(out)


@pytest.fixture(params=["sqlite", "postgresql", "s3"])
def homes(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> tuple[Regard, Regard]:
    """The installation that is kept, and the settings under which it is restored."""
    old, new = tmp_path / "old", tmp_path / "new"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
        return Regard(old, DATABASE_URL=url), Regard(
            new, DATABASE_URL=make_database(request.getfixturevalue("postgres_url"))
        )
    if request.param == "s3":
        lake = request.getfixturevalue("s3_lake")
        keys = {f"S3_{name}": value for name, value in settings.REGARD_S3.items()}
        return Regard(old, LAKE=lake, **keys), Regard(new, LAKE=f"{lake}-new", **keys)
    return Regard(old), Regard(new)


def test_what_was_kept_comes_back_elsewhere_and_goes_on(homes: tuple[Regard, Regard], tmp_path: Path) -> None:
    old, new = homes
    company, archive = tmp_path / "company", tmp_path / "kept.tar"
    company.mkdir()
    write_company(company, customers=100, seed=3, as_of=date(2026, 11, 21))
    assert old.run("init")[0] == 0
    for name in FILES:
        old.json("import", company / name, "--yes")
    old.json("compute")
    before = [old.json("measure", "nps"), old.json("customers", "find", "an"), old.json("events")]

    kept = old.json("backup", archive)
    assert kept["counts"]["events"] > 200
    done = new.json("restore", archive, "--home", new.home)
    assert (done["now"], done["differs"]) == (kept["counts"], [])
    assert [new.json("measure", "nps"), new.json("customers", "find", "an"), new.json("events")] == before
    again = new.json("import", company / "shop_orders.csv", "--yes")[0]
    assert (again["events_added"], again["duplicate_rows"]) == (0, again["rows_read"])
    assert new.json("repair") == {"done": [], "left": []}

    code, _, said = new.run("restore", archive, "--home", new.home)
    assert (code, "is not empty" in said) == (2, True)
    if "REGARD_DATABASE_URL" in new.environment:
        code, _, said = new.run("restore", archive, "--home", tmp_path / "third")
        assert (code, "is not empty" in said) == (2, True)
