"""The clients that come from npm, installed into `build/clients` as the lock file says."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

LOCKED = Path(__file__).parent / "clients"
INSTALLED = Path(__file__).parents[3] / "build" / "clients"
INSTALLED_LOCK = "installed-lock.json"


@pytest.fixture(scope="session")
def clients() -> Path:
    """The folder that holds `node_modules`; where npm is away, tests are skipped, except on CI."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED.parent / "clients.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes run beside each other
        obstacle = "" if _is_installed() else _install()
    if obstacle and os.environ.get("CI"):
        pytest.fail(obstacle)
    if obstacle:
        pytest.skip(obstacle)
    return INSTALLED


def _is_installed() -> bool:
    installed = INSTALLED / INSTALLED_LOCK
    same = installed.is_file() and installed.read_bytes() == (LOCKED / "package-lock.json").read_bytes()
    return same and (INSTALLED / "node_modules" / ".package-lock.json").is_file()


def _install() -> str:
    """Install; why it did not work, or nothing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "no npm on this machine: the clients from npm are not tried"
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCKED / name, INSTALLED / name)
    done = subprocess.run(
        # not `ci`, which wants other systems' optional packages in the lock
        [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=INSTALLED, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if done.returncode != 0:
        return f"npm could not install the clients: {done.stderr[-500:]}"
    shutil.copy(LOCKED / "package-lock.json", INSTALLED / INSTALLED_LOCK)  # npm may rewrite its own copy
    return ""
