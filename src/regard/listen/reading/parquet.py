"""Reads Parquet: typed columns become text that reads the same in any country."""

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from regard.errors import UnreadableFileError
from regard.listen.reading.sheets import BATCH_ROWS, ROW, Found, Hints, Sheet, SheetWriter


def read_parquet(path: Path, name: str, hints: Hints) -> list[Sheet]:
    """The one sheet of a Parquet file; the columns of a struct are joined to its name by dots."""
    try:
        with parquet.ParquetFile(path) as file:
            writer: SheetWriter | None = None
            number = 0
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                table = pa.Table.from_batches([batch]).flatten()
                writer = writer or SheetWriter(name, table.column_names, Found("parquet"), hints)
                _write(writer, table, number)
                number += batch.num_rows
            writer = writer or SheetWriter(name, file.schema_arrow.names, Found("parquet"), hints)
            return [writer.finish()]
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFileError(f"{name} is broken: {error}.", hint="Write the file again.") from error


def _write(writer: SheetWriter, table: pa.Table, before: int) -> None:
    columns = [_as_text(column) for column in table.columns]
    numbers = pa.array(range(before + 1, before + table.num_rows + 1), pa.int64())
    rows = pa.table([numbers, *columns], names=[ROW, *writer.columns])
    filled = pa.array([False] * table.num_rows, pa.bool_())
    for column in columns:
        filled = pc.or_(filled, pc.is_valid(column))
    writer.found.blank_rows += rows.num_rows - (pc.sum(filled).as_py() or 0)
    writer.write(rows.filter(filled).cast(writer.schema))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        text = pc.strftime(column, format="%Y-%m-%d %H:%M:%S" + ("%z" if kind.tz else ""))
        return pc.replace_substring_regex(text, r"\.0+([+-]\d+)?$", r"\1")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind):
        return pa.chunked_array([pa.array([_json(value) for value in column.to_pylist()], pa.string())])
    text = column.cast(pa.string())
    if pa.types.is_floating(kind):
        text = pc.replace_substring_regex(text, r"\.0$", "")
        text = pc.if_else(pc.is_in(text, value_set=pa.array(["nan", "inf", "-inf"])), None, text)
    return pc.if_else(pc.equal(text, ""), None, text)


def _json(value: object) -> str | None:
    if value is None:
        return None
    return (
        value.decode("utf-8", "replace") if isinstance(value, bytes) else msgspec.json.encode(value).decode()
    )
