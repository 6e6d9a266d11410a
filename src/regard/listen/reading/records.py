"""Reads JSON: one record a line (NDJSON), or a document with an array of records somewhere in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from regard.errors import UnreadableFileError
from regard.listen.reading.encoding import MARKS, detect_encoding, lines_of, show_marks, utf8_chunks
from regard.listen.reading.sheets import MOST_COLUMNS, Found, Hints, Sheet, SheetWriter

DOCUMENT_LIMIT = 1024**3  # a document is read at once, unlike lines


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    record: dict[str, str | None] | None
    reason: str = ""


def read_records(path: Path, name: str, hints: Hints) -> list[Sheet]:
    """The one sheet of a JSON file; nested objects are flattened, their keys joined by dots."""
    encoding, clean = detect_encoding(path, hints)
    if hints.records_path is None and _is_lines(path, encoding, clean):
        return [_read_lines(path, name, encoding, clean, hints)]
    if path.stat().st_size > DOCUMENT_LIMIT:
        raise UnreadableFileError(
            f"{name} is one JSON document of more than {DOCUMENT_LIMIT // 1024**2} MB.",
            hint="Write one record a line (NDJSON).",
        )
    text = b"".join(utf8_chunks(path, encoding, clean=clean))
    try:
        document = _decoder().decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableFileError(f"{name} is not whole JSON: {error}.", hint="Export it again.") from error
    return [_read_document(document, name, encoding, hints)]


def _is_lines(path: Path, encoding: str, clean: bool) -> bool:
    """Whether each of the first lines that can be read is a record by itself."""
    decoder = _decoder()
    read = failed = 0
    for line in lines_of(utf8_chunks(path, encoding, clean=clean)):
        if not line.strip():
            continue
        try:
            value = decoder.decode(line)
        except (msgspec.DecodeError, RecursionError):
            value = None
        read, failed = (read + 1, failed) if isinstance(value, dict) else (read, failed + 1)
        if read + failed >= 20:
            break
    return read > 1 and read >= failed


def _read_lines(path: Path, name: str, encoding: str, clean: bool, hints: Hints) -> Sheet:
    columns: dict[str, None] = {}
    for line in _lines(path, encoding, clean):
        columns.update(dict.fromkeys(line.record or ()))
        if len(columns) > MOST_COLUMNS:
            break  # the writer says so
    writer = SheetWriter(name, list(columns), Found("ndjson", encoding), hints)
    for line in _lines(path, encoding, clean):
        if line.record is None:
            writer.refuse(line.number, line.text, line.reason)
        else:
            writer.add(line.number, [line.record.get(column) for column in columns])
    return writer.finish()


def _lines(path: Path, encoding: str, clean: bool) -> Iterator[_Line]:
    decoder = _decoder()
    number = 0
    for text in lines_of(utf8_chunks(path, encoding, clean=clean)):
        if not text.strip():
            continue
        number += 1
        if MARKS.search(text):
            yield _Line(number, show_marks(text), None, f"bytes that are not {encoding}")
            continue
        try:
            value = decoder.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            yield _Line(number, text, None, f"not JSON: {error}")
            continue
        if isinstance(value, dict):
            yield _Line(number, text, _flat(value))
        else:
            yield _Line(number, text, None, "not a JSON object")


def _read_document(document: Any, name: str, encoding: str, hints: Hints) -> Sheet:
    where, records = _find_records(document, hints.records_path, name)
    found = Found("json", encoding, records_path=where or None)
    rows = [_flat(record) if isinstance(record, dict) else {"value": _text(record)} for record in records]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if not columns:
        raise UnreadableFileError(f"{name} holds no records.", hint="Hand in an array of objects.")
    writer = SheetWriter(name, columns, found, hints)
    for number, row in enumerate(rows, start=1):
        writer.add(number, [row.get(column) for column in columns])
    return writer.finish()


def _find_records(document: Any, wanted: str | None, name: str) -> tuple[str, Sequence[Any]]:
    """The array of records: where told, else the longest of objects, else objects by key, else the document."""
    if wanted is not None:
        place = document
        for part in filter(None, wanted.split(".")):
            place = place.get(part) if isinstance(place, dict) else None
        if not isinstance(place, list):
            raise UnreadableFileError(
                f"{name} has no array at {wanted!r}.", hint="Name the path of the records."
            )
        return wanted, place
    if isinstance(document, list):
        return "", document
    arrays = list(_arrays(document, "", 0))
    if arrays:
        return max(arrays, key=lambda array: len(array[1]))
    return "", _keyed(document) or [document]


def _keyed(document: Any) -> list[dict[str, Any]]:
    """Records that stand under keys of their own, as in {"-Nx1": {…}, "-Nx2": {…}}; [] where that is none."""
    if not isinstance(document, dict) or len(document) < 2:
        return []
    records = list(document.values())
    if not all(isinstance(record, dict) and record for record in records):
        return []
    often = Counter(field for record in records for field in record)
    shared = sum(count for count in often.values() if count * 2 > len(records))
    if shared * 2 <= sum(often.values()):
        return []  # parts of one record that happen to be objects
    name = "key" if "key" not in often else "record_key"
    return [{name: key, **record} for key, record in document.items()]


def _arrays(value: Any, path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield path, value
    elif isinstance(value, dict) and depth < 5:
        for key, inner in value.items():
            yield from _arrays(inner, f"{path}.{key}" if path else key, depth + 1)


def _flat(record: Mapping[str, Any]) -> dict[str, str | None]:
    row: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value:
            for inner, cell in value.items():
                row[f"{key}.{inner}"] = _text(cell)
        else:
            row[key] = _text(value)
    return row


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.replace("\0", "") or None
    if value is None or value in ({}, []):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return msgspec.json.Encoder(decimal_format="number").encode(value).decode()
    return str(value)


def _decoder() -> "msgspec.json.Decoder[Any]":
    # Numbers keep the digits they are written with.
    return msgspec.json.Decoder(float_hook=Decimal)
