"""Reads spreadsheets: XLSX, XLS, XLSB and ODS, each sheet with anything in it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from regard.errors import UnreadableFileError
from regard.listen.reading.header import Head, find_first_row, find_grouped_header, find_header
from regard.listen.reading.sheets import Found, Hints, Sheet, SheetWriter

SAMPLE_ROWS = 1000


def read_workbook(path: Path, name: str, format: str, hints: Hints) -> list[Sheet]:
    """One sheet for each worksheet that has cells."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        tables = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        # what nobody sees who opens the workbook was not meant to be handed in
        shown = [sheet.name for sheet in tables if sheet.visible == SheetVisibleEnum.Visible]
        sheets = [_read_sheet(workbook.get_sheet_by_name(title), title, format, hints) for title in shown]
    except PasswordError as error:
        raise UnreadableFileError(f"{name} is locked.", hint="Save it without a password.") from error
    except (CalamineError, ValueError, OSError) as error:
        raise UnreadableFileError(
            f"{name} cannot be opened as a spreadsheet: {error}.", hint="Save it again as XLSX."
        ) from error
    filled = [sheet for sheet in sheets if sheet]
    hidden = [sheet.name for sheet in tables if sheet.name not in shown]
    if not filled:
        hint = "Show the hidden sheets that you mean." if hidden else "Hand in a file with at least one row."
        raise UnreadableFileError(f"{name} has no cells that can be seen.", hint=hint)
    if hidden:
        filled[0].found.notes.append(f"Hidden sheets were left out: {', '.join(hidden)}.")
    return filled


def _read_sheet(sheet: CalamineSheet, title: str, format: str, hints: Hints) -> Sheet | None:
    rows = _texts(sheet)
    sample = [row for row, _ in zip(rows, range(SAMPLE_ROWS), strict=False)]
    leading = next((index for index, row in enumerate(sample) if any(row)), None)
    if leading is None:
        return None
    width = len(sample[0])
    head = _grouped_header(sheet, sample, leading) if hints.header is not False else None
    head = head or find_header(sample[leading:], width=width, wanted=hints.header)
    first = leading + head.first_row
    found = Found(format, header=head.names is not None, header_certain=head.certain, skipped_lines=first)
    if head.rows > 1:
        found.notes.append(f"The names of the columns stand in {head.rows} rows.")
    writer = SheetWriter(title, head.names or [""] * width, found, hints)
    skip = first + (head.rows if head.names else 0)
    for number, row in enumerate(_texts(sheet), start=1 - skip):
        if number > 0:
            writer.add(number, row)
    return writer.finish()


def _grouped_header(sheet: CalamineSheet, sample: list[Sequence[str]], leading: int) -> Head | None:
    ranges = sheet.merged_cell_ranges  # None where the format does not tell
    rows = {top for (top, left), (_, right) in ranges or () if right > left}
    first = leading + find_first_row(sample[leading:], len(sample[0]))
    merged = None if ranges is None else first in rows
    return find_grouped_header(sample[leading:], width=len(sample[0]), merged=merged)


def _texts(sheet: CalamineSheet) -> Iterator[Sequence[str]]:
    for row in sheet.iter_rows():
        yield [cell if type(cell) is str else _text(cell) for cell in row]


def _text(cell: object) -> str:
    """A typed cell as text that reads the same in any country."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    return str(cell)
