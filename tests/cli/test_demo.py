import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
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


@pytest.mark.slow
def test_the_demo_serves_pages_that_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "regard", "demo", "--customers", "100", "--home", str(tmp_path)]
    environment = {**shell(), "REGARD_BIND": address}
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert demo.stdout is not None
    try:
        assert any(address in line for line in demo.stdout)
        for _ in range(60):
            try:
                with urllib.request.urlopen(f"http://{address}/sign-in", timeout=10) as page:
                    assert page.status == 200
                    break
            except (ConnectionError, urllib.error.URLError):
                time.sleep(1)
        else:
            pytest.fail("the demo said an address and never answered")
        time.sleep(3)  # a process that had died at the first request would be gone by now
        assert demo.poll() is None
    finally:
        demo.terminate()
        demo.wait(timeout=60)
