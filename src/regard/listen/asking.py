"""An import that a person is asked about first: what the file looks like, what is proposed, what they decided."""

import logging
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils import timezone

from regard.errors import ConflictError, NotFoundError, RegardError
from regard.listen.actions import open_sheets, told, told_plainly
from regard.listen.intake import new_context
from regard.listen.mapping import Proposal, SourceMapping, TableMapping, format_mapping, parse_mapping
from regard.listen.mapping_files import (
    expect_source,
    expect_table,
    hints_for,
    store_mapping,
    stored_mapping,
)
from regard.listen.models import Import
from regard.listen.pipeline import UNDERSTAND, Chunk, Context, run_steps
from regard.listen.proposing import propose_for
from regard.listen.reading import ColumnProfile, Hints, Sheet, profile_sheet

KEPT_ROWS = 20  # of each sheet, for the preview
KEPT_LETTERS = 300  # of a cell of them
State = Import.State
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preview:
    """What the first rows would become."""

    rows: list[int]
    persons: list[str | None]
    events: list[dict[str, Any]]
    refused: dict[int, str]


def look_into(import_id: int) -> Import:
    """Read the file, propose how to understand it and keep the questions; a file that cannot be read fails here."""
    job = _waiting(import_id)
    sheets: list[Sheet] = []
    try:
        known = stored_mapping(job.source)
        hints = hints_for(known, job.file_name, _hints(job))
        sheets = open_sheets(Path(job.path), hints)
        proposal = propose_for([(s, job.file_name) for s in sheets], job.source, known=known, hints=hints)
        job.details["asked"] = _asked(job, sheets, proposal, known, hints)
        job.state = State.MAPPING
    except Exception as error:
        job.state, job.error, job.ended_at = State.FAILED, told_plainly(error), timezone.now()
        if not isinstance(error, RegardError):
            log.exception("import %s", import_id)
    finally:
        for sheet in sheets:
            sheet.close()
    job.save(update_fields=["details", "state", "error", "ended_at"])
    return job


def settle_reading(import_id: int, said: Hints) -> Import:
    """A person said how ambiguous dates or numbers are meant; the file has to be looked into again."""
    job = _waiting(import_id)
    job.details = {**job.details, "hints": {**job.details.get("hints", {}), **told(said)}}
    job.details.pop("asked", None)
    job.state = State.WAITING
    job.save(update_fields=["details", "state"])
    return job


def settle_mapping(import_id: int, mapping: SourceMapping) -> Import:
    """A person agreed to a mapping: it becomes the source's, and the import may run."""
    job = _waiting(import_id)
    blocking = [each for each in job.details.get("asked", {}).get("questions", []) if each["blocks"]]
    if blocking:
        raise ConflictError(blocking[0]["sentence"], hint="Answer that first.")
    expect_source(mapping, job.source)
    store_mapping(parse_mapping(format_mapping(mapping)))  # what cannot be read back is refused now
    job.state = State.WAITING
    job.details["agreed"] = True
    job.details.pop("asked", None)
    job.save(update_fields=["details", "state"])
    return job


def asked_mapping(job: Import) -> SourceMapping:
    """The mapping that is proposed for an import."""
    return parse_mapping(job.details["asked"]["mapping"])


def preview(mapping: SourceMapping, table: TableMapping, sample: dict[str, Any], rows: pa.Table) -> Preview:
    """Take the kept first rows of a sheet through the understanding half of the import."""
    with closing(new_context(mapping, Hints())) as context:
        context.profiles = {name: ColumnProfile(**profile) for name, profile in sample["profiles"].items()}
        return _understand(table, rows, context)


def preview_sheet(
    mapping: SourceMapping, sheet: Sheet, file_name: str, hints: Hints, *, rows: int
) -> Preview:
    """The same for the first rows of a sheet that is open."""
    with closing(new_context(mapping, hints)) as context:
        context.enter(sheet)
        return _understand(expect_table(mapping, sheet, file_name), sheet.head(rows), context)


def _understand(table: TableMapping, rows: pa.Table, context: Context) -> Preview:
    chunk = run_steps(Chunk(table, rows), context, UNDERSTAND)
    persons = dict(context.con.execute("SELECT _row, person FROM chunk").fetchall())
    events = sorted(chunk.made.to_pylist(), key=lambda event: int(event["_row"]))
    numbers = rows["_row"].to_pylist()
    return Preview(numbers, [persons.get(number) for number in numbers], events, chunk.rejects)


def _waiting(import_id: int) -> Import:
    job = Import.objects.filter(pk=import_id).first()
    if job is None:
        raise NotFoundError("There is no such import.")
    if job.state not in (State.WAITING, State.MAPPING):
        raise ConflictError(
            f"This import is {job.state} already.", hint="Hand the file in again to change its mapping."
        )
    return job


def _hints(job: Import) -> Hints:
    known = {field.name for field in fields(Hints)}
    return Hints(**{name: value for name, value in job.details.get("hints", {}).items() if name in known})


def _asked(
    job: Import, sheets: list[Sheet], proposal: Proposal | None, known: SourceMapping | None, hints: Hints
) -> dict[str, Any]:
    mapping = proposal.mapping if proposal else (known or SourceMapping(job.source))
    choices = [asdict(choice) for choice in proposal.choices] if proposal else []
    samples = []
    for sheet in sheets:
        table = expect_table(mapping, sheet, job.file_name)
        mine = [choice for choice in choices if choice["table"] == table.name]
        samples.append(_sample(sheet, table, mine, hints))
    questions = [asdict(question) for question in proposal.questions] if proposal else []
    return {
        "mapping": format_mapping(mapping),
        "samples": samples,
        "questions": questions,
        "known": proposal is None,
    }


def _sample(sheet: Sheet, table: TableMapping, choices: list[dict[str, Any]], hints: Hints) -> dict[str, Any]:
    profiles = {profile.name: profile for profile in profile_sheet(sheet, hints=hints)}
    rows = [
        {name: value[:KEPT_LETTERS] if isinstance(value, str) else value for name, value in row.items()}
        for row in sheet.head(KEPT_ROWS).to_pylist()
    ]
    return {
        "table": table.name, "sheet": sheet.name, "row_count": sheet.row_count, "columns": sheet.columns, "rows": rows,
        "choices": choices, "refused": len(sheet.refused),
        "examples": {name: [each[:KEPT_LETTERS] for each in p.examples[:3]] for name, p in profiles.items()},
        "kinds": {name: profile.kind for name, profile in profiles.items()},
        "profiles": {name: asdict(profile) for name, profile in profiles.items()},
    }  # fmt: skip
