"""The verbs of `listen`: receive a file, import it, cancel it."""

import hashlib
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from regard.errors import ConflictError, InputError, NotFoundError, RegardError
from regard.listen.intake import Intake, Progress
from regard.listen.mapping import SourceMapping, format_mapping, parse_mapping
from regard.listen.mapping_files import expect_source, hints_for, hold_source, is_held, stored_mapping
from regard.listen.models import Import
from regard.listen.proposing import mapping_for
from regard.listen.reading import Hints, Sheet, read_file
from regard.listen.rejects import source_of_export

State = Import.State


def import_file(
    path: Path,
    *,
    source: str,
    actor: str,
    mapping: SourceMapping | None = None,
    hints: Hints | None = None,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> Import:
    """Take in one file: what is new in it is added, what cannot be used is kept aside with its reason.

    Without a mapping the source's own is used; what it does not know yet is proposed, kept and used. An import of
    the same file that was interrupted is carried on.
    """
    if mapping:
        expect_source(mapping, source)
    with hold_source(source):
        job = receive_file(path, source=source, actor=actor, keep=not dry_run, agreed=True)
        if hints and told(hints):
            job.details["hints"] = told(hints)
        if mapping:
            job.details["mapping"] = format_mapping(mapping)
        return _run(job, mapping, hints or Hints(), progress, dry_run)


def told(hints: Hints) -> dict[str, Any]:
    """What a person said of dates and numbers, as an import keeps it for when it is carried on."""
    said = {"date_order": hints.date_order, "decimal_comma": hints.decimal_comma}
    return {name: value for name, value in said.items() if value is not None}


def retry_rejects(path: Path, *, actor: str, progress: Progress | None = None) -> Import:
    """Take in an export of rejects that has been mended; its rejects wait no longer."""
    sheets = open_sheets(path, Hints())
    try:
        source = source_of_export(sheets[0].table())
    finally:
        for sheet in sheets:
            sheet.close()
    return import_file(path, source=source, actor=actor, progress=progress)


def receive_file(path: Path, *, source: str, actor: str, keep: bool = True, agreed: bool = False) -> Import:
    """Note a file that waits to be imported; the very same one, if its import was interrupted.

    `agreed` means that nobody is asked about its mapping.
    """
    if not path.exists():
        raise InputError(f"There is no file {path}.")
    print_ = fingerprint(path)
    unfinished = Import.objects.filter(
        source=source, fingerprint=print_, state__in=[State.RUNNING, State.WAITING]
    )
    job = unfinished.order_by("-pk").first()
    if job is None or not keep:
        job = Import(source=source, fingerprint=print_, actor=actor, file_name=path.name[-300:])
    job.details["agreed"] = agreed or job.details.get("agreed", False)
    job.path, job.size = str(path.resolve()), sum(file.stat().st_size for file in _files(path))
    if keep:
        job.save()
    return job


def run_import(import_id: int, *, progress: Progress | None = None, hints: Hints | None = None) -> Import:
    """Run an import that waits, or carry on one that was interrupted."""
    job = Import.objects.get(pk=import_id)
    if job.state in (State.DONE, State.FAILED):
        raise ConflictError(f"Import {import_id} is {job.state}.", hint="Hand the file in again.")
    written = job.details.get("mapping")
    with hold_source(job.source):
        used = parse_mapping(written) if written else None
        return _run(job, used, hints or Hints(**job.details.get("hints", {})), progress, False)


def resume_imports(
    *, run: Callable[[int], object], look: Callable[[int], object], queued: Container[int] = ()
) -> list[int]:
    """Take up what a process that died has left: `run` what was agreed to, `look` into what was not.

    What waits in a queue already is left to it, what another process works on to that.
    """
    taken = []
    for job in Import.objects.filter(state__in=[State.RUNNING, State.WAITING]).order_by("pk"):
        if job.pk in queued or is_held(job.source):
            continue
        (run if job.state == State.RUNNING or job.details.get("agreed") else look)(job.pk)
        taken.append(job.pk)
    return taken


def cancel_import(import_id: int, *, actor: str) -> Import:
    """Stop an import at its next step; what is already taken in stays, and importing again carries on."""
    with transaction.atomic():
        job = Import.objects.select_for_update().filter(pk=import_id).first()
        if job is None:
            raise NotFoundError("There is no such import.", hint="Imports lists all of them.")
        if job.state in (State.DONE, State.FAILED):
            raise ConflictError(f"Import {import_id} is {job.state} already.")
        job.state, job.error, job.ended_at = State.FAILED, f"Cancelled by {actor}.", timezone.now()
        job.save(update_fields=["state", "error", "ended_at"])
    return job


def _run(
    job: Import, mapping: SourceMapping | None, hints: Hints, progress: Progress | None, dry_run: bool
) -> Import:
    sheets: list[Sheet] = []
    try:
        known = mapping or stored_mapping(job.source)
        sheets = open_sheets(Path(job.path), hints_for(known, job.file_name, hints))
        used = mapping or mapping_for(sheets, job.source, job.file_name, known, hints, keep=not dry_run)
        Intake(job, used, dry_run=dry_run, progress=progress).run(sheets, hints)
    except Exception as error:
        # also what nobody foresaw: left as running it would be taken up again at every start, and fail again
        job.state, job.error, job.ended_at = State.FAILED, told_plainly(error), timezone.now()
        if job.pk:
            job.save(update_fields=["state", "error", "ended_at"])
        raise
    finally:
        for sheet in sheets:
            sheet.close()
    return job


def told_plainly(error: Exception) -> str:
    """An error as the import's row keeps it for the page."""
    if isinstance(error, RegardError):
        return str(error)
    return f"Something went wrong inside Regard ({type(error).__name__}); the server's log says what."


def open_sheets(path: Path, hints: Hints) -> list[Sheet]:
    """The sheets of a file that have anything in them."""
    sheets = [sheet for sheet in read_file(path, hints=hints) if sheet.columns and sheet.row_count]
    if not sheets:
        raise InputError(f"{path.name} holds no rows.")
    return sheets


def fingerprint(path: Path) -> str:
    """A digest of the file's bytes, or of all files of a folder."""
    digest = hashlib.blake2b(digest_size=32)
    for file in _files(path):
        if path.is_dir():
            digest.update(f"\0{file.relative_to(path)}\0".encode())
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
