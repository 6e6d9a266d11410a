"""Archives, spreadsheets, and files that are not what their name says."""

import gzip
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from regard.errors import NotFoundError, UnreadableFileError
from regard.listen.reading import Hints, Sheet, read_file
from regard.listen.reading.refused import Refused, RefusedRows

CSV = b"id,name\n1,anna\n2,bo\n"


def read(folder: Path, name: str, data: bytes, hints: Hints | None = None) -> list[Sheet]:
    path = folder / name
    path.write_bytes(data)
    return read_file(path, hints=hints or Hints())


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("Kunden")
        sheet.write_row(0, 0, ["Kundenliste"])
        sheet.write_row(2, 0, ["Nr", "Name", "Seit", "Umsatz", "Aktiv"])
        sheet.write_row(3, 0, [1, "Anna", date(2020, 1, 2), 12.5, True])
        sheet.write_row(5, 0, [2, "Bo", datetime.fromisoformat("2020-01-03 04:05:06"), 0.1 + 0.2, False])
        book.add_worksheet("leer")
        book.add_worksheet("Orte").write_row(0, 0, ["Ort", "PLZ"])
        book.get_worksheet_by_name("Orte").write_row(1, 0, ["Bern", 3000])


def test_a_workbook_gives_its_filled_sheets_with_typed_cells_as_text(tmp_path: Path) -> None:
    workbook(tmp_path / "x.xlsx")
    kunden, orte = read_file(tmp_path / "x.xlsx", hints=Hints())
    assert (kunden.name, orte.name) == ("Kunden", "Orte")
    assert kunden.columns == ["Nr", "Name", "Seit", "Umsatz", "Aktiv"]
    assert [list(row.values()) for row in kunden.table().to_pylist()] == [
        [1, "1", "Anna", "2020-01-02", "12.5", "true"],
        [3, "2", "Bo", "2020-01-03 04:05:06", "0.3", "false"],
    ]
    assert (kunden.row_count, kunden.found.blank_rows, kunden.found.format) == (2, 1, "xlsx")
    assert orte.table()["PLZ"].to_pylist() == ["3000"]


def test_a_workbook_called_csv_is_a_workbook(tmp_path: Path) -> None:
    workbook(tmp_path / "x.csv")
    assert read_file(tmp_path / "x.csv", hints=Hints())[0].found.format == "xlsx"


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    workbook(tmp_path / "x.xlsx")
    data = (tmp_path / "x.xlsx").read_bytes()
    with pytest.raises(UnreadableFileError, match="broken"):
        read(tmp_path, "y.xlsx", data[: len(data) // 2])
    with pytest.raises(UnreadableFileError, match="spreadsheet"):
        read(tmp_path, "z.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000)


def test_gzip_is_unpacked_and_told(tmp_path: Path) -> None:
    (sheet,) = read(tmp_path, "orders.csv.gz", gzip.compress(CSV))
    assert (sheet.row_count, sheet.name, sheet.found.compression) == (2, "orders", "gzip")


def test_a_zip_gives_the_sheets_of_all_its_files(tmp_path: Path) -> None:
    files = {"a/x.csv": CSV, "b/x.json": b'[{"a":1}]', "__MACOSX/x.csv": b"junk", "a/.hidden": b"junk"}
    sheets = read(tmp_path, "all.zip", zipped(files))
    assert [(sheet.name, sheet.row_count, sheet.found.format) for sheet in sheets] == [
        ("x", 2, "csv"),
        ("x", 1, "json"),
    ]


def test_paths_in_a_zip_lead_nowhere_else(tmp_path: Path) -> None:
    (sheet,) = read(tmp_path, "evil.zip", zipped({"../../../escaped.csv": CSV}))
    assert sheet.name == "escaped"
    assert not list(tmp_path.parent.glob("escaped*"))


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped({"x.csv": data})])
def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, pack: object) -> None:
    bomb = pack(b"a,b\n" + b"0,0\n" * 20_000_000)  # type: ignore[operator]
    with pytest.raises(UnreadableFileError, match="200 times"):
        read(tmp_path, "bomb.packed", bomb)


def test_what_unpacks_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    for name, data in (
        ("x.gz", gzip.compress(CSV * 100)),
        ("x.zip", zipped({"a.csv": CSV * 30, "b.csv": CSV * 30})),
    ):
        with pytest.raises(UnreadableFileError, match="REGARD_UNPACKED_LIMIT_MB"):
            read(tmp_path, name, data, Hints(unpacked_limit=1000))


def test_a_workbook_bomb_is_refused(tmp_path: Path) -> None:
    bomb = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b" " * 50_000_000})
    with pytest.raises(UnreadableFileError, match="200 times"):
        read(tmp_path, "bomb.xlsx", bomb)


def test_archives_in_archives_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="within an archive"):
        read(tmp_path, "x.zip", zipped({"y.zip": zipped({"a.csv": CSV})}))
    with pytest.raises(UnreadableFileError, match="within an archive"):
        read(tmp_path, "x.gz.gz", gzip.compress(gzip.compress(CSV)))


def test_a_cut_gzip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="cut short"):
        read(tmp_path, "x.csv.gz", gzip.compress(CSV * 1000)[:-20])


def test_an_empty_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no files"):
        read(tmp_path, "x.zip", zipped({}))


@pytest.mark.parametrize("data", [b"%PDF-1.7 x", b"\x89PNG\r\n", b"BZh91AY", b"SQLite format 3\0"])
def test_foreign_formats_are_named(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="Hand in CSV"):
        read(tmp_path, "x.csv", data)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_file(tmp_path / "nothing.csv", hints=Hints())


def test_parquet_columns_become_text(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table(
        {
            "n": [1.0, 2.5, None],
            "at": pa.array(
                [datetime.fromisoformat("2020-01-02 03:04:05Z"), None, None], pa.timestamp("us", "UTC")
            ),
            "day": [date(2020, 1, 2), None, None],
            "who": [{"name": "Anna", "tags": ["a"]}, None, None],
        }
    )
    parquet.write_table(table, tmp_path / "x.bin")
    (sheet,) = read_file(tmp_path / "x.bin", hints=Hints())
    assert sheet.columns == ["n", "at", "day", "who.name", "who.tags"]
    assert [list(row.values()) for row in sheet.table().to_pylist()] == [
        [1, "1", "2020-01-02 03:04:05+0000", "2020-01-02", "Anna", '["a"]'],
        [2, "2.5", None, None, None, None],
    ]
    assert sheet.found.blank_rows == 1


def test_a_broken_member_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    packed = zipped({"good.csv": CSV, "picture.csv": b"\x89PNG\r\n", "torn.csv": CSV * 9})
    start = packed.index(b"torn.csv") + len("torn.csv")
    torn = packed[:start] + b"\x07\x07\x07" + packed[start + 3 :]
    (sheet,) = read(tmp_path, "all.zip", torn)
    assert sheet.table()["name"].to_pylist() == ["anna", "bo"]
    assert sorted((row.row_number, row.text) for row in sheet.refused) == [
        (0, "picture.csv"),
        (0, "torn.csv"),
    ]
    assert sheet.row_count == 4


def test_an_archive_without_any_readable_member_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"picture.csv is a picture"):
        read(tmp_path, "all.zip", zipped({"picture.csv": b"\x89PNG\r\n"}))


def test_refused_rows_beyond_memory_lie_in_a_file_and_read_the_same(tmp_path: Path) -> None:
    rows = RefusedRows(tmp_path)
    for number in range(3000):
        rows.append(Refused(number, "x\udcff\n" * 100, "wörd"))
    assert len(rows) == 3000
    assert rows[2999] == Refused(2999, "x\udcff\n" * 100, "wörd")
    assert [row.row_number for row in rows[1:4]] == [1, 2, 3]


def test_hidden_sheets_are_left_out_and_named(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "x.xlsx")) as book:
        for name in ("Seen", "Draft"):
            book.add_worksheet(name).write_column(0, 0, ["id", 1, 2])
        book.get_worksheet_by_name("Draft").hide()
    (seen,) = read_file(tmp_path / "x.xlsx", hints=Hints())
    assert (seen.name, seen.found.notes[-1]) == ("Seen", "Hidden sheets were left out: Draft.")


@pytest.mark.parametrize(
    "text", ["<html><table><tr><td>1</td></tr></table></html>", '<?xml version="1.0"?><Workbook/>']
)
def test_a_web_page_called_xls_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFileError, match="save it as XLSX"):
        read(tmp_path, "export.xls", text.encode())


def test_an_archive_of_files_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="more than 1,000 files"):
        read(tmp_path, "x.zip", zipped({f"{n}.csv": CSV for n in range(1001)}))
