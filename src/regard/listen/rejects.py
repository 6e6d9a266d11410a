"""Rows that could not be used: listed, handed out for mending, taken in again."""

import csv
import io
import re
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import QuerySet
from django.utils import timezone

from regard.errors import InputError, NotFoundError
from regard.listen.mapping import TableMapping
from regard.listen.mapping_files import stored_mapping
from regard.listen.models import Import, Reject

REASON = "reason"  # the added column; `reject_reason` where the table has a reason of its own
UNREADABLE = "unreadable_row"  # the added column for what could not even be divided into columns
NUMBERED = re.compile(r"\(reject (\d+)\)\s*$")
FORMULA = re.compile(r"^'*[=+\-@\t\r]")
NEUTRALISED = r"^'('*[=+\-@\t\r])"


def list_rejects(*, import_id: int | None = None, waiting_only: bool = True) -> QuerySet[Reject]:
    """Rejects, newest import first; those mended since only if asked."""
    rejects = Reject.objects.select_related("of_import").order_by("-of_import_id", "row_number")
    rejects = rejects.filter(of_import_id=import_id) if import_id is not None else rejects
    return rejects.filter(retried_at=None) if waiting_only else rejects


def export_rejects(import_id: int, *, table: str = "") -> str:
    """The waiting rejects of one table of an import as CSV with the reason added, for mending and handing in again."""
    if not Import.objects.filter(pk=import_id).exists():
        raise NotFoundError(f"There is no import {import_id}.", hint="`regard rejects list` shows them.")
    waiting = list_rejects(import_id=import_id)
    names = sorted(set(waiting.values_list("table", flat=True)))
    if not table and len(names) > 1:
        raise InputError(
            f"Import {import_id} has rejects of several tables.", hint=f"Say one of: {', '.join(names)}."
        )
    rows = list(waiting.filter(table=table) if table else waiting)
    headers = _headers(waiting, table or names[0] if names else "")
    columns = list(dict.fromkeys([*headers, *(column for reject in rows for column in reject.row)]))
    added = reason_column(columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*columns, added])
    for reject in rows:
        cells = [neutralise(str(reject.row.get(column) or "")) for column in columns]
        writer.writerow([*cells, neutralise(f"{reject.reason} (reject {reject.pk})")])
    return out.getvalue()


def _headers(waiting: QuerySet[Reject], table: str) -> tuple[str, ...]:
    """All columns of the table, so that the mended file is recognised as it."""
    first = waiting.first()
    mapping = stored_mapping(first.of_import.source) if first else None
    return next((t.headers for t in (mapping.tables if mapping else ()) if t.name == table), ())


def source_of_export(rows: pa.Table) -> str:
    """The source whose rejects an export holds."""
    name = next((name for name in (f"reject_{REASON}", REASON) if name in rows.column_names), "")
    found = [NUMBERED.search(reason or "") for reason in rows[name].to_pylist()] if name else []
    numbers = [int(match[1]) for match in found if match]
    reject = Reject.objects.select_related("of_import").filter(pk__in=numbers[:1]).first()
    if reject is None:
        raise InputError("This is no export of rejects.", hint="Make one with `regard rejects export`.")
    return reject.of_import.source


def reason_column(columns: Iterable[str]) -> str:
    return REASON if REASON not in columns else f"reject_{REASON}"


def neutralise(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; `restore_rows` takes the quote away again."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def restore_rows(rows: pa.Table, table: TableMapping) -> tuple[pa.Table, dict[int, int]]:
    """Rows of a mended export as they were meant, and which row answers which reject; other rows unchanged."""
    added = reason_column(table.headers)
    if added not in rows.column_names or added in table.headers:
        return rows, {}
    found = [NUMBERED.search(reason or "") for reason in rows[added].to_pylist()]
    if not any(found):
        return rows, {}
    numbers = rows["_row"].to_pylist()
    answers = {number: int(match[1]) for number, match in zip(numbers, found, strict=True) if match}
    for position, name in enumerate(rows.column_names):
        if name != "_row":
            meant = pc.replace_substring_regex(rows[name], NEUTRALISED, r"\1")
            rows = rows.set_column(position, name, meant)
    return rows.drop_columns([added, *({UNREADABLE} & set(rows.column_names))]), answers


def supersede_rejects(job: Import) -> None:
    """The very same file is handed in again: what it still cannot give is kept once, by the newer import."""
    earlier = Import.objects.filter(source=job.source, fingerprint=job.fingerprint).exclude(pk=job.pk)
    Reject.objects.filter(of_import__in=earlier, retried_at=None).update(retried_at=timezone.now())


def mark_retried(answers: dict[int, int], *, source: str) -> None:
    """These rejects of the source were handed in again and wait no longer; a row refused once more is kept anew."""
    if answers:
        waiting = Reject.objects.filter(pk__in=answers.values(), of_import__source=source, retried_at=None)
        waiting.update(retried_at=timezone.now())
