"""A PostgreSQL server for tests, made from the programs on this machine; skips where there are none.

A conftest.py that imports both fixtures gives them to the tests beside it. As a program it runs a command whose
tests all use such a server: `python -m tests.postgres pytest -q tests/web`.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _program(name: str) -> str | None:
    found = shutil.which(name)
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return found or (str(versions[-1]) if versions else None)


def _as_server_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root, so root runs it as the user `postgres`."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def _obstacle() -> str:
    if _program("initdb") is None or _program("pg_ctl") is None:
        return "no PostgreSQL programs on this machine"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "PostgreSQL does not run as root and there is no user `postgres`"
    return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving() -> Iterator[str]:
    """Run a server for a while; its address."""
    folder = Path(tempfile.mkdtemp(prefix="regard-postgres-"))
    folder.chmod(0o777)
    data, port = str(folder / "data"), free_port()
    initdb, pg_ctl = str(_program("initdb")), str(_program("pg_ctl"))
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"

    def run(*command: str) -> None:
        subprocess.run(
            _as_server_user(list(command)), check=True, capture_output=True, cwd=folder, timeout=60
        )

    run(initdb, "-D", data, "-U", "regard", "-A", "trust", "-E", "UTF8", "--no-sync")
    run(pg_ctl, "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://regard@127.0.0.1:{port}"
    finally:
        run(pg_ctl, "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a server of this test session's own."""
    if obstacle := _obstacle():
        pytest.skip(obstacle)
    with serving() as address:
        yield address


@pytest.fixture
def postgres_database(postgres_url: str) -> str:
    """The address of an empty database, as REGARD_DATABASE_URL wants it."""
    return make_database(postgres_url)


def make_database(server: str) -> str:
    """Make an empty database; its address."""
    import psycopg

    name = f"regard_{secrets.token_hex(6)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"


if __name__ == "__main__":  # python -m tests.postgres pytest -q tests/web
    if _obstacle():
        sys.exit(_obstacle())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server ends with us
    with serving() as started:
        settings = os.environ | {"REGARD_TEST_DATABASE": f"{started}/regard"}
        code = subprocess.run(sys.argv[1:], env=settings).returncode
    sys.exit(code)
