"""JSON documents and lines."""

from pathlib import Path

import pytest

from regard.errors import UnreadableFileError
from regard.listen.reading import Hints, Sheet, read_file


def read(folder: Path, text: str | bytes, hints: Hints | None = None) -> Sheet:
    path = folder / "records.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    (sheet,) = read_file(path, hints=hints or Hints())
    return sheet


def rows(sheet: Sheet) -> list[dict[str, str | None]]:
    return [{key: value for key, value in row.items() if key != "_row"} for row in sheet.table().to_pylist()]


def test_lines_of_objects_are_rows_and_broken_ones_refused(tmp_path: Path) -> None:
    sheet = read(tmp_path, '{"a": 1}\n{"b": {"c": "x"}, "a": null}\n{"a": \n\n[1]\n')
    assert rows(sheet) == [{"a": "1", "b.c": None}, {"a": None, "b.c": "x"}]
    assert [(refused.row_number, refused.text) for refused in sheet.refused] == [(3, '{"a": '), (4, "[1]")]
    assert (sheet.row_count, sheet.found.format) == (4, "ndjson")


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    sheet = read(tmp_path, '[{"a": 1.10, "b": 12345678901234567890, "c": [1.50], "d": true}]')
    assert rows(sheet) == [{"a": "1.10", "b": "12345678901234567890", "c": "[1.50]", "d": "true"}]


def test_the_records_of_a_document_are_found(tmp_path: Path) -> None:
    text = '{"meta": {"pages": [{"n": 1}]}, "data": {"items": [{"a": 1}, {"a": 2}]}}'
    sheet = read(tmp_path, text)
    assert (sheet.found.records_path, rows(sheet)) == ("data.items", [{"a": "1"}, {"a": "2"}])
    assert rows(read(tmp_path, text, Hints(records_path="meta.pages"))) == [{"n": "1"}]
    with pytest.raises(UnreadableFileError, match="no array"):
        read(tmp_path, text, Hints(records_path="nowhere"))


def test_an_indented_document_is_a_document(tmp_path: Path) -> None:
    assert rows(read(tmp_path, '[\n  {"a": 1},\n  {"a": 2}\n]\n')) == [{"a": "1"}, {"a": "2"}]
    assert rows(read(tmp_path, '{\n  "a": 1,\n  "b": 2\n}')) == [{"a": "1", "b": "2"}]


def test_empty_records_are_not_counted(tmp_path: Path) -> None:
    sheet = read(tmp_path, '[{"text": "x", "class": 0}, {"text": "", "class": null}, {}]')
    assert (sheet.row_count, sheet.found.blank_rows) == (1, 2)


def test_bad_bytes_refuse_their_line(tmp_path: Path) -> None:
    good = '{"a": "ü ö ä é"}\n'.encode()
    sheet = read(tmp_path, good * 3 + b'{"a": "\xfc"}\n' + good)
    assert [(refused.row_number, refused.reason) for refused in sheet.refused] == [
        (4, "bytes that are not utf-8")
    ]


def test_broken_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="whole JSON"):
        read(tmp_path, '[{"a": 1}, {"a"')
    with pytest.raises(UnreadableFileError, match="whole JSON"):
        read(tmp_path, "[" * 100_000)


def test_no_records_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no records"):
        read(tmp_path, "[]")


def test_records_under_keys_of_their_own_are_rows(tmp_path: Path) -> None:
    sheet = read(tmp_path, '{"-N1": {"id": 1, "total": 2.5}, "-N2": {"id": 2, "total": 3}, "-N3": {"id": 3}}')
    assert sheet.columns == ["key", "id", "total"]
    assert [row["key"] for row in sheet.table().to_pylist()] == ["-N1", "-N2", "-N3"]
    (one,) = read(tmp_path, '{"who": {"name": "x"}, "what": {"price": 3}}').table().to_pylist()
    assert one["who.name"] == "x"


def test_keys_without_end_are_refused_with_a_way_out(tmp_path: Path) -> None:
    lines = "\n".join(f'{{"id": {n}, "k{n}": 1}}' for n in range(3000))
    with pytest.raises(UnreadableFileError, match="more than 2,000 columns"):
        read(tmp_path, lines)


def test_a_cell_that_is_a_file_of_its_own_refuses_its_row(tmp_path: Path) -> None:
    sheet = read(tmp_path, '{"id": 1, "text": "' + "x" * 5_000_000 + '"}\n{"id": 2, "text": "hi"}\n')
    assert sheet.table()["id"].to_pylist() == ["2"]
    (refused,) = sheet.refused
    assert (refused.row_number, refused.reason) == (1, "`text` is longer than 4 MB")
