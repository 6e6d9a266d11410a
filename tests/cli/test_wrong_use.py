"""Wrong use is one line that says what to do, and exit code 2; never a traceback."""

import socket
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from regard.errors import StoreError
from tests.cli.conftest import Command, shell


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("nonsense", "No such command"),
        ("customers nonsense", "No such command"),
        ("customers show", "Missing argument"),
        ("customers show nobody", "There is no customer `nobody`"),
        ("customers merge C1 C1", "one customer already"),
        ("customers merge C1 nobody", "There is no customer `nobody`"),
        ("customers unmerge 77", "There is no merge 77"),
        ("customers unmerge x", "--help"),
        ("measure shoe-size", "There are: nps"),
        ("measure nps --by shoes", "There are: month"),
        ("measure nps --from gestern", "say it like 2026-11-21"),
        ("measure nps --from 2026-02-01 --to 2026-01-01", "Say the earlier day first"),
        ("compute --as-of 2026-13-01", "say it like 2026-11-21"),
        ("events --limit 0", "--limit"),
        ("events --name eaten", "There is no event `eaten`"),
        ("events --shoes", "No such option"),
        ("import", "Missing argument"),
        ("import /no/such/file.csv", "There is no file"),
        ("import pyproject.toml --date-order ydm", "Say dmy, mdy or ymd"),
        ("rejects export 77", "There is no import 77"),
        ("rejects retry pyproject.toml", ""),
        ("simulate /tmp/never --customers 5", "100 to 1,000,000"),
        ("serve --bind here", "host:port"),
        ("serve --bind 127.0.0.1:99999", "host:port"),
        ("customers find x --home /no/such/home", "regard init"),
    ],
)
def test_wrong_use_is_one_line(regard: Command, company: list[int], arguments: str, sentence: str) -> None:
    with patch.dict("os.environ"):
        answer = regard(*arguments.split())
    assert (answer.code, answer.out.strip()) == (2, "")
    assert answer.err.startswith("regard: ")
    assert answer.err.count("\n") == 1
    assert sentence in answer.err


@pytest.mark.parametrize("error", [OperationalError("database is locked"), StoreError("The lake is away.")])
def test_a_store_that_is_away_is_one_line(regard: Command, error: Exception) -> None:
    with patch("regard.ledger.queries.newest_events", side_effect=error):
        answer = regard("events")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert str(error) in answer.err


def test_a_file_that_may_not_be_read_is_one_line(regard: Command, tmp_path: Path) -> None:
    with patch(
        "regard.listen.actions.read_file", side_effect=PermissionError(13, "Permission denied", "a.csv")
    ):
        answer = regard("import", __file__, "--yes")
    assert (answer.code, answer.err) == (2, "regard: a.csv: Permission denied.\n")


def test_an_older_home_asks_for_init_and_a_newer_one_for_newer_code(regard: Command) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("know", "0999_of_tomorrow")
    newer = regard("events")
    recorder.record_unapplied("know", "0999_of_tomorrow")
    recorder.record_unapplied("know", "0001_initial")
    older = regard("events")
    assert (newer.code, "newer Regard" in newer.err) == (2, True)
    assert (older.code, "`regard init`" in older.err) == (2, True)


def test_a_bug_is_not_hidden_as_wrong_use(regard: Command) -> None:
    with patch("regard.ledger.queries.newest_events", side_effect=KeyError("bug")), pytest.raises(KeyError):
        regard("events")


def test_an_address_in_use_is_one_line(regard: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = regard("serve", "--bind", f"127.0.0.1:{port}", "--no-worker")
    assert answer.code == 2
    assert answer.err == (
        f"regard: Cannot listen on 127.0.0.1:{port}: Address already in use. "
        "Is Regard running already? Choose another address with --bind HOST:PORT.\n"
    )


def test_a_home_that_cannot_be_written_is_one_line() -> None:
    command = [sys.executable, "-m", "regard", "init", "--home", "/proc/regard"]
    ended = subprocess.run(command, capture_output=True, text=True, env=shell())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "regard: /proc/regard: No such file or directory.\n"


def test_help_loads_nothing_that_it_does_not_show() -> None:
    heavy = (
        "django ninja ibis pandas numpy pyarrow duckdb deltalake splink sklearn msgspec granian altair rich"
    )
    program = f"import sys, regard.cli.app; print([name for name in {heavy.split()} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
