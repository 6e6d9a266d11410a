"""One import under way: chunk after chunk, each taken in exactly once however often the process dies.

What a chunk will change is noted first (`pending`), then written to `know` and the lake, each idempotent by key,
then counted in one transaction. After a crash the chunk is computed again: what the lake already holds is not
written twice, and the counts are those noted.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from regard.know.actions import register_identities
from regard.ledger import lake
from regard.ledger.actions import append_events
from regard.ledger.lock import hold_writer
from regard.listen.mapping import SourceMapping, TableMapping
from regard.listen.models import Import, Reject
from regard.listen.pipeline import UNDERSTAND, Chunk, Context, Counts, prepare, pretend, run_steps
from regard.listen.reading import Hints, Sheet, profile_sheet
from regard.listen.rejects import REASON, mark_retried, restore_rows
from regard.listen.sources import expect_table

CHUNK_ROWS = 131_072
Progress = Callable[[Import], None]


class Cancelled(Exception):
    """The import was cancelled from outside while it ran."""


@dataclass(frozen=True)
class Part:
    """The next piece of a file: rows of one sheet, or the rows of it that could not be read."""

    number: int
    sheet: Sheet
    table: TableMapping
    rows: pa.Table | None


class Intake:
    """Runs one import."""

    def __init__(
        self, job: Import, mapping: SourceMapping, *, dry_run: bool = False, progress: Progress | None = None
    ) -> None:
        self.job = job
        self.mapping = mapping
        self.dry_run = dry_run
        self.progress = progress
        self.done: int = job.details.get("parts_done", 0)
        self.pending: dict[str, Any] | None = job.details.get("pending")

    def run(self, sheets: list[Sheet], hints: Hints) -> None:
        """Take in all rows of all sheets."""
        tables = [expect_table(self.mapping, sheet, self.job.file_name) for sheet in sheets]
        self.job.state = Import.State.RUNNING
        self.job.rows_total = sum(sheet.row_count for sheet in sheets)
        self.job.details["sheets"] = [
            {"sheet": sheet.name, "table": table.name, "rows": sheet.row_count, "found": asdict(sheet.found)}
            for sheet, table in zip(sheets, tables, strict=True)
        ]
        self._save()
        context = new_context(self.mapping)
        try:
            for part in _parts(sheets, tables):
                if part.rows is not None and part.number % 1 == 0:
                    context.profiles = self._profiles(part, hints, context)
                self._take(part, context)
        finally:
            context.con.close()
        self.job.state, self.job.ended_at = Import.State.DONE, timezone.now()
        self._save()
