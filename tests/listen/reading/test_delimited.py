"""Delimited text: what was written comes back, what is broken is refused with its number and text."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.errors import UnreadableFileError
from regard.listen.reading import Hints, Refused, Sheet, read_file
from regard.listen.reading import encoding as encodings

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]


def read(folder: Path, data: bytes, hints: Hints | None = None, name: str = "table.csv") -> Sheet:
    path = folder / name
    path.write_bytes(data)
    (sheet,) = read_file(path, hints=hints or Hints())
    return sheet


def rows(sheet: Sheet) -> list[list[str | None]]:
    return [list(row.values())[1:] for row in sheet.table().to_pylist()]


def numbers(sheet: Sheet) -> list[int]:
    return sheet.table()["_row"].to_pylist()


LETTERS = st.characters(codec="latin-1", exclude_characters="\0\x1a", exclude_categories=["Cc"])
CELL = st.text(st.one_of(LETTERS, st.sampled_from("\",;\t|\n '")), max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], str, str, str]:
    width = draw(st.integers(2, 5))
    body = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=20))
    delimiter = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\r\n", "\n"]))
    return body, delimiter, end, draw(st.sampled_from(ENCODINGS))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables(), every=st.booleans(), chunk=st.sampled_from([7, 64, 8 * 1024 * 1024]))
def test_what_the_csv_module_writes_comes_back_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: tuple, every: bool, chunk: int
) -> None:
    body, delimiter, end, encoding = table
    monkeypatch.setattr(encodings, "CHUNK", chunk)
    header = [f"column {i}" for i in range(len(body[0]))]
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([header, *body])
    # Quotes are read as doubled, delimiter and header as told: finding them out has tests of its own.
    hints = Hints(encoding=encoding, delimiter=delimiter, header=True, quote='"')
    sheet = read(tmp_path, out.getvalue().encode(encoding), hints)
    expected = [(i, [cell or None for cell in row]) for i, row in enumerate(body, start=1) if any(row)]
    assert sheet.refused == []
    assert list(zip(numbers(sheet), rows(sheet), strict=True)) == expected
    assert sheet.found.blank_rows == len(body) - len(expected)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.text(st.sampled_from('ab1",;\n\r \t'), min_size=1, max_size=200), chunk=st.sampled_from([5, 1024])
)
def test_rows_always_add_up_whatever_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, chunk: int
) -> None:
    monkeypatch.setattr(encodings, "CHUNK", chunk)
    try:
        sheet = read(tmp_path, data.encode(), Hints(delimiter=",", header=False))
    except UnreadableFileError:
        assert not data.strip()
        return
    seen = sorted([*numbers(sheet), *(refused.row_number for refused in sheet.refused)])
    assert len(seen) == len(set(seen)) == sheet.row_count
    assert not seen or seen[-1] <= sheet.row_count + sheet.found.blank_rows
    assert sheet.good_rows == len(rows(sheet))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.text(st.sampled_from('ab1",\n'), min_size=1, max_size=300))
def test_the_fast_way_and_the_careful_way_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    from regard.listen.reading.delimited import DelimitedReader

    text = "x,y\n1,2\n" + data
    hints = Hints(delimiter=",", header=True, quote='"')
    fast = read(tmp_path, text.encode(), hints)
    with monkeypatch.context() as patch:
        patch.setattr(DelimitedReader, "_clean", lambda self, data: False)
        careful = read(tmp_path, text.encode(), hints)
    assert rows(fast) == rows(careful)
    assert numbers(fast) == numbers(careful)
    assert fast.refused == careful.refused
    assert fast.found == careful.found


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [
        ["Name", "Ort", "Betrag"],
        ["Jürgen", "Köln", "12"],
        ["Zoë", "Orléans", "7"],
        ["Anna", "Bern", "9"],
    ]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    sheet = read(tmp_path, data)
    assert sheet.columns == lines[0]
    assert rows(sheet) == lines[1:]
    expected = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "latin-1": "cp1252"}.get(encoding, encoding)
    assert (sheet.found.encoding, sheet.found.delimiter) == (expected, delimiter)


def test_the_encoding_is_decided_from_the_last_byte_too(tmp_path: Path) -> None:
    data = b"name,city\n" + b"Anna,Bern\n" * 200_000 + "Jörg,Köln\n".encode("cp1252")
    sheet = read(tmp_path, data)
    assert sheet.found.encoding == "cp1252"
    assert rows(sheet)[-1] == ["Jörg", "Köln"]


def test_a_few_bad_bytes_refuse_their_rows_and_not_the_encoding(tmp_path: Path) -> None:
    good = "Jürgen,Köln,Straße\n".encode()
    sheet = read(tmp_path, b"name,city,street\n" + good * 20 + b"J\xfcrgen,Bern,x\n" + good)
    assert sheet.found.encoding == "utf-8"
    assert sheet.refused == [Refused(21, "J\\xfcrgen,Bern,x", "bytes that are not utf-8")]
    assert sheet.row_count == 22
    assert numbers(sheet) == [*range(1, 21), 22]


def test_a_row_with_too_many_or_too_few_fields_is_refused_as_it_stands(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n1,2,3\n")
    assert sheet.refused == [
        Refused(2, "4,5", "2 fields where 3 belong"),
        Refused(3, "6,7,8,9", "4 fields where 3 belong"),
    ]
    assert numbers(sheet) == [1, 4]


def test_a_stray_quote_costs_one_row_and_not_the_rest(tmp_path: Path) -> None:
    body = b'1,fine,2\n2,"open,3\n' + b"3,fine,4\n" * 10_000 + b'4,"a ""b"" c",5\n5,"two\nlines",6\n'
    sheet = read(tmp_path, b"id,text,n\n" + body)
    assert sheet.refused == [Refused(2, '2,"open,3', "a quote is opened and not closed")]
    assert rows(sheet)[-2:] == [["4", 'a "b" c', "5"], ["5", "two\nlines", "6"]]
    assert sheet.row_count == 10_004


def test_a_stray_quote_in_a_quoted_column_swallows_no_row(tmp_path: Path) -> None:
    sheet = read(tmp_path, b'id,text,n\n1,"a",1\n2,"b,2\n3,"c",3\n4,"d",4\n')
    assert [row[0] for row in rows(sheet)] == ["1", "3", "4"]
    assert [(refused.row_number, refused.text) for refused in sheet.refused] == [(2, '2,"b,2')]


def test_every_line_with_an_open_quote_ends_soon(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"a,b\n" + b'5","x\n' * 30_000, Hints(delimiter=",", header=True))
    assert sheet.row_count == 30_000


def test_text_after_a_closing_quote_is_refused(tmp_path: Path) -> None:
    sheet = read(tmp_path, b'a,b\n"x"y,1\n"z",2\n')
    assert sheet.refused == [Refused(1, '"x"y,1', "text after a closing quote")]


def test_inches_are_no_quotes(tmp_path: Path) -> None:
    sheet = read(tmp_path, b'size,price\n5" pipe,3\n6" x 4" pipe,4\n')
    assert rows(sheet) == [['5" pipe', "3"], ['6" x 4" pipe', "4"]]


def test_nul_bytes_refuse_their_row(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"a,b\n1,2\n3,\x004\n5,6\n")
    assert [(refused.row_number, refused.reason) for refused in sheet.refused] == [(2, "contains a NUL byte")]
    assert rows(sheet) == [["1", "2"], ["5", "6"]]


def test_rows_without_values_are_numbered_and_not_counted(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"a;b\n1;2\n;\n3;4\n;\n;\n\n\n")
    assert numbers(sheet) == [1, 3]
    assert (sheet.row_count, sheet.found.blank_rows) == (2, 3)


def test_blanks_behind_every_delimiter_are_padding(tmp_path: Path) -> None:
    sheet = read(tmp_path, b'id, name, city\n1, anna, bern\n2, , "a, b"\n')
    assert sheet.columns == ["id", "name", "city"]
    assert rows(sheet) == [["1", "anna", "bern"], ["2", None, "a, b"]]
    assert sheet.found.padding


def test_blanks_that_are_not_everywhere_stay(tmp_path: Path) -> None:
    assert rows(read(tmp_path, b"id,name\n1, anna\n2,bo \n")) == [["1", " anna"], ["2", "bo "]]


def test_header_names_are_made_unlike_and_blank_ones_named(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"id,,name,name,_row\n1,2,a,b,3\n2,3,c,d,4\n")
    assert sheet.columns == ["id", "column_2", "name", "name_2", "_row_2"]


def test_a_first_row_of_values_is_no_header(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"1,anna@example.com,2020-01-02\n2,bo@example.com,2020-01-03\n")
    assert not sheet.found.header
    assert sheet.columns == ["column_1", "column_2", "column_3"]
    assert sheet.row_count == 2


def test_a_header_can_be_told(tmp_path: Path) -> None:
    data = b"anna,bern\nbo,basel\n"
    assert read(tmp_path, data, Hints(header=False)).row_count == 2
    assert read(tmp_path, data, Hints(header=True)).columns == ["anna", "bern"]


def test_titles_above_the_table_are_skipped_and_counted(tmp_path: Path) -> None:
    data = b"Report of March\n\nid,name,amount\n1,anna,3\n2,bo,4\n3,cy,5\n4,di,6\n"
    sheet = read(tmp_path, data)
    assert sheet.columns == ["id", "name", "amount"]
    assert (sheet.row_count, sheet.found.skipped_lines) == (4, 1)


def test_the_delimiter_that_excel_declares_is_believed(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"sep=;\r\nname;x\r\na,b;1\r\nc,d;2\r\n")
    assert rows(sheet) == [["a,b", "1"], ["c,d", "2"]]


def test_a_decimal_comma_is_no_delimiter(tmp_path: Path) -> None:
    assert rows(read(tmp_path, b"1,5;2,5\n3,5;4,5\n6,25;1,5\n")) == [
        ["1,5", "2,5"],
        ["3,5", "4,5"],
        ["6,25", "1,5"],
    ]


def test_row_names_without_a_header_of_their_own_are_a_column(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"x,y\nanna,1,2\nbo,3,4\ncy,5,6\n")
    assert sheet.columns == ["column_1", "x", "y"]
    assert rows(sheet)[0] == ["anna", "1", "2"]


def test_one_column_is_a_table(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"comment\nGreat, thanks\nnot, so, good\nfine\n")
    assert sheet.columns == ["comment"]
    assert rows(sheet) == [["Great, thanks"], ["not, so, good"], ["fine"]]
    assert sheet.found.delimiter == "none"


def test_old_macintosh_line_ends_are_line_ends(tmp_path: Path) -> None:
    assert rows(read(tmp_path, b"a,b\r1,2\r3,4\r")) == [["1", "2"], ["3", "4"]]


def test_backslashes_before_quotes_are_understood(tmp_path: Path) -> None:
    sheet = read(tmp_path, b'id,text\n1,"say \\"hi\\" to, her"\n2,"plain"\n')
    assert rows(sheet) == [["1", 'say "hi" to, her'], ["2", "plain"]]


def test_a_huge_line_is_read(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"id,text\n1," + b"x" * 3_000_000 + b'\n2,"' + b"y\n" * 200_000 + b'z"\n')
    assert [len(row[1]) for row in rows(sheet)][:1] == [3_000_000]
    assert sheet.row_count >= 2


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"   \r\n"])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="empty"):
        read(tmp_path, data)


def test_a_header_alone_is_a_sheet_without_rows(tmp_path: Path) -> None:
    sheet = read(tmp_path, b"id,name\n", Hints(header=True))
    assert (sheet.columns, sheet.row_count, list(sheet.batches())) == (["id", "name"], 0, [])
    assert sheet.head().num_rows == 0


def test_binary_junk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="not text"):
        read(tmp_path, bytes(range(256)) * 100)


def test_an_unknown_encoding_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="utf-8"):
        read(tmp_path, b"a,b\n1,2\n", Hints(encoding="klingon"))


def test_a_sheet_is_read_twice_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    sheet = read(tmp_path, b"a,b\n1,2\n3,4\n", Hints(temporary=folder))
    assert list(folder.iterdir()) == []
    assert (
        [batch.num_rows for batch in sheet.batches()] == [batch.num_rows for batch in sheet.batches()] == [2]
    )


def test_the_two_header_lines_of_a_survey_platform_are_one_header(tmp_path: Path) -> None:
    text = "Respondent ID,How satisfied are you?,,Any comments?\n,Delivery,Service,Open-Ended Response\n"
    text += "".join(f"{n},{n % 5 + 1},{n % 4 + 1},fine\n" for n in range(8))
    sheet = read(tmp_path, text.encode())
    assert sheet.columns == [
        "Respondent ID", "How satisfied are you? Delivery", "How satisfied are you? Service",
        "Any comments? Open-Ended Response",
    ]  # fmt: skip
    assert sheet.row_count == 8


def test_a_delimiter_behind_a_backslash_divides_nothing(tmp_path: Path) -> None:
    text = "id|date|note\n" + "".join(f"{n}|2026-03-0{n}|a\\|b\n" for n in range(1, 9))
    sheet = read(tmp_path, text.encode(), name="x.txt")
    assert sheet.columns == ["id", "date", "note"]
    assert sheet.table()["note"].to_pylist() == ["a|b"] * 8


def test_lines_in_quotes_as_a_whole_are_refused_with_a_way_out(tmp_path: Path) -> None:
    text = '"id,date,total"\n' + "".join(f'"{n},2026-03-0{n},{n}.5"\n' for n in range(1, 9))
    with pytest.raises(UnreadableFileError, match="quotes as a whole"):
        read(tmp_path, text.encode())
