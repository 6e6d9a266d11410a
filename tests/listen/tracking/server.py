"""A whole Regard on a home of its own, as `regard serve` runs it, for clients that want a real address."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[3]
PREPARE = """
from regard.cli import start; start()
from datetime import timedelta
from django.utils import timezone
from regard.access.actions import make_api_key, make_user
from regard.listen.tracking.actions import make_write_key
user = make_user("ada", role="administrator", password="correct horse battery", actor="test")
scopes = ["customers.read", "events.read"]
print(make_api_key("test", scopes=scopes, expires_at=timezone.now() + timedelta(days=1), creator=user)[1])
print(make_write_key("shop", actor="test", allowed_origins=["*"])[1])
"""


@dataclass(frozen=True)
class Running:
    """A running server."""

    home: Path
    address: str
    write_key: str
    api_key: str
    process: int

    def ask(self, path: str, **asked: Any) -> Any:
        """What the API answers."""
        answer = requests.get(
            f"{self.address}/api/v1/{path}",
            params=asked,
            headers={"Authorization": f"Bearer {self.api_key}"},
            timeout=10,
        )
        return answer.json() if answer.status_code != 404 else {}

    def wait_for(self, count: int, *, seconds: float = 30, **asked: Any) -> list[dict[str, Any]]:
        """The newest events once there are so many."""
        ends = time.monotonic() + seconds
        found: list[dict[str, Any]] = []
        while len(found) < count and time.monotonic() < ends:
            time.sleep(0.1)
            found = self.ask("events", **asked)
        return found


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    """One server for all tests of the session; each uses users of its own."""
    home = Path(tempfile.mkdtemp(prefix="regard-tracking-"))
    environment = environment_of(home)
    regard = [sys.executable, "-m", "regard"]
    subprocess.run([*regard, "init"], env=environment, check=True, capture_output=True)
    made = subprocess.run(
        [sys.executable, "-c", PREPARE], env=environment, check=True, capture_output=True, text=True
    )
    api_key, write_key = made.stdout.split()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*regard, "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"], env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(address)
        yield Running(home, address, write_key, api_key, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=40)


def environment_of(home: Path) -> dict[str, str]:
    """What commands that work on a home are started with: nothing of this test run's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGARD_", "DJANGO_"))}
    return kept | {"REGARD_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}


def wait_until(claim: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait for what is about to be true; AssertionError if it does not come."""
    ends = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < ends
        time.sleep(0.1)


def _wait_until_up(address: str) -> None:
    for _ in range(600):
        try:
            requests.get(f"{address}/sign-in", timeout=10)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up")
