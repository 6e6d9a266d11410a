"""Reads delimited text in bulk: clean blocks by Arrow, blocks with anything odd row by row.

Both ways give the same rows. A block is clean when no line has an odd number of quotes, no text follows a
closing quote, no byte was undecodable, and Arrow finds as many rows as the block has lines.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from regard.listen.reading.dialect import Dialect
from regard.listen.reading.encoding import MARK_PREFIX, MARKS, show_marks
from regard.listen.reading.sheets import ROW, SheetWriter

LONGEST_FIELD = 16 * 1024 * 1024
LINE_FEED, CARRIAGE_RETURN = 10, 13
REACH = 5000  # lines that one quoted value may span


class _Cursor:
    """Lines of a block for csv.reader, which can be sent back."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.position = 0
        self.stop = len(lines)

    def __iter__(self) -> "_Cursor":
        return self

    def __next__(self) -> str:
        if self.position >= self.stop:
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1]


@dataclass
class DelimitedReader:
    """Feeds the rows of a delimited text into a sheet."""

    dialect: Dialect
    writer: SheetWriter
    number: int = 0  # rows so far
    reach: int = REACH

    def read(self, chunks: Iterable[bytes]) -> None:
        """Take the text piece by piece, cut at line ends."""
        rest, skip, mac = b"", self.dialect.body_line, None
        for chunk in chunks:
            if mac is None:
                mac = b"\n" not in chunk and b"\r" in chunk
            data = rest + (chunk.replace(b"\r", b"\n") if mac else chunk)
            end = data.rfind(b"\n") + 1
            data, rest = data[:end], data[end:]
            data, skip = _without_lines(data, skip)
            if data:
                rest = self._block(data, final=False) + rest
        rest, skip = _without_lines(rest, skip)
        if rest:
            self._block(rest, final=True)

    def _block(self, data: bytes, *, final: bool) -> bytes:
        """Read a block; give back what belongs to a row that the next block completes."""
        if self._clean(data) and self._read_fast(data):
            return b""
        return self._read_slowly(data, final=final)

    def _clean(self, data: bytes) -> bool:
        if self.dialect.escape or b"\0" in data or MARK_PREFIX in data:
            return False
        quote = self.dialect.quote.encode()
        if not quote or quote not in data:
            return True
        if self.dialect.padding:
            return False
        return _well_quoted(np.frombuffer(data, np.uint8), quote[0], ord(self.dialect.delimiter))

    def _read_fast(self, data: bytes) -> bool:
        invalid: list[arrow_csv.InvalidRow] = []
        names = self.writer.columns

        def keep(row: arrow_csv.InvalidRow) -> str:
            invalid.append(row)
            return "skip"

        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(data),
                read_options=arrow_csv.ReadOptions(
                    use_threads=False, block_size=len(data) + 1, column_names=names
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self.dialect.delimiter,
                    quote_char=self.dialect.quote or False,
                    newlines_in_values=False,
                    invalid_row_handler=keep,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
                ),
            )
        except pa.ArrowInvalid:
            return False  # the careful way finds out which row it was
        if table.num_rows + len(invalid) != _count_lines(data):
            return False
        for row in invalid:
            self.writer.refuse(self.number + row.number, row.text, _miscount(row.actual_columns, len(names)))
        numbers = np.arange(1, table.num_rows + len(invalid) + 1)
        numbers = np.delete(numbers, [row.number - 1 for row in invalid]) + self.number
        self.number += table.num_rows + len(invalid)
        self._write(table, numbers)
        return True

    def _write(self, table: pa.Table, numbers: np.ndarray) -> None:
        if self.dialect.padding:
            table = pa.table({name: _trimmed(table[name]) for name in table.column_names})
        table = table.add_column(0, ROW, pa.array(numbers, pa.int64()))
        if table.num_rows and all(table[name].null_count for name in self.writer.columns):
            filled = pc.is_valid(table[self.writer.columns[0]])
            for name in self.writer.columns[1:]:
                filled = pc.or_(filled, pc.is_valid(table[name]))
            self.writer.found.blank_rows += table.num_rows - pc.sum(filled).as_py()
            table = table.filter(filled)
        self.writer.write(table.cast(self.writer.schema))

    def _read_slowly(self, data: bytes, *, final: bool) -> bytes:
        csv.field_size_limit(LONGEST_FIELD)
        lines = list(io.StringIO(data.decode(), newline="\n"))
        cursor = _Cursor(lines)
        reader = self.dialect.reader(cursor, strict=True)
        while cursor.position < len(lines):
            start = cursor.position
            cursor.stop = min(len(lines), start + self.reach)
            try:
                row = next(reader)
            except csv.Error as error:
                if cursor.position == len(lines) and not final and _open_quote(error):
                    return "".join(lines[start:]).encode()
                self._refuse_line(cursor, start, error)
                continue
            if row:
                self._take(row, cursor, start)
        return b""

    def _refuse_line(self, cursor: _Cursor, start: int, error: csv.Error) -> None:
        """Give up the first line only, and go on behind it: a stray quote must not swallow good rows."""
        if _open_quote(error):
            self.reach = max(16, self.reach // 2)
        cursor.position = start + 1
        self._refuse(cursor.lines[start], _explain(error))

    def _take(self, row: list[str], cursor: _Cursor, start: int) -> None:
        text = (
            cursor.lines[start]
            if cursor.position == start + 1
            else "".join(cursor.lines[start : cursor.position])
        )
        if MARKS.search(text):
            self._refuse(text, f"bytes that are not {self.writer.found.encoding}")
        elif "\0" in text:
            self._refuse(text, "contains a NUL byte")
        elif len(row) == len(self.writer.columns):
            self.number += 1
            self.writer.add(self.number, [cell.strip() for cell in row] if self.dialect.padding else row)
        elif cursor.position > start + 1 and self._swallowed(cursor.lines[start + 1 : cursor.position]):
            cursor.position = start + 1
            self._refuse(cursor.lines[start], "a quote is opened and not closed")
        else:
            self._refuse(text, _miscount(len(row), len(self.writer.columns)))

    def _swallowed(self, lines: list[str]) -> bool:
        """Whether one of these lines is a row by itself."""
        for line in lines:
            try:
                if len(next(self.dialect.reader(iter([line]), strict=True))) == len(self.writer.columns):
                    return True
            except csv.Error:
                continue
        return False

    def _refuse(self, text: str, reason: str) -> None:
        self.number += 1
        self.writer.refuse(self.number, show_marks(text.rstrip("\r\n")), reason)


def _well_quoted(data: np.ndarray, quote: int, delimiter: int) -> bool:
    """Every line has an even number of quotes, each opening at a field's beginning and closing at its end."""
    places = np.flatnonzero(data == quote)
    if (np.diff(np.searchsorted(places, np.flatnonzero(data == LINE_FEED)), prepend=0) % 2).any() or len(
        places
    ) % 2:
        return False
    # A doubled quote inside a field looks like a field's end and the next one's beginning.
    framed = np.concatenate(([LINE_FEED], data, [LINE_FEED]))
    before, after = framed[places[::2]], framed[places[1::2] + 2]
    opens = (before == delimiter) | (before == LINE_FEED) | (before == quote)
    closes = (after == delimiter) | (after == LINE_FEED) | (after == CARRIAGE_RETURN) | (after == quote)
    return bool(opens.all() and closes.all())


def _without_lines(data: bytes, count: int) -> tuple[bytes, int]:
    start = 0
    while count and start < len(data):
        end = data.find(b"\n", start)
        start, count = (len(data) if end < 0 else end + 1), count - 1
    return data[start:], count


def _count_lines(data: bytes) -> int:
    """Lines that are not empty."""
    array = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(array == 10)
    if not len(data) or array[-1] != 10:
        ends = np.append(ends, len(data))
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts
    carriage = np.zeros(len(ends), bool)
    filled = lengths > 0
    carriage[filled] = array[ends[filled] - 1] == 13
    return int((lengths - carriage > 0).sum())


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _miscount(actual: int, expected: int) -> str:
    return f"{actual} fields where {expected} belong"


def _open_quote(error: csv.Error) -> bool:
    return "unexpected end of data" in str(error)


def _explain(error: csv.Error) -> str:
    said = str(error)
    if _open_quote(error):
        return "a quote is opened and not closed"
    if "expected after" in said:
        return "text after a closing quote"
    return "a line break inside a value without quotes" if "new-line" in said else said
