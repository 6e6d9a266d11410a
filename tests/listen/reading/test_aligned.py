"""Tables aligned by blanks or fixed widths."""

from pathlib import Path

from regard.listen.reading import Hints, Sheet, read_file


def read(folder: Path, text: str, hints: Hints | None = None) -> Sheet:
    path = folder / "table.txt"
    path.write_text(text)
    (sheet,) = read_file(path, hints=hints or Hints())
    return sheet


def rows(sheet: Sheet) -> list[list[str | None]]:
    return [list(row.values())[1:] for row in sheet.table().to_pylist()]


def test_columns_between_blanks(tmp_path: Path) -> None:
    sheet = read(tmp_path, " id   date   amount\n 0001 19970101  2.5\n 0002 19970102 12.5\n")
    assert sheet.columns == ["id", "date", "amount"]
    assert rows(sheet) == [["0001", "19970101", "2.5"], ["0002", "19970102", "12.5"]]
    assert (sheet.found.delimiter, sheet.found.header) == ("whitespace", True)


def test_numbers_from_the_first_line_on_have_no_header(tmp_path: Path) -> None:
    sheet = read(tmp_path, " 1 19970101  2.5\n 2 19970102 12.5\n")
    assert (sheet.row_count, sheet.found.header) == (2, False)


def test_columns_with_blanks_and_gaps_in_them(tmp_path: Path) -> None:
    text = (
        "name         street          city\nAnna Maria   Main St 5       Bern\n"
        "Bo           High Road 12\nCy           Low Road 1      Chur\n"
    )
    sheet = read(tmp_path, text)
    assert sheet.columns == ["name", "street", "city"]
    assert rows(sheet)[1] == ["Bo", "High Road 12", None]
    assert sheet.found.delimiter == "fixed"


def test_widths_can_be_told(tmp_path: Path) -> None:
    sheet = read(tmp_path, "00119970101Anna\n00219970102Bo\n", Hints(widths=(3, 8, 10)))
    assert rows(sheet) == [["001", "19970101", "Anna"], ["002", "19970102", "Bo"]]


def test_a_line_that_does_not_divide_alike_is_refused(tmp_path: Path) -> None:
    text = "".join(f" {i:04d} 19970101  2.5\n" for i in range(1, 100)) + " 0100 19970101\n"
    sheet = read(tmp_path, text)
    assert [(r.row_number, r.text, r.reason) for r in sheet.refused] == [
        (100, " 0100 19970101", "2 fields where 3 belong")
    ]


def test_prose_is_one_column(tmp_path: Path) -> None:
    sheet = read(tmp_path, "I liked it a lot.\nNot for me, no.\nWould buy it again, any time!\n")
    assert (sheet.found.delimiter, sheet.row_count, sheet.found.header) == ("none", 3, False)
