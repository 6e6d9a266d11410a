"""One moment of both stores, held while everybody goes on.

Between the database and the lake stand two orders. A flush and an import commit to the lake only under the writer's
lock of the table, after the database says what they are about to do; the database forgets only what the lake has.
So whoever holds both locks for the blink it takes to begin a read of the database and to note the newest version of
each table has a database and a lake that agree: every stamp of a flush is either in the lake or will be taken off,
and no record in the lake is of a person whom the database has not met. After that nobody waits: the database goes on
giving that moment to the transaction that began in it, and files of the lake stay for hours once they are replaced.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.fs
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from regard.errors import StoreError
from regard.know.models import Customer
from regard.ledger import lake
from regard.ledger.inbox import database_errors
from regard.ledger.lock import hold_writer
from regard.ledger.models import Batch
from regard.ledger.sorting import DataFile, files_of

LOG = "_delta_log"
ENTRY = re.compile(r"(\d{20})\.(json|checkpoint(?:\.\d+\.\d+)?\.parquet)")
TRIES = 3


@dataclass(frozen=True)
class Table:
    """A table of the lake at one version: its files, and the entries of its log from the last checkpoint on."""

    name: str
    version: int
    files: list[DataFile]
    log: dict[str, bytes]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


@dataclass(frozen=True)
class Moment:
    """The stores at one moment. `database` is in a transaction that sees that moment; `snapshot` is its name where
    other programs may look at it too."""

    database: BaseDatabaseWrapper
    snapshot: str
    tables: dict[str, Table]

    def counts(self) -> dict[str, int]:
        """What a person would ask whether it is all there."""
        return {
            "events": self.tables["events"].rows if "events" in self.tables else 0,
            "customers": self._one(f"SELECT count(*) FROM {Customer._meta.db_table}"),
            "waiting events": self._one(f"SELECT coalesce(sum(event_count), 0) FROM {Batch._meta.db_table}"),
        }

    def _one(self, sql: str) -> int:
        with self.database.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.fetchone()[0])


@contextmanager
def hold_moment() -> Iterator[Moment]:
    """Hold the stores as they are now."""
    database = connection.copy()
    try:
        with database_errors("Reading the database"):
            with hold_writer("events"), hold_writer("attributes"):
                snapshot = _begin(database)
                noted = {name: _note(name) for name in lake.TABLES}
            yield Moment(database, snapshot, {name: table for name, table in noted.items() if table})
    finally:
        if database.vendor == "sqlite" and database.connection is not None:
            database.connection.rollback()  # closing does it, except for a database in memory
        database.close()


def _begin(database: BaseDatabaseWrapper) -> str:
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            return str(cursor.fetchone()[0])
        cursor.execute("BEGIN")
        cursor.execute("SELECT count(*) FROM django_migrations")  # the moment is that of the first read
        return ""


def _note(name: str) -> Table | None:
    """A table at its newest version. Its log may be tidied up meanwhile; then it is looked at again."""
    with lake.store_errors(f"Reading the lake table `{name}`"):
        for _ in range(TRIES):
            table = lake.open_table(name)
            if table is None:
                return None
            try:
                version = table.version()
                return Table(name, version, files_of(table), _log_of(name, version))
            except FileNotFoundError:
                continue
    raise StoreError(f"The lake table `{name}` changes too often to be read.", hint="Try again.")


def _log_of(name: str, version: int) -> dict[str, bytes]:
    storage = lake.storage_of(lake.location(name))
    found = [
        (int(match[1]), entry.base_name)
        for entry in storage.get_file_info(pa.fs.FileSelector(LOG))
        if (match := ENTRY.fullmatch(entry.base_name)) and int(match[1]) <= version
    ]
    start = max((number for number, entry in found if not entry.endswith(".json")), default=0)
    log = {}
    for _, entry in sorted(each for each in found if each[0] >= start):
        with storage.open_input_stream(f"{LOG}/{entry}") as file:
            log[entry] = file.read()
    if f"{version:020}.json" not in log and f"{version:020}.checkpoint.parquet" not in log:
        raise FileNotFoundError(name)
    return log
