import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import shell


def regard(home: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "regard", *arguments, "--home", str(home)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=shell()).stdout


def lake(home: Path) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "regard",
        "doctor",
        "--json",
        "--home",
        str(home),
    ]  # 1: a source is silent
    found = subprocess.run(command, check=False, capture_output=True, text=True, env=shell())
    stores: dict[str, Any] = json.loads(found.stdout)["stores"]
    return stores


@pytest.mark.slow
def test_a_second_demo_adds_nothing_also_after_an_interruption(tmp_path: Path) -> None:
    demo = ("demo", "--no-serve", "--customers", "100")
    first = regard(tmp_path, *demo)
    stores = lake(tmp_path)
    assert stores["lake table events"] != "0 rows"
    assert "holds this company already" in regard(tmp_path, *demo)
    play = tmp_path / "demo.json"
    play.write_text(play.read_text().replace("true", "false"))  # as if it had been stopped before the end
    again = regard(tmp_path, *demo)
    assert first.splitlines()[-1] == again.splitlines()[-1]  # the same login
    assert lake(tmp_path) == stores
