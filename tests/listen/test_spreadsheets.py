"""Workbooks as offices keep them: several sheets, rows above the table, merged headings, typed cells."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from regard.know.models import Identity
from regard.ledger.queries import events
from regard.listen.actions import import_file
from regard.listen.models import Import, Reject
from regard.listen.reading import Hints, read_file
from tests.listen.files import make_books

FILES = Path(__file__).parent / "files"
pytestmark = pytest.mark.django_db


def write_xlsx(path: Path) -> Path:
    """The same company as in the files beside, as Excel keeps it."""
    with xlsxwriter.Workbook(str(path)) as book:
        day, moment, money, percent = (
            book.add_format({"num_format": form})
            for form in ("dd.mm.yyyy", "dd.mm.yyyy hh:mm", "#,##0.00 €", "0%")
        )
        sheet = book.add_worksheet("Bestellungen")
        sheet.merge_range(1, 0, 1, 6, "Auszug aus dem Shop, Januar 2026")
        sheet.merge_range(3, 0, 3, 2, "Bestellung")
        sheet.merge_range(3, 3, 3, 4, "Kunde")
        sheet.write(3, 5, "Lieferung")
        sheet.merge_range(3, 6, 4, 6, "Rabatt")
        sheet.write_row(4, 0, make_books.HEADER[:-1])
        for line, row in enumerate(make_books.orders(), start=5):
            for column, value in enumerate(row):
                sheet.write(line, column, value, {1: moment, 2: money, 5: day, 6: percent}.get(column))
        book.add_worksheet("Leer")
        sheet = book.add_worksheet("Kunden")
        for line, row in enumerate([make_books.PEOPLE, *make_books.people()], start=2):
            for column, value in enumerate(row):
                sheet.write(line, column, value, day if isinstance(value, date) else None)
    return path


@pytest.fixture(params=["xls", "ods", "xlsx"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "xlsx":
        return write_xlsx(tmp_path / "company.xlsx")
    return FILES / f"company.{request.param}"


def test_a_workbook_is_taken_in_with_all_its_sheets(book: Path) -> None:
    done: Import = import_file(book, source="office", actor="ann")
    assert (done.state, done.rows_read, done.rejected_rows) == ("done", 16, 0)
    rows = events().to_pyarrow().to_pylist()
    orders = {row["subject"]: row for row in rows if row["name"] == "order.completed"}
    assert len(orders) == 12
    assert {row["person"] for row in orders.values()} == {f"office:K{n}" for n in range(4)}
    first = orders["order:B-101"]
    assert first["amount"] == Decimal("11.75")
    assert first["occurred_at"] == datetime(2026, 1, 6, 9, 31, tzinfo=UTC)  # 10:31 in Berlin
    assert '"rabatt":0.01' in first["data"]
    delivered = {row["subject"]: row["occurred_at"] for row in rows if row["name"] == "order.delivered"}
    assert delivered["order:B-101"] == datetime(2026, 1, 9, 12, tzinfo=UTC)
    anne = Identity.objects.get(person="office:K0")
    assert (anne.fields["given_name"], anne.fields["family_name"]) == ("Änne", "Groß")
    assert (anne.fields["postcode"], anne.fields["birth_date"]) == ("00115", "1980-03-02")
    assert not Reject.objects.exists()
    again = import_file(book, source="office", actor="ann")
    assert (again.events_added, again.duplicate_rows) == (0, 16)


def test_headings_over_merged_cells_become_one_header(book: Path) -> None:
    orders, people = read_file(book, hints=Hints())
    assert orders.columns == [
        "Bestellung Nr", "Bestellung Datum", "Bestellung Betrag", "Kunde Nr", "Kunde E-Mail",
        "Lieferung Geliefert am", "Rabatt",
    ]  # fmt: skip
    assert (orders.row_count, people.row_count) == (12, 4)
    assert people.columns == list(make_books.PEOPLE)


UNNAMED: list[list[list[object]]] = [
    [["Nr", "Name", "", "Betrag"], ["A1", "Meier", "ja", 5.5], ["A2", "Kunz", "nein", 7.25], ["A3", "Uhl", "", 1.5]],
    [["Nr", "", "Ort", "Name"], ["A1", "x", "Bonn", "Meier"], ["A2", "y", "Köln", "Kunz"], ["A3", "z", "Ulm", "Uhl"]],
]  # fmt: skip


@pytest.mark.parametrize("rows", UNNAMED)
def test_a_column_without_a_name_makes_no_second_header_row(tmp_path: Path, rows: list[list[object]]) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx")) as made:
        sheet = made.add_worksheet()
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
    (read,) = read_file(tmp_path / "book.xlsx", hints=Hints())
    assert read.row_count == 3
    assert read.columns[0] == "Nr"
