"""Writes company.xls and company.ods beside this file by xlwt and odfpy, which are needed for nothing else."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ORDERED = datetime(2026, 1, 5, 10, 30)  # noqa: DTZ001 - spreadsheets know no zone
GROUPS = ("Bestellung", "", "", "Kunde", "", "Lieferung", "Rabatt")
HEADER = ("Nr", "Datum", "Betrag", "Nr", "E-Mail", "Geliefert am", "")
PEOPLE = ("Kundennr", "Vorname", "Nachname", "E-Mail", "PLZ", "Geburtsdatum")


def orders() -> list[tuple[object, ...]]:
    """Twelve orders: when, how much, by whom, delivered on a day, rebate in per cent."""
    return [
        (f"B-{100 + n}", ORDERED + timedelta(days=n, minutes=n), 10.5 + n * 1.25, f"K{n % 4}",
         f"kunde{n % 4}@example.org", date(2026, 1, 8) + timedelta(days=n), n / 100)
        for n in range(12)
    ]  # fmt: skip


def people() -> list[tuple[object, ...]]:
    return [
        (f"K{n}", ("Änne", "Bernd", "Carla", "Dieter")[n], ("Groß", "Ott", "Stein", "Uhl")[n],
         f"kunde{n}@example.org", f"0{n}115", date(1980 + n, 3, 2))
        for n in range(4)
    ]  # fmt: skip


def write_xls() -> None:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    day, moment, money, percent = (
        xlwt.easyxf(num_format_str=form) for form in ("DD.MM.YYYY", "DD.MM.YYYY HH:MM", "#,##0.00 €", "0%")
    )
    styles = {date: day, datetime: moment}
    sheet = book.add_sheet("Bestellungen")
    sheet.write(1, 0, "Auszug aus dem Shop, Januar 2026")
    for start, end in ((0, 2), (3, 4)):
        sheet.write_merge(3, 3, start, end, GROUPS[start])
    sheet.write(3, 5, "Lieferung")
    sheet.write_merge(3, 4, 6, 6, "Rabatt")
    for column, name in enumerate(HEADER[:-1]):
        sheet.write(4, column, name)
    for line, row in enumerate(orders(), start=5):
        for column, value in enumerate(row):
            plain = xlwt.Style.default_style
            style = styles.get(type(value), {2: money, 6: percent}.get(column, plain))
            sheet.write(line, column, value, style)
    book.add_sheet("Leer")
    sheet = book.add_sheet("Kunden")
    for line, row in enumerate([PEOPLE, *people()], start=2):
        for column, value in enumerate(row):
            sheet.write(line, column, value, styles.get(type(value), xlwt.Style.default_style))
    book.save(str(FOLDER / "company.xls"))


def cell(value: Any, column: int, *, span: int = 1) -> Any:
    """A typed cell as office programs write it: the value beside what is shown."""
    from odf.table import TableCell
    from odf.text import P

    if isinstance(value, date):
        made = TableCell(valuetype="date", datevalue=value.isoformat())
    elif isinstance(value, float):
        kind = {2: "currency", 6: "percentage"}.get(column, "float")
        made = TableCell(valuetype=kind, value=str(value))
    else:
        made = TableCell(valuetype="string", numbercolumnsspanned=span) if value else TableCell()
    if value not in ("", None):
        made.addElement(P(text=str(value)))
    return made


def write_ods() -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow

    book = OpenDocumentSpreadsheet()
    sheet = Table(name="Bestellungen")
    sheet.addElement(TableColumn(numbercolumnsrepeated=7))
    sheet.addElement(TableRow(numberrowsrepeated=3))
    titles = TableRow()
    for column, (name, span) in enumerate((("Bestellung", 3), ("Kunde", 2), ("Lieferung", 1), ("Rabatt", 1))):
        titles.addElement(cell(name, column, span=span))
        for _ in range(span - 1):
            titles.addElement(CoveredTableCell())
    sheet.addElement(titles)
    for values in (HEADER, *orders()):
        row = TableRow()
        for column, value in enumerate(values):
            row.addElement(cell(value, column))
        sheet.addElement(row)
    rest = TableRow(numberrowsrepeated=1_048_000)  # what an office program leaves below
    rest.addElement(TableCell(numbercolumnsrepeated=1024))
    sheet.addElement(rest)
    book.spreadsheet.addElement(sheet)
    book.spreadsheet.addElement(Table(name="Leer"))
    sheet = Table(name="Kunden")
    sheet.addElement(TableRow(numberrowsrepeated=2))
    for values in (PEOPLE, *people()):
        row = TableRow()
        for value in values:
            row.addElement(cell(value, 0))
        sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    book.save(str(FOLDER / "company.ods"))


if __name__ == "__main__":
    write_xls()
    write_ods()
