"""What reading gives: sheets of text columns, what was found out about them, and the rows refused."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import pyarrow as pa
import pyarrow.compute as pc

from regard.errors import UnreadableFileError
from regard.listen.reading.refused import Refused, RefusedRows

DateOrder = Literal["dmy", "mdy", "ymd"]
ROW = "_row"
BATCH_ROWS = 65_536
BATCH_LETTERS = 64 * 1024**2  # of rows that wait to be written, counted by their longest cells
MOST_COLUMNS = 2000
LONGEST_CELL = 4 * 1024**2  # bytes
SHOWN_OF_LONG = 1000  # letters of a cell beyond that, to know the row by


@dataclass(frozen=True)
class Hints:
    """What a person knows better than the file shows. None means: find out."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None  # "" means: quotes are ordinary characters
    header: bool | None = None
    widths: Sequence[int] | None = None  # fixed-width columns
    records_path: str | None = None  # where in a JSON document the records lie, parts joined by dots
    decimal_comma: bool | None = None
    date_order: DateOrder | None = None
    missing_words: Sequence[str] | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)  # column name -> kind, overrides the guess
    zone: str = "UTC"  # times without a zone are read in this one
    unpacked_limit: int = 20 * 1024**3  # bytes
    ratio_limit: int = 200  # unpacked size over packed size
    temporary: Path | None = None  # folder for what is read; the system's own by default


@dataclass
class Found:
    """What was found out about one sheet, to be shown and corrected by Hints."""

    format: str = "csv"
    encoding: str | None = None
    delimiter: str | None = None  # one character, or "whitespace", "fixed" or "none" (one column)
    quote: str | None = None
    header: bool = True
    header_certain: bool = True
    widths: list[int] | None = None
    compression: str | None = None
    padding: bool = False  # blanks after the delimiter, stripped
    records_path: str | None = None
    skipped_lines: int = 0  # lines above the table that are not part of it
    blank_rows: int = 0  # rows without any value; numbered, but neither read nor refused
    notes: list[str] = field(default_factory=list)


class Sheet:
    """One table of text columns, kept in a temporary Arrow file that lives as long as the sheet."""

    def __init__(
        self, name: str, columns: list[str], found: Found, file: Any, good_rows: int, refused: RefusedRows
    ) -> None:
        self.name = name
        self.columns = columns
        self.found = found
        self.refused = refused
        self.good_rows = good_rows
        self._file = file

    @property
    def row_count(self) -> int:
        """Rows read: the good and the refused."""
        return self.good_rows + len(self.refused)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Rows in the file's order: `_row` (1-based data row), then the columns as text, null if empty."""
        reader = self._reader()
        for index in range(reader.num_record_batches):
            yield reader.get_batch(index)

    def table(self) -> pa.Table:
        """All rows, mapped from the temporary file and not copied into memory."""
        return self._reader().read_all()

    def head(self, rows: int = 20) -> pa.Table:
        """The first rows, for a preview."""
        reader = self._reader()
        batches = [reader.get_batch(0)] if reader.num_record_batches else []
        return pa.Table.from_batches(batches, schema=reader.schema).slice(0, rows)

    def close(self) -> None:
        """Give the temporary file back."""
        self._file.close()

    def _reader(self) -> Any:
        return pa.ipc.open_file(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Sheet {self.name!r}: {self.row_count} rows, {len(self.columns)} columns>"


class SheetWriter:
    """Takes rows from a format's reader and becomes a Sheet."""

    def __init__(self, name: str, columns: Sequence[str], found: Found, hints: Hints) -> None:
        if len(columns) > MOST_COLUMNS:
            raise UnreadableFileError(
                f"{name} has more than {MOST_COLUMNS:,} columns.",
                hint="Leave out what is not needed. In JSON each different key is a column: write one record a row.",
            )
        self.name = name
        self.columns = name_columns(columns)
        self.found = found
        self.refused = RefusedRows(hints.temporary)
        self.good_rows = 0
        self.schema = pa.schema([(ROW, pa.int64())] + [(column, pa.string()) for column in self.columns])
        self._folder = tempfile.TemporaryDirectory(prefix="regard-sheet-", dir=hints.temporary)
        self._path = Path(self._folder.name) / "rows.arrow"
        self._sink = pa.ipc.new_file(str(self._path), self.schema)
        self._rows: list[Sequence[str | None]] = []
        self._numbers: list[int] = []
        self._letters = 0

    def add(self, number: int, row: Sequence[str | None]) -> None:
        """One row of as many cells as there are columns; rows without any value are only counted."""
        if not any(row):
            self.found.blank_rows += 1
            return
        self._numbers.append(number)
        self._rows.append(row)
        self._letters += max(map(len, filter(None, row)))
        if len(self._rows) >= BATCH_ROWS or self._letters > BATCH_LETTERS:
            self._flush()

    def refuse(self, number: int, text: str, reason: str) -> None:
        """Keep a row that could not be read."""
        self.refused.append(Refused(number, text, reason))

    def write(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Many rows at once, already in the sheet's schema and without blank ones."""
        self._flush()
        self._store(batch)

    def finish(self) -> Sheet:
        """Close the temporary file and open it as a sheet."""
        self._flush()
        self._sink.close()
        mapped = pa.memory_map(str(self._path))
        # An open mapping outlives its name: nothing stays behind, not even after kill -9.
        self._folder.cleanup()
        return Sheet(self.name, self.columns, self.found, mapped, self.good_rows, self.refused)

    def _flush(self) -> None:
        if not self._rows:
            return
        cells = [
            pa.array([cell or None for cell in column], pa.string())
            for column in zip(*self._rows, strict=True)
        ]
        self._store(pa.record_batch([pa.array(self._numbers, pa.int64()), *cells], schema=self.schema))
        self._rows, self._numbers, self._letters = [], [], 0

    def _store(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Write rows; one with a cell that is no value any more, but a file of its own, is refused."""
        for column in self.columns:
            size = pc.binary_length(rows[column])
            if (pc.max(size).as_py() or 0) <= LONGEST_CELL:
                continue
            too_long = pc.fill_null(pc.greater(size, LONGEST_CELL), False)
            for row in rows.filter(too_long).select([ROW, column]).to_pylist():
                text = f"{row[column][:SHOWN_OF_LONG]}…"
                self.refuse(row[ROW], text, f"`{column}` is longer than {LONGEST_CELL // 1024**2} MB")
            rows = rows.filter(pc.invert(too_long))
        self._sink.write(rows)
        self.good_rows += rows.num_rows


def name_columns(raw: Sequence[str | None]) -> list[str]:
    """Names that are neither blank nor twice: blank becomes column_3, a repeated one gets _2."""
    names: list[str] = []
    taken = {ROW}
    for position, header in enumerate(raw, start=1):
        wanted = " ".join((header or "").split()) or f"column_{position}"
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted}_{count}"
        taken.add(name)
        names.append(name)
    return names
