"""The database as a file: SQLite by its own online backup, PostgreSQL by its own programs."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, cast

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from regard.errors import ConflictError, InputError, StoreError
from regard.keeping.moment import Moment

SQLITE, DUMP = "regard.sqlite3", "database.dump"
PAGES = 4096  # at a time
Opened = tuple[str, IO[bytes]]  # the name of the part, and what it holds


@contextmanager
def read_database(moment: Moment, beside: Path) -> Iterator[Opened]:
    """The database of a moment; SQLite needs room for a copy `beside` the archive until it has been read."""
    if moment.database.vendor == "postgresql":
        with _dump(moment) as dump:
            yield DUMP, dump
        return
    copy = beside.with_name(f".{beside.name}.{os.getpid()}.sqlite3.part")
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
        _copy_sqlite(moment.database.connection, copy)
        with copy.open("rb") as file:
            yield SQLITE, file
    finally:
        copy.unlink(missing_ok=True)


def _copy_sqlite(source: sqlite3.Connection, copy: Path) -> None:
    try:
        with closing(sqlite3.connect(copy)) as target:
            target.execute("PRAGMA synchronous = OFF")
            # a few pages at a time, so that Ctrl-C is heard; the transaction of `source` keeps them of one moment
            source.backup(target, pages=PAGES)
            (said,) = target.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise StoreError(
            f"The database could not be copied: {error}.", hint="Its copy needs room beside the archive."
        ) from error
    if said != "ok":
        raise StoreError(
            f"The database is damaged: {said}.", hint="Restore the last backup; this one was not made."
        )


@contextmanager
def _dump(moment: Moment) -> Iterator[IO[bytes]]:
    given = moment.database.settings_dict
    command = [_program("pg_dump"), "--format=custom", "--compress=0", "--no-owner", "--no-privileges",
               f"--snapshot={moment.snapshot}", *_address(given)]  # fmt: skip
    with subprocess.Popen(  # noqa: S603  # our own words; the address is the administrator's
        command, env=_environment(given), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield cast(IO[bytes], process.stdout)
        except BaseException:
            process.kill()
            raise
        _, said = process.communicate()
    _check(process.returncode, said, "pg_dump")


def restore_dump(dump: Path) -> None:
    """Fill the empty PostgreSQL database of the settings; as a whole or not at all."""
    given = connection.settings_dict
    command = [_program("pg_restore"), "--no-owner", "--no-privileges", "--single-transaction",
               "--exit-on-error", *_address(given), str(dump)]  # fmt: skip
    done = subprocess.run(command, env=_environment(given), capture_output=True, check=False)  # noqa: S603
    _check(done.returncode, done.stderr, "pg_restore")


def refuse_unless_free() -> None:
    """Nothing may be in the database yet; a SQLite file is the archive's own."""
    if connection.vendor == "postgresql":
        _program("pg_restore")
        if connection.introspection.table_names():
            raise ConflictError(
                f"The database `{connection.settings_dict['NAME']}` is not empty.",
                hint="Make an empty one and name it in REGARD_DATABASE_URL.",
            )


def refuse_without_programs(database: BaseDatabaseWrapper) -> None:
    """Say it before anything has been written."""
    if database.vendor == "postgresql":
        _program("pg_dump")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise InputError(
            f"`{name}` is not on this machine, and only it can keep a PostgreSQL database.",
            hint="Install PostgreSQL's client programs (Debian: postgresql-client), as new as the server.",
        )
    return found


def _address(given: dict[str, Any]) -> list[str]:
    named = {"--host": given["HOST"], "--port": given["PORT"], "--username": given["USER"]}
    return [f"{option}={value}" for option, value in named.items() if value] + [f"--dbname={given['NAME']}"]


def _environment(given: dict[str, Any]) -> dict[str, str]:
    """The password where other users of the machine cannot see it."""
    return {**os.environ, **({"PGPASSWORD": given["PASSWORD"]} if given["PASSWORD"] else {})}


def _check(code: int, said: bytes, program: str) -> None:
    if code:
        lines = said.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise StoreError(
            f"{program} failed: {lines[0]}.", hint="Its version must be that of the server or newer."
        )
