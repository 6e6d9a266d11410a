"""The lake: Delta tables of what customers did and what was computed, queried through Ibis on DuckDB."""

import threading
from pathlib import Path

import ibis
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import TableNotFoundError
from django.conf import settings
from ibis.backends.duckdb import Backend

from regard.ledger.events import EVENT_SCHEMA, TIMESTAMP

TABLES: dict[str, pa.Schema] = {
    "events": EVENT_SCHEMA,
    # what a source says of a person or thing beyond identity; the newest of a (source, person, key) wins
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
        ]
    ),
}

_local = threading.local()


def connection() -> Backend:
    """This thread's DuckDB connection: in memory, no downloads, bounded memory, UTC."""
    if not hasattr(_local, "connection"):
        backend = ibis.duckdb.connect(
            autoinstall_known_extensions=False,
            memory_limit=f"{settings.REGARD_MEMORY_LIMIT}MB",
            temp_directory=str(Path(settings.REGARD_HOME) / "spill"),
        )
        backend.raw_sql("SET TimeZone='UTC'")
        _local.connection = backend
    return _local.connection


def location(name: str) -> str:
    return f"{settings.REGARD_LAKE.rstrip('/')}/{name}"


def open_table(name: str) -> DeltaTable | None:
    """The Delta table, or None before its first row."""
    try:
        return DeltaTable(location(name))
    except TableNotFoundError:
        return None


def read(name: str) -> ibis.Table:
    """A table of the lake as an Ibis expression on this thread's connection; empty before its first row."""
    table = open_table(name)
    files = table.file_uris() if table is not None else []
    if not files:
        return ibis.memtable(TABLES[name].empty_table())
    return connection().read_parquet(files)


def append(
    name: str, rows: pa.Table | pa.RecordBatchReader, *, transaction: tuple[str, int] | None = None
) -> None:
    """Append rows in one commit; `transaction` is (writer, number), which `holds` can be asked for later."""
    stamps = [Transaction(*transaction)] if transaction else None
    write_deltalake(
        location(name), rows, mode="append", commit_properties=CommitProperties(app_transactions=stamps)
    )


def overwrite(name: str, rows: pa.Table | pa.RecordBatchReader) -> None:
    write_deltalake(location(name), rows, mode="overwrite", schema_mode="overwrite")


def holds(name: str, writer: str, number: int) -> bool:
    """Whether the table has the commit that `writer` numbered `number`, or a later one of the same writer."""
    table = open_table(name)
    held = table.transaction_version(writer) if table is not None else None
    return held is not None and held >= number
