"""`regard import` and `regard rejects`: files in, and what could not be used out again."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_facts, print_json, print_table
from regard.cli.proposal import shorten, show_proposal
from regard.errors import InputError

if TYPE_CHECKING:
    from regard.listen.intake import Progress
    from regard.listen.mapping import SourceMapping
    from regard.listen.models import Import
    from regard.listen.reading import Hints, Sheet

rejects = typer.Typer(no_args_is_help=True, help="Rows that could not be used: list, mend, hand in again.")
DATE_ORDERS = ("dmy", "mdy", "ymd")
DECIMAL_MARKS = ("comma", "point")
COUNTS = ("rows_read", "event_rows", "attribute_rows", "duplicate_rows", "rejected_rows", "events_added")
SHOWN = ("rows_read", "attribute_rows", "duplicate_rows", "rejected_rows", "events_added")


def import_files(
    files: Annotated[list[Path], typer.Argument(help="Files of one source; folders of .eml count as one.")],
    source: Annotated[str, typer.Option(help="Name of the source; by default the first file's name.")] = "",
    mapping: Annotated[
        Path | None, typer.Option(help="A mapping to use instead of the source's own.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept what is proposed.")] = False,
    date_order: Annotated[
        str, typer.Option(help="dmy, mdy or ymd, where dates can be read in two ways.")
    ] = "",
    decimal_mark: Annotated[
        str, typer.Option(help="comma or point, where 1,234 may be a thousand or one and a bit.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen, change nothing.")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Take in files: what is new is added, what cannot be used is kept aside with its reason."""
    if date_order and date_order not in DATE_ORDERS:
        raise InputError(f"`{date_order}` is no date order.", hint="Say dmy, mdy or ymd.")
    if decimal_mark and decimal_mark not in DECIMAL_MARKS:
        raise InputError(f"`{decimal_mark}` is no decimal mark.", hint="Say comma or point.")
    start(home)
    from regard.listen.mapping import read_mapping
    from regard.listen.mapping.words import slug
    from regard.listen.reading import Hints
    from regard.listen.uploads import check_source

    for file in files:
        if not file.exists():
            raise InputError(f"There is no file {file}.")
    written = read_mapping(mapping) if mapping else None
    source = check_source(source or (written.source if written else slug(files[0].name.split(".")[0])))
    comma = decimal_mark == "comma" if decimal_mark else None
    hints = Hints(date_order=date_order or None, decimal_comma=comma)  # type: ignore[arg-type]
    used = written or _agree(files, source, hints, yes=yes or json, keep=not dry_run, quiet=json)
    done: list[Import] = []
    try:
        for file in _in_order(files, used):
            done.append(_import(file, source, used, hints, dry_run, quiet=json))
    finally:  # what was taken in before a file that is refused stays, and is told
        if json and len(done) == len(files):
            print_json([_facts(job) for job in done])
        elif done and not json:
            _print_done(done, dry_run=dry_run)


def _print_done(jobs: list[Import], *, dry_run: bool) -> None:
    """One line a file, and what can be done about rows kept aside."""
    columns = ["file", "rows", "attributes", "known", "aside", "events"]
    rows = [[shorten(job.file_name, 32), *(getattr(job, count) for count in SHOWN)] for job in jobs]
    print_table(columns, rows, title="Would be taken in" if dry_run else "Taken in")
    corrected = sum(job.details.get("corrections", 0) for job in jobs)
    found = [
        note for job in jobs for sheet in job.details.get("sheets", []) for note in sheet["found"]["notes"]
    ]
    notes = list(dict.fromkeys(found))
    notes += [f"{corrected:,} events corrected what was said before."] if corrected else []
    if not dry_run:
        notes += [f"To mend the rows of {shorten(job.file_name, 32)} that were kept aside:\n"
                  f"  regard rejects export {job.pk} --to mend.csv" for job in jobs if job.rejected_rows]  # fmt: skip
    if notes:
        print("\n" + "\n".join(notes))


def _agree(
    files: list[Path], source: str, hints: Hints, *, yes: bool, keep: bool, quiet: bool
) -> SourceMapping:
    """The source's mapping; for tables that it does not know, a proposal that the person accepts or not."""
    from regard.listen.actions import open_sheets
    from regard.listen.mapping import SourceMapping
    from regard.listen.mapping_files import hints_for, mapping_path, stored_mapping
    from regard.listen.proposing import accept, expect_settled, propose_for

    known = stored_mapping(source)
    opened: list[tuple[Sheet, str]] = []
    try:
        for file in files:
            opened += [(s, file.name) for s in open_sheets(file, hints_for(known, file.name, hints))]
        proposal = propose_for(opened, source, known=known, hints=hints)
        if proposal is not None and not quiet:
            show_proposal(proposal, opened, hints)
    finally:
        for sheet, _ in opened:
            sheet.close()
    if proposal is None:
        return known or SourceMapping(source)
    if not keep:
        expect_settled(proposal)
        return proposal.mapping
    if not yes and not any(question.blocks for question in proposal.questions):
        _ask(mapping_path(source))
    accept(proposal)
    return proposal.mapping


def _ask(path: Path) -> None:
    """Let a person say no, or say what to do where nobody can be asked."""
    if not sys.stdin.isatty():
        raise InputError(
            "Nothing was taken in: nobody is here to be asked.", hint="Say --yes to accept this."
        )
    if not typer.confirm("\nTake it in like this?", default=True):
        raise InputError("Nothing was taken in.", hint=f"Write {path} yourself, or use the pages.")


def _in_order(files: list[Path], mapping: SourceMapping) -> list[Path]:
    """Files whose events take their time from another table's come after it."""
    borrowing = [pattern for t in mapping.tables if any(e.at_event for e in t.events) for pattern in t.files]
    return sorted(files, key=lambda file: any(Path(file.name.lower()).match(p) for p in borrowing))


def _import(
    file: Path, source: str, mapping: SourceMapping, hints: Hints, dry_run: bool, *, quiet: bool
) -> Import:
    from regard.listen.actions import import_file

    with _progress(file.name, quiet=quiet) as progress:
        return import_file(
            file,
            source=source,
            mapping=mapping,
            hints=hints,
            actor=actor(),
            progress=progress,
            dry_run=dry_run,
        )


@contextmanager
def _progress(title: str, *, quiet: bool) -> Iterator[Progress | None]:
    if quiet:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    layout = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(),
              TextColumn("{task.fields[speed]}"), TimeRemainingColumn())  # fmt: skip
    with Progress(*layout, transient=True, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task(shorten(title, 20), total=None, speed="")
        began = time.monotonic()

        def show(job: Import) -> None:
            speed = job.rows_read / max(time.monotonic() - began, 0.001)
            bar.update(task, completed=job.rows_read, total=job.rows_total, speed=f"{speed:,.0f} rows/s")

        yield show


def _facts(job: Import) -> dict[str, Any]:
    counts = {name: getattr(job, name) for name in COUNTS}
    corrections = job.details.get("corrections", 0)
    return {"import": job.pk, "source": job.source, "file": job.file_name, "state": job.state, **counts,
            "corrections": corrections, "sheets": job.details.get("sheets", [])}  # fmt: skip


@rejects.command("list")
def list_waiting(
    import_id: Annotated[int | None, typer.Argument(help="Of one import only.", metavar="IMPORT")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List rows kept aside, with the reason for each."""
    start(home)
    from regard.listen.rejects import list_rejects

    found = list_rejects(import_id=import_id)
    rows = list(found[:limit])
    if json:
        print_json([{"reject": r.pk, "import": r.of_import_id, "file": r.of_import.file_name, "table": r.table,
                     "row_number": r.row_number, "reason": r.reason, "row": r.row} for r in rows])  # fmt: skip
        return
    if not rows:
        print("No row waits to be mended.")
        return
    print_table(
        ["import", "file", "row", "reason"],
        [(str(r.of_import_id), r.of_import.file_name, r.row_number, r.reason) for r in rows],
    )
    print_facts({"waiting": found.count()})


@rejects.command("export")
def export(
    import_id: Annotated[int, typer.Argument(help="The import's number.", metavar="IMPORT")],
    table: Annotated[str, typer.Option(help="Which table of it, if several have rejects.")] = "",
    to: Annotated[Path | None, typer.Option(help="The file to write; by default standard output.")] = None,
    home: HomeOption = None,
) -> None:
    """Write an import's waiting rejects as CSV with the reason added, for mending."""
    start(home)
    from regard.listen.rejects import export_rejects

    text = export_rejects(import_id, table=table)
    if to is None:
        print(text, end="")
        return
    to.write_text(text, encoding="utf-8", newline="")
    print(f"Mend the rows in {to}, then: regard rejects retry {to}")


@rejects.command("retry")
def retry(
    file: Annotated[Path, typer.Argument(help="An export whose rows have been mended.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Take in mended rows; those that are still wrong are kept aside anew."""
    start(home)
    from regard.listen.actions import retry_rejects

    done = retry_rejects(file, actor=actor())
    if json:
        print_json(_facts(done))
        return
    print_facts(
        {"rows": done.rows_read, "kept aside again": done.rejected_rows, "events added": done.events_added}
    )
