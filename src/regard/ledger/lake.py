"""The lake: Delta tables of what customers did and what was computed, queried through Ibis on DuckDB.

Reading asks Delta which Parquet files a table consists of and hands them to DuckDB, so no DuckDB extension
is ever fetched. A table expression sees the version of the moment `read` was called; its files are kept for
`RETENTION` after they are replaced, so build an expression and run it soon.
"""

import threading
import time
import uuid
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.dataset
import pyarrow.fs
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.fs import DeltaStorageHandler
from django.conf import settings
from ibis.backends.duckdb import Backend

from regard.errors import StoreError
from regard.ledger.events import EVENT_SCHEMA, TIMESTAMP

TABLES: dict[str, pa.Schema] = {
    "events": EVENT_SCHEMA,
    # what a source says of a person or thing beyond identity; the newest row of a (source, person) and key wins
    "attributes": pa.schema(
        [
            pa.field("row_id", pa.string(), nullable=False),
            pa.field("source", pa.string(), nullable=False),
            pa.field("person", pa.string(), nullable=False),
            pa.field("recorded_at", TIMESTAMP, nullable=False),
            pa.field("data", pa.string(), nullable=False),  # JSON object of texts and numbers
        ]
    ),
    # who is behind a person key, written by `know` whenever the partition changed
    "people": pa.schema([pa.field("person", pa.string()), pa.field("customer_id", pa.int64())]),
    # what `understand` computed of each customer; money in the customer's main currency
    "profiles": pa.schema(
        [
            pa.field("customer_id", pa.int64()),
            pa.field("sort_name", pa.string()),
            pa.field("first_seen", TIMESTAMP),
            pa.field("last_seen", TIMESTAMP),
            pa.field("sources", pa.list_(pa.string())),
            pa.field("channels", pa.list_(pa.string())),
            pa.field("orders", pa.int64()),
            pa.field("revenue", pa.decimal128(18, 4)),
            pa.field("refunds", pa.decimal128(18, 4)),
            pa.field("currency", pa.string()),
            pa.field("currencies", pa.list_(pa.string())),
            pa.field("contacts", pa.int64()),
            pa.field("last_nps", pa.float64()),
            pa.field("last_csat", pa.float64()),
            pa.field("last_ces", pa.float64()),
            pa.field("last_stars", pa.float64()),
            pa.field("open_cases", pa.int64()),
            pa.field("promised", pa.int64()),
            pa.field("broken", pa.int64()),
            pa.field("overdue", pa.int64()),
            pa.field("churned_at", TIMESTAMP),
            # from here on null for who never ordered: repeat orders, weeks, money, and the year ahead
            pa.field("frequency", pa.float64()),
            pa.field("recency", pa.float64()),
            pa.field("observed", pa.float64()),
            pa.field("mean_spend", pa.float64()),
            pa.field("alive", pa.float64()),
            pa.field("expected_orders", pa.float64()),
            pa.field("worth", pa.float64()),
        ]
    ),
    # which orders of the last year each pain point of the newest computation befell
    "touched": pa.schema(
        [
            pa.field("key", pa.string()),
            pa.field("customer_id", pa.int64()),
            pa.field("subject", pa.string()),
            pa.field("ordered_at", TIMESTAMP),
        ]
    ),
    # every customer who could leave: whether and why they did, what they pay a year, the chance that they leave next
    "contracts": pa.schema(
        [
            pa.field("customer_id", pa.int64()),
            pa.field("occurred_at", TIMESTAMP),
            pa.field("month", pa.date32()),
            pa.field("churned", pa.bool_()),
            pa.field("reason", pa.string()),
            pa.field("category", pa.string()),
            pa.field("a_year", pa.float64()),
            pa.field("currency", pa.string()),
            pa.field("chance", pa.float64()),
        ]
    ),
    # what pages narrow to a slice of customers and months, written by `compute`: who belongs to which group
    "segments": pa.schema(
        [
            pa.field("dimension", pa.string()),
            pa.field("group", pa.string()),
            pa.field("customer_id", pa.int64()),
        ]
    ),
    # the rows behind the measures that pages narrow
    "measured": pa.schema(
        [
            pa.field("measure", pa.string()),
            pa.field("customer_id", pa.int64()),
            pa.field("occurred_at", TIMESTAMP),
            pa.field("month", pa.date32()),
            pa.field("instrument", pa.string()),
            pa.field("score", pa.float64()),
            pa.field("mark", pa.bool_()),  # answered, or ordered before
            pa.field("amount", pa.decimal128(18, 4)),
            pa.field("currency", pa.string()),
        ]
    ),
    # who said something in their own words, and where to find it
    "said": pa.schema(
        [
            pa.field("event_id", pa.string()),
            pa.field("person", pa.string()),
            pa.field("customer_id", pa.int64()),
            pa.field("occurred_at", TIMESTAMP),
            pa.field("month", pa.date32()),
            pa.field(
                "low", pa.float64()
            ),  # the score as a part of its scale, 0 is the worst; null without one
        ]
    ),
    # one row a text and theme it is about, 0 where it is about none
    "themed": pa.schema(
        [
            pa.field("theme", pa.int64()),
            pa.field("event_id", pa.string()),
            pa.field("person", pa.string()),
            pa.field("customer_id", pa.int64()),
            pa.field("occurred_at", TIMESTAMP),
            pa.field("month", pa.date32()),
            pa.field("low", pa.float64()),  # as in `said`
            pa.field("about", pa.string()),  # the order that the text names
        ]
    ),
    # one row a step of a customer's journey, with what came next; "episode" counts orders so far
    "steps": pa.schema(
        [
            pa.field("customer_id", pa.int64()),
            pa.field("occurred_at", TIMESTAMP),
            pa.field("month", pa.date32()),
            pa.field("step", pa.string()),
            pa.field("next_step", pa.string()),
            pa.field("episode", pa.int64()),
            pa.field("back", pa.bool_()),  # whether the customer ordered after it
            pa.field("first_time", pa.bool_()),  # that the customer passed this step
            pa.field("wait", pa.float64()),  # seconds
        ]
    ),
    # one row an order, with what followed until the next one
    "episodes": pa.schema(
        [
            pa.field("customer_id", pa.int64()),
            pa.field("occurred_at", TIMESTAMP),
            pa.field("month", pa.date32()),
            pa.field("back", pa.bool_()),
            pa.field("path", pa.string()),
        ]
    ),
    # one row an event of a case that says which department had it
    "handled": pa.schema(
        [
            pa.field("customer_id", pa.int64()),
            pa.field("occurred_at", TIMESTAMP),
            pa.field("month", pa.date32()),
            pa.field("department", pa.string()),
            pa.field("case_id", pa.string()),
        ]
    ),
}

RETENTION = timedelta(hours=6)
LONGEST_UNSEEN = 3600.0  # seconds, less than log entries are kept
# Small row groups make one customer's timeline a read of one group; they also bound the writer's memory.
# Expired log entries and tombstones would slow down opening a table that gets a commit a second.
CONFIGURATION = {
    "delta.logRetentionDuration": "interval 6 hours",
    "delta.deletedFileRetentionDuration": "interval 6 hours",
}
# A dictionary of values that hardly repeat is built, given up and thrown away: twice the time, and larger files.
SELDOM_REPEATED = ("event_id", "subject", "occurred_at", "text", "row_id")
PARQUET = WriterProperties(
    max_row_group_size=65_536,
    compression="ZSTD",
    column_properties=dict.fromkeys(SELDOM_REPEATED, ColumnProperties(dictionary_enabled=False)),
)
# what is computed anew each time is read a row at a time by pages, and has fewer rows
COMPUTED = WriterProperties(max_row_group_size=4096, compression="LZ4_RAW")


@dataclass
class _View:
    """A table of the lake at one version, as this thread's connection knows it."""

    version: int
    table: ibis.Table
    made_at: float


@dataclass
class _Reader:
    """What one thread keeps: its connection, the Delta tables it opened, the views it made of them."""

    backend: Backend
    opened: dict[str, DeltaTable] = field(default_factory=dict)
    looked_at: dict[str, float] = field(default_factory=dict)  # for a newer version of what is opened
    views: dict[str, list[_View]] = field(default_factory=dict)  # newest last


_readers = threading.local()
_database: duckdb.DuckDBPyConnection | None = None
_database_made = threading.Lock()


def connection() -> Backend:
    """This thread's connection to the process's one DuckDB: in memory, no downloads, bounded memory, UTC."""
    return _reader().backend


def _reader() -> _Reader:
    if not hasattr(_readers, "current"):
        _readers.current = _Reader(ibis.duckdb.from_connection(_shared_database().cursor()))
    reader: _Reader = _readers.current
    return reader


def _shared_database() -> duckdb.DuckDBPyConnection:
    global _database  # one per process, so that memory is bounded once and files are cached once
    with _database_made:
        if _database is None:
            _database = _make_database(settings.REGARD_MEMORY_LIMIT)
        return _database


def _make_database(memory_mb: int) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(Path(settings.REGARD_HOME) / "spill"),
        }
    )
    # our files never change under a name, so what their footers say need not be read again for each query
    database.execute("LOAD parquet; SET parquet_metadata_cache = true")
    warnings.filterwarnings("ignore", message="Arrow output on a DB-API result makes an extra copy")
    return database


@contextmanager
def own_database(memory_mb: int) -> Iterator[Backend]:
    """A database of its own for one heavy task, so that it spills to disk before it crowds out queries."""
    database = _make_database(min(memory_mb, settings.REGARD_MEMORY_LIMIT))
    try:
        yield ibis.duckdb.from_connection(database)
    finally:
        database.close()


def use_one_thread() -> None:
    """From now on each query of this process runs on its caller's thread: right where many are asked at a time."""
    connection().raw_sql("SET threads = 1")


def location(name: str) -> str:
    return f"{str(settings.REGARD_LAKE).rstrip('/')}/{name}"


def is_local(place: str) -> bool:
    return "://" not in place


def storage_options() -> dict[str, str]:
    """What an object store is opened with; what is not set is looked for in the environment (AWS_...)."""
    given = settings.REGARD_S3
    options = {
        "aws_endpoint": given["ENDPOINT"],
        "aws_region": given["REGION"],
        "aws_access_key_id": given["KEY_ID"],
        "aws_secret_access_key": given["SECRET"],
        "aws_allow_http": "true" if given["ENDPOINT"].startswith("http://") else "",
    }
    return {name: value for name, value in options.items() if value}


def storage_of(place: str) -> pyarrow.fs.FileSystem:
    """A table's folder, as Arrow reads and writes it."""
    return pyarrow.fs.PyFileSystem(DeltaStorageHandler(place, options=storage_options()))


@contextmanager
def store_errors(task: str) -> Iterator[None]:
    """Rethrow whatever a store raises as StoreError that names the task and, of a query, the SQL."""
    try:
        yield
    except (DeltaError, OSError, duckdb.Error) as error:
        raise StoreError(
            f"{task} failed: {error}", hint="Nothing was lost; mend the store and try again."
        ) from error


def open_table(name: str) -> DeltaTable | None:
    """The Delta table at its newest version, or None before its first row."""
    place, opened = location(name), _reader().opened
    with store_errors(f"Opening the lake table `{name}` at {place}"):
        try:
            if place not in opened:
                opened[place] = DeltaTable(place, storage_options=storage_options())
            elif not _is_newest(place, opened[place]):
                opened[place].update_incremental()
        except TableNotFoundError:
            opened.pop(place, None)
            return None
    return opened[place]


def _is_newest(place: str, table: DeltaTable) -> bool:
    """Whether the log holds this version and no next one; two looks cost a tenth of asking Delta.

    The next one's entry may have expired if we last looked long ago; then Delta is asked.
    """
    looked_at = _reader().looked_at
    before, looked_at[place] = looked_at.get(place), time.monotonic()
    if not is_local(place) or before is None or looked_at[place] - before > LONGEST_UNSEEN:
        return False
    log, version = Path(place) / "_delta_log", table.version()
    return (log / f"{version:020}.json").exists() and not (log / f"{version + 1:020}.json").exists()


def read(name: str) -> ibis.Table:
    """A table of the lake as an Ibis expression on this thread's connection; empty before its first row."""
    views = _reader().views.setdefault(location(name), [])
    table = open_table(name)
    version = table.version() if table is not None else -1
    if not views or views[-1].version != version:
        _drop_old(views)
        with store_errors(f"Reading the lake table `{name}`"):
            views.append(_View(version, _make_view(name, table), time.monotonic()))
    return views[-1].table


def _make_view(name: str, table: DeltaTable | None) -> ibis.Table:
    return read_files(name, paths_of(table) if table is not None else [])


def paths_of(table: DeltaTable) -> list[str]:
    """The table's Parquet files, relative to its folder. None of our tables is partitioned."""
    return [uri.rsplit("/", 1)[-1] for uri in table.file_uris()]


def read_files(name: str, paths: list[str], *, backend: Backend | None = None) -> ibis.Table:
    """Some files of a table as an Ibis expression. Away from this machine Arrow reads them, not DuckDB."""
    backend, view = backend or connection(), f"{name}_{uuid.uuid4().hex[:12]}"
    place = location(name)
    if paths and is_local(place):
        return backend.read_parquet([f"{place}/{path}" for path in paths], table_name=view)
    rows = TABLES[name].empty_table()
    if paths:
        rows = pyarrow.dataset.dataset(
            paths, schema=TABLES[name], format="parquet", filesystem=storage_of(place)
        )
    backend.con.register(view, rows)
    return backend.table(view)


def _drop_old(views: list[_View]) -> None:
    """Forget views whose files may be gone; younger ones may still be part of somebody's expression."""
    while views and time.monotonic() - views[0].made_at > RETENTION.total_seconds():
        drop_view(views.pop(0).table)


def drop_view(table: ibis.Table) -> None:
    """Forget what `read_files` made."""
    view = table.get_name()
    connection().raw_sql(f'DROP VIEW IF EXISTS "{view}"')
    connection().con.unregister(view)


def here(table: ibis.Table) -> ibis.Table:
    """A table of the process's database, such as one made on another thread, on this thread's connection."""
    return table.op().copy(source=connection()).to_expr()


def fetch(expression: ibis.Table) -> pa.Table:
    """Run an expression; what goes wrong comes back as StoreError with the SQL."""
    with store_errors("A query of the lake"):
        try:
            return expression.to_pyarrow()
        except duckdb.Error as error:
            sql = ibis.to_sql(expression, dialect="duckdb")
            raise StoreError(f"A query of the lake failed: {error}", hint=f"The query was: {sql}") from error


def select(name: str, rest: str, parameters: Sequence[Any] = (), *, columns: str = "*") -> pa.Table:
    """Few rows of a table by the SQL after its name, values as parameters; docs/decisions/0007 says when."""
    query = f'SELECT {columns} FROM "{read(name).get_name()}" {rest}'
    with store_errors(f"A query of the lake table `{name}`"):
        # not `sql`, which plans twice; that costs more than the copy of a few rows
        return connection().con.execute(query, list(parameters)).to_arrow_table()


def append(
    name: str, rows: pa.Table | pa.RecordBatchReader, *, transaction: tuple[str, int] | None = None
) -> None:
    """Append rows in one commit; `transaction` is (writer, number), which `holds` can be asked for later."""
    stamps = [Transaction(*transaction)] if transaction else None
    _write(name, rows, mode="append", commit_properties=CommitProperties(app_transactions=stamps))


def overwrite(name: str, rows: pa.Table | pa.RecordBatchReader) -> None:
    """Replace a table's rows in one commit; readers see the old ones or the new ones."""
    _write(name, rows, mode="overwrite", schema_mode="overwrite", writer_properties=COMPUTED)


def _write(name: str, rows: pa.Table | pa.RecordBatchReader, **options: Any) -> None:
    place = location(name)
    with store_errors(f"Writing the lake table `{name}` at {place}"):
        fixed = {"writer_properties": PARQUET, "configuration": CONFIGURATION}
        write_deltalake(place, rows, storage_options=storage_options(), **{**fixed, **options})


def holds(name: str, writer: str, number: int) -> bool:
    """Whether the table has the commit that `writer` numbered `number`, or a later one of the same writer."""
    held = _number_held(name, writer)
    return held is not None and held >= number  # an import's first part has the number 0


def newest_number(name: str, writer: str) -> int:
    """The highest number that `writer` committed to the table; 0 if none."""
    return _number_held(name, writer) or 0


def _number_held(name: str, writer: str) -> int | None:
    table = open_table(name)
    return table.transaction_version(writer) if table is not None else None
