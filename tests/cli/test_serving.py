"""`regard serve` is one process tree: it ends as a whole, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import shell

pytestmark = pytest.mark.slow
PATIENCE = 60.0


def children(pid: int) -> list[int]:
    """The living children of a process."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(line) for line in listed.split()]


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def wait_until(happened: object, what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < ends, what
        time.sleep(0.2)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "regard", "init", "--home", folder]
    subprocess.run(command, check=True, capture_output=True, env=shell())
    return folder


@pytest.fixture
def serving(home: Path) -> Iterator[subprocess.Popen[str]]:
    """`regard serve`, answering, with its three children."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "regard", "serve", "--home", str(home), "--bind", address]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=shell()
    )
    assert process.stdout is not None
    assert address in process.stdout.readline()

    def answers() -> bool:
        try:
            urllib.request.urlopen(f"http://{address}/api/v1/events", timeout=20)
        except urllib.error.HTTPError as refused:
            return refused.code == 401
        except OSError:
            return False
        return False

    wait_until(answers, "serve answers")
    wait_until(lambda: len(children(process.pid)) == 3, "two servers and a worker run")
    yield process
    if process.poll() is None:
        process.kill()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_whole_tree_in_good_order(
    serving: subprocess.Popen[str], by: signal.Signals
) -> None:
    tree = children(serving.pid)
    serving.send_signal(by)
    assert serving.wait(timeout=PATIENCE) == 0
    assert not [pid for pid in tree if alive(pid)]


def test_no_orphan_outlives_a_kill(serving: subprocess.Popen[str]) -> None:
    tree = children(serving.pid)
    serving.kill()
    serving.wait()
    wait_until(lambda: not [pid for pid in tree if alive(pid)], "the children end")


def test_a_worker_that_dies_is_started_again(serving: subprocess.Popen[str]) -> None:
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in children(serving.pid)}
    (worker,) = [pid for pid, command in commands.items() if "--with-parent" in command]
    os.kill(worker, signal.SIGKILL)
    wait_until(
        lambda: any(
            "--with-parent" in Path(f"/proc/{pid}/cmdline").read_text()
            for pid in children(serving.pid)
            if alive(pid)
        ),
        "another worker runs",
    )
    serving.terminate()
    assert serving.wait(timeout=PATIENCE) == 0
