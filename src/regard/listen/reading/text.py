"""Reads a text table: delimited, aligned by blanks or fixed widths, or one value a line."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from regard.errors import UnreadableFileError
from regard.listen.reading.aligned import read_aligned, tell_alignment
from regard.listen.reading.delimited import DelimitedReader
from regard.listen.reading.dialect import NONE, Dialect, one_column, tell_dialect
from regard.listen.reading.encoding import detect_encoding, utf8_chunks
from regard.listen.reading.sheets import Found, Hints, Sheet, SheetWriter

SAMPLE_BYTES = 512 * 1024


def read_text(path: Path, name: str, hints: Hints) -> list[Sheet]:
    """The one sheet of a text table."""
    encoding, clean = detect_encoding(path, hints)
    chunks = utf8_chunks(path, encoding, clean=clean)
    first, chunks = _first_filled(chunks)
    if not first.strip():
        raise UnreadableFileError(f"{name} is empty.", hint="Hand in a file with at least one row.")
    sample, whole = _sample(first)
    found = Found("csv", encoding)
    dialect = None if hints.widths else tell_dialect(sample, hints, whole=whole)
    if dialect is None:
        alignment = tell_alignment(sample, hints)
        if alignment:
            return [read_aligned(chunks, alignment, name, found, hints)]
        dialect = one_column(sample, hints)
        _refuse_wrapped(sample, name)
    _describe(found, dialect)
    writer = SheetWriter(name, dialect.columns, found, hints)
    DelimitedReader(dialect, writer).read(chunks)
    return [writer.finish()]


def _first_filled(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Enough of the beginning to tell the layout from, and all pieces."""
    taken: list[bytes] = []
    for chunk in chunks:
        if taken or chunk.strip():
            taken.append(chunk)
        if sum(map(len, taken)) > SAMPLE_BYTES:
            break
    return b"".join(taken), chain(taken, chunks)


def _sample(first: bytes) -> tuple[str, bool]:
    """Whole lines from the beginning, and whether that is all of the file."""
    if b"\n" not in first:
        first = first.replace(b"\r", b"\n")
    if len(first) <= SAMPLE_BYTES:
        return first.decode(), True
    end = first.rfind(b"\n", 0, SAMPLE_BYTES) + 1
    return first[: end or SAMPLE_BYTES].decode(errors="ignore"), False


def _refuse_wrapped(sample: str, name: str) -> None:
    """A table whose lines were each put in quotes as a whole, as when it is saved as a CSV of one column."""
    lines = [line.strip() for line in sample.splitlines() if line.strip()]
    inside = [line[1:-1].count(",") for line in lines if len(line) > 2 and line[0] == line[-1] == '"']
    if len(lines) > 2 and len(inside) == len(lines) and min(inside) == max(inside) > 1:
        raise UnreadableFileError(
            f"Each line of {name} stands in quotes as a whole, so that it is one column.",
            hint="Export the table again, or take the quotes away at the beginning and end of each line.",
        )


def _describe(found: Found, dialect: Dialect) -> None:
    found.delimiter = "none" if dialect.delimiter == NONE else dialect.delimiter
    found.quote = dialect.quote or None
    found.header, found.header_certain = dialect.header, dialect.header_certain
    found.padding, found.skipped_lines = dialect.padding, dialect.skipped_lines
    if not dialect.header_certain:
        found.notes.append("Nothing but text: whether the first row is a header is a guess.")
