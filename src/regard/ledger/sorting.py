"""Rewriting files of a lake table as fewer, sorted ones: in bounded memory, while others append.

delta-rs can sort (Z-order), but it compares only the first bytes of a text, which prefixes such as
`olist_customers:` use up. So DuckDB sorts, spilling to disk, and the new files replace the old in one commit
that changes no data. Delta does not notice when two such commits replace the same files, which would double
their rows; therefore every rewrite numbers itself as the application transaction `rewritten` (of two that
start from the same version Delta refuses one) and looks, under the writer lock, that its files are still there.
"""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, RemoveAction

from regard.ledger import lake
from regard.ledger.lock import hold_writer

FILE_ROWS = 2_000_000
BATCH_ROWS = 65_536
GROUP_ROWS = (
    4096  # pages read the events of one person; LZ4 unpacks one in half the time of ZSTD, in 1.3 of its space
)
UNIQUE = ("event_id", "row_id", "occurred_at")  # a dictionary of these would cost time and save nothing
MEMORY_MB = 1024
REWRITES = "rewritten"  # counts the rewrites of a table
SORTED = "sorted"  # how many rows the last rewrite of the whole table covered


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a table; `path` as Delta writes it."""

    path: str
    size: int
    rows: int


def files_of(table: DeltaTable) -> list[DataFile]:
    columns = pa.table(table.get_add_actions(flatten=True)).select(["path", "size_bytes", "num_records"])
    return [DataFile(*row.values()) for row in columns.to_pylist()]


def sorted_rows(table: DeltaTable) -> int:
    """How many rows the last sorting of the whole table covered."""
    return table.transaction_version(SORTED) or 0


def rewrite(name: str, column: str, files: list[DataFile]) -> bool:
    """Replace files by sorted ones; False if another process replaced some of them meanwhile."""
    table = lake.open_table(name)
    if table is None or not _still_has(table, files):
        return False
    everything = len(files) == len(files_of(table))
    number = (table.transaction_version(REWRITES) or 0) + 1
    added = _write_sorted(name, column, files)
    stamps = [Transaction(REWRITES, number)]
    if everything:
        stamps.append(Transaction(SORTED, sum(file.rows for file in files)))
    with hold_writer(name):
        table = lake.open_table(name)
        if table is None or not _still_has(table, files):
            return False
        now = _milliseconds()
        removed = [RemoveAction(file.path, False, now, file.size, {}) for file in files]
        properties = CommitProperties(app_transactions=stamps)
        try:
            table.create_write_transaction(
                [*added, *removed], "append", table.schema(), commit_properties=properties
            )
        except CommitFailedError:
            return False
    return True


def _still_has(table: DeltaTable, files: list[DataFile]) -> bool:
    return {file.path for file in files} <= {file.path for file in files_of(table)}


def _write_sorted(name: str, column: str, files: list[DataFile]) -> list[AddAction]:
    """New files with the rows of the given ones, sorted; not part of the table yet."""
    storage = lake.storage_of(lake.location(name))
    added = []
    with lake.own_database(MEMORY_MB) as backend:
        rows = lake.read_files(name, [file.path for file in files], backend=backend).order_by(column)
        batches = iter(backend.con.sql(str(backend.compile(rows))).to_arrow_reader(BATCH_ROWS))
        for first in batches:
            part = chain([first], islice(batches, FILE_ROWS // BATCH_ROWS - 1))
            added.append(_write_file(storage, lake.TABLES[name], column, part))
    return added


def _write_file(
    storage: pyarrow.fs.FileSystem, schema: pa.Schema, column: str, batches: Iterator[pa.RecordBatch]
) -> AddAction:
    path = f"sorted-{uuid.uuid4()}.lz4.parquet"
    repeating = [column for column in schema.names if column not in UNIQUE]
    rows, lowest, highest = 0, None, None
    with (
        storage.open_output_stream(path) as target,
        pq.ParquetWriter(
            target, schema, compression="lz4", use_dictionary=repeating, write_statistics=[column]
        ) as writer,
    ):
        for batch in batches:
            writer.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=GROUP_ROWS)
            rows += batch.num_rows
            lowest = batch[column][0].as_py() if lowest is None else lowest
            highest = batch[column][-1].as_py()
    stats = {
        "numRecords": rows,
        "minValues": {column: lowest},
        "maxValues": {column: highest},
        "nullCount": {column: 0},
    }
    return AddAction(path, storage.get_file_info(path).size, {}, _milliseconds(), False, json.dumps(stats))


def _milliseconds() -> int:
    return int(time.time() * 1000)
