"""One import under way: chunk after chunk, each taken in exactly once however often the process dies.

What a chunk will change is noted first (`pending`), then written to `know` and the lake, each idempotent by key,
then counted in one transaction. After a crash the chunk is computed again: what the lake already holds is not
written twice, and the counts are those noted.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from regard.errors import ConflictError
from regard.know.actions import register_identities
from regard.know.unheard import unheard_stretches
from regard.ledger import lake
from regard.ledger.actions import append_events
from regard.ledger.lock import hold_writer
from regard.listen.mapping import SourceMapping, TableMapping
from regard.listen.mapping_files import expect_table
from regard.listen.models import Import, Reject
from regard.listen.pipeline import UNDERSTAND, Chunk, Context, Counts, prepare, pretend, run_steps
from regard.listen.reading import Hints, Sheet
from regard.listen.rejects import UNREADABLE, mark_retried, restore_rows, supersede_rejects

CHUNK_ROWS = 262_144
REJECTS_AT_ONCE = 1000
WORKING_MEMORY = "700MB"
Progress = Callable[[Import], None]


@dataclass(frozen=True)
class Part:
    """The next piece of a file: rows of one sheet, or the rows of it that could not be read."""

    number: int
    sheet: Sheet
    table: TableMapping
    rows: pa.Table | None


@dataclass(frozen=True)
class Begun:
    """A part on its way into the lake."""

    part: Part
    chunk: Chunk
    retried: dict[int, int]
    written: Future[None]


class Intake:
    """Runs one import."""

    def __init__(
        self, job: Import, mapping: SourceMapping, *, dry_run: bool = False, progress: Progress | None = None
    ) -> None:
        self.job = job
        self.mapping = mapping
        self.dry_run = dry_run
        self.progress = progress
        self.begun: Begun | None = None
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
        if not self.dry_run:
            supersede_rejects(self.job)
        context = new_context(self.mapping, hints)
        context.before_looking = self._finish
        with ThreadPoolExecutor(1) as beside:
            try:
                for part in _parts(sheets, tables):
                    self._take(part, context, beside)
            finally:
                self._finish()
                context.close()
        self.job.state, self.job.ended_at = Import.State.DONE, timezone.now()
        self._save()

    def _take(self, part: Part, context: Context, beside: Executor) -> None:
        """Take in one part, unless an earlier run did."""
        if part.rows is None:
            self._finish()
            self._count_refused(part)
            return
        context.enter(part.sheet)
        rows, retried = restore_rows(part.rows, part.table)
        chunk = Chunk(part.table, rows)
        if part.number < self.done:
            run_steps(chunk, context, UNDERSTAND)  # equal rows are counted on from here
            return
        run_steps(chunk, context)
        if self.dry_run:
            pretend(context)
            self._add(chunk.counts)
            return
        self._finish()
        self._write(part, chunk, retried, beside)

    def _finish(self) -> None:
        """Wait until the part before is in the lake, then count it."""
        begun, self.begun = self.begun, None
        if begun is None:
            return
        begun.written.result()
        with transaction.atomic():
            mark_retried(begun.retried, source=self.job.source)
            self._keep_rejects(begun.part.table, begun.chunk)
            self._close(begun.part, begun.chunk.counts)

    def _write(self, part: Part, chunk: Chunk, retried: dict[int, int], beside: Executor) -> None:
        """Note what the part changes, then change it: who first, so that no event waits for its person.

        The lake is written beside, while the next part is read.
        """
        stamp = (f"import-{self.job.pk}", part.number)
        if self.pending and self.pending["part"] == part.number and _is_begun(stamp):
            chunk.counts = Counts(**self.pending["counts"])
        else:
            self.pending = {"part": part.number, "counts": asdict(chunk.counts)}
            self._save()
        if chunk.identities is not None and chunk.identities.num_rows:
            register_identities(chunk.identities, source=self.mapping.source, actor=self.job.actor)
        self.begun = Begun(part, chunk, retried, beside.submit(_append, chunk, stamp))

    def _count_refused(self, part: Part) -> None:
        """Keep the rows that could not even be read."""
        refused = part.sheet.refused
        if part.number < self.done or not refused:
            return
        counts = Counts(rows_read=len(refused), rejected_rows=len(refused))
        if self.dry_run:
            self._add(counts)
            return
        made = (
            Reject(of_import=self.job, table=part.table.name, row_number=row.row_number,
                   row={UNREADABLE: row.text}, reason=row.reason[:500])
            for row in refused
        )  # fmt: skip
        with transaction.atomic():
            while some := list(islice(made, REJECTS_AT_ONCE)):
                Reject.objects.bulk_create(some)
            self._close(part, counts)

    def _keep_rejects(self, table: TableMapping, chunk: Chunk) -> None:
        if not chunk.rejects:
            return
        numbers = pa.array(sorted(chunk.rejects), pa.int64())
        kept = chunk.rows.filter(pc.is_in(chunk.rows["_row"], numbers))
        for rows in kept.to_batches(max_chunksize=REJECTS_AT_ONCE):
            Reject.objects.bulk_create(_rejects(self.job, table, rows.to_pylist(), chunk.rejects))

    def _close(self, part: Part, counts: Counts) -> None:
        """The part is done: count it and forget what was pending."""
        self.done, self.pending = part.number + 1, None
        self._add(counts)
        self._save()

    def _add(self, counts: Counts) -> None:
        for name, value in asdict(counts).items():
            if name == "corrections":
                self.job.details[name] = self.job.details.get(name, 0) + value
            else:
                setattr(self.job, name, getattr(self.job, name) + value)
        if self.progress:
            self.progress(self.job)

    def _save(self) -> None:
        """Write the import's row, unless somebody cancelled it meanwhile."""
        if self.dry_run:
            return
        self.job.details |= {"parts_done": self.done, "pending": self.pending}
        with transaction.atomic():
            cancelled = Import.objects.filter(pk=self.job.pk, state=Import.State.FAILED).first()
            if cancelled is not None:
                raise ConflictError(cancelled.error, hint="Import the file again to carry on.")
            self.job.save()


def new_context(mapping: SourceMapping, hints: Hints) -> Context:
    """What the steps need to know of this installation, and a database of their own to work in."""
    con = duckdb.connect(config={"memory_limit": WORKING_MEMORY, "autoinstall_known_extensions": "false"})
    con.execute("SET TimeZone = 'UTC'")
    context = Context(
        mapping=mapping,
        con=con,
        hints=hints,
        zone=settings.TIME_ZONE,
        region=settings.REGARD_REGION,
        currency=settings.REGARD_CURRENCY,
        recorded_at=timezone.now(),
        unheard=unheard_stretches(),
    )
    prepare(context)
    return context


def _append(chunk: Chunk, stamp: tuple[str, int]) -> None:
    """Write a part to the lake, in a thread of its own."""
    try:
        if chunk.attributes is not None and chunk.attributes.num_rows:
            with hold_writer("attributes"):
                lake.append("attributes", chunk.attributes, transaction=stamp)
        if chunk.events is not None and chunk.events.num_rows:
            append_events(chunk.events, transaction=stamp)
    finally:
        connection.close()  # this thread's


def _parts(sheets: list[Sheet], tables: list[TableMapping]) -> Iterator[Part]:
    """The file in pieces that are the same in every run."""
    number = 0
    for sheet, table in zip(sheets, tables, strict=True):
        whole = sheet.table()
        for start in range(0, whole.num_rows, CHUNK_ROWS):
            yield Part(number, sheet, table, whole.slice(start, CHUNK_ROWS))
            number += 1
        yield Part(number, sheet, table, None)
        number += 1


def _is_begun(stamp: tuple[str, int]) -> bool:
    """Whether the lake has anything of a part, so that what was noted of it is what happened."""
    return lake.holds("events", *stamp) or lake.holds("attributes", *stamp)


def _rejects(
    job: Import, table: TableMapping, rows: list[dict[str, Any]], reasons: dict[int, str]
) -> list[Reject]:
    return [
        Reject(
            of_import=job,
            table=table.name,
            row_number=row["_row"],
            row={name: value for name, value in row.items() if name != "_row" and value is not None},
            reason=reasons[row["_row"]][:500],
        )
        for row in rows
    ]
