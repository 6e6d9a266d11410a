"""What the first rows of a file would become, for a person to judge a mapping by."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from regard.listen.actions import open_sheets
from regard.listen.intake import new_context
from regard.listen.mapping import SourceMapping
from regard.listen.pipeline import Chunk, Context, run_steps
from regard.listen.reading import Hints, Sheet
from regard.listen.rejects import restore_rows
from regard.listen.sources import expect_table, hints_for

SHOWN = (
    "name",
    "occurred_at",
    "subject",
    "amount",
    "currency",
    "instrument",
    "score",
    "touchpoint",
    "text",
    "data",
)


@dataclass
class PreviewRow:
    """One row: as it stands in the file, and what it becomes."""

    number: int
    row: dict[str, str | None]
    person: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    attributes: str = ""  # JSON
    identity: dict[str, str] = field(default_factory=dict)
    reason: str = ""  # why it would be kept aside


@dataclass(frozen=True)
class SheetPreview:
    """The first rows of one sheet, and the table of the mapping that it was recognised as."""

    sheet: str
    table: str
    rows: list[PreviewRow]


def preview(
    path: Path, *, mapping: SourceMapping, hints: Hints | None = None, limit: int = 10
) -> list[SheetPreview]:
    """What the first rows of each sheet would become; nothing is written."""
    known = hints_for(mapping, path.name, hints or Hints())
    sheets = open_sheets(path, known)
    try:
        return [preview_sheet(sheet, path.name, mapping, known, limit=limit) for sheet in sheets]
    finally:
        for sheet in sheets:
            sheet.close()


def preview_sheet(
    sheet: Sheet, file_name: str, mapping: SourceMapping, hints: Hints, *, limit: int
) -> SheetPreview:
    """What the first rows of a sheet would become."""
    table = expect_table(mapping, sheet, file_name)
    context = new_context(mapping, hints)
    try:
        context.enter(sheet)
        rows, _ = restore_rows(sheet.head(limit), table)
        chunk = run_steps(Chunk(table, rows), context)
        return SheetPreview(sheet.name, table.name, _rows(chunk, rows, context))
    finally:
        context.con.close()


def _rows(chunk: Chunk, rows: pa.Table, context: Context) -> list[PreviewRow]:
    """The chunk's rows with what the steps made of each."""
    found = {
        row["_row"]: PreviewRow(row.pop("_row"), row, reason=chunk.rejects.get(number, ""))
        for row, number in zip(rows.to_pylist(), rows["_row"].to_pylist(), strict=True)
    }
    for number, person in context.con.execute("SELECT _row, person FROM chunk").fetchall():
        found[number].person = person
    for event in context.con.sql(f"SELECT _row, {', '.join(SHOWN)} FROM fresh").to_arrow_table().to_pylist():
        found[event.pop("_row")].events.append({k: v for k, v in event.items() if v is not None})
    if chunk.attributes is not None:
        told = context.con.execute("SELECT _row, data FROM said ORDER BY _row").fetchall()
        for number, data in told:
            found[number].attributes = data
    for row in found.values():
        row.identity = {f: str(row.row[c]) for f, c in chunk.table.identity.items() if row.row.get(c)}
    return list(found.values())
