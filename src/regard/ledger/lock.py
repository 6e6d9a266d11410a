"""One writer of the lake at a time: across threads, processes and (on PostgreSQL) machines."""

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.db import connection

PATIENCE = 3  # seconds
USUAL_PATIENCE = 5  # Python's own


@contextmanager
def hold_writer(name: str) -> Iterator[None]:
    """Wait for, then hold, the right to append to a table; a process that dies lets go of it."""
    if connection.vendor == "postgresql":
        with _hold_advisory_lock(name):
            yield
    else:
        with _hold_file_lock(name):
            yield


@contextmanager
def take_turns(name: str) -> Iterator[None]:
    """Let short transactions of several processes follow each other without a pause on SQLite.

    SQLite alone lets whoever finds it busy sleep for ever longer, and so starves the one that sleeps longest.
    Who waits for the inner lock holds the outer one, so that the process that just finished cannot go first.
    Never within a transaction.
    """
    if connection.vendor == "postgresql":
        yield
        return
    with ExitStack() as inner:
        with _hold_file_lock(f"{name}.queue"):
            inner.enter_context(_hold_file_lock(f"{name}.turn"))
        inner.enter_context(_be_impatient())
        yield


@contextmanager
def _be_impatient() -> Iterator[None]:
    """Give up soon when something else keeps SQLite locked: whoever asks can come again."""
    usual = connection.settings_dict["OPTIONS"].get("timeout", USUAL_PATIENCE)
    connection.ensure_connection()
    sqlite = connection.connection  # asked without Django's wrapping, which takes longer than the asking
    sqlite.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    try:
        yield
    finally:
        sqlite.execute(f"PRAGMA busy_timeout = {usual * 1000}")


@contextmanager
def _hold_file_lock(name: str) -> Iterator[None]:
    file = os.open(f"{settings.REGARD_HOME}/{name}.lock", os.O_CREAT | os.O_WRONLY, 0o666)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


@contextmanager
def _hold_advisory_lock(name: str) -> Iterator[None]:
    key = zlib.crc32(f"regard.{name}".encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
