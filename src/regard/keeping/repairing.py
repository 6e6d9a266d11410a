"""Mend what can be mended without guessing; every step may be run again and then finds nothing to do."""

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pyarrow.compute as pc
from django.db import transaction

from regard.keeping.examining import broken_tables, damaged_files, left_behind
from regard.keeping.strangers import strangers
from regard.know.actions import note_unheard, refresh_people, register_identities
from regard.know.models import Identity, Partition
from regard.know.unheard import unheard_stretches
from regard.ledger import keys, lake
from regard.ledger.actions import flush_inbox
from regard.ledger.lock import hold_writer
from regard.ledger.models import Flush
from regard.listen.models import Import

BLINK = timedelta(microseconds=1)
AT_ONCE = 100_000


def repair(*, actor: str, people: bool = False, forget_damaged: bool = False) -> list[str]:
    """Mend the stores; says what was done.

    `people` registers by their keys whom only the lake knows. Files that are imported again know more of them, and
    who is linked with whom depends on who comes first, so that is for whoever no file brings back.
    """
    done = [*_sweep(), *(_forget_damaged() if forget_damaged else ())]
    if any(broken_tables()):
        return done
    done += [*_restart_imports(), *_index_anew(), *_flush_again(), *_hear_again(actor)]
    done += _register_strangers(actor) if people else ()
    begin_again()
    return done


def begin_again() -> None:
    """Let nothing that the database noted of the lake be believed without looking.

    Without their stamps all batches are flushed once more, and what the lake has is dropped by its id.
    """
    with hold_writer("events"):
        Flush.objects.all().delete()
    Partition.objects.update(people_written_for="")
    refresh_people()


def _sweep() -> Iterator[str]:
    files = left_behind()
    for path in files:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if files:
        yield f"{len(files)} temporary files are gone."


def _forget_damaged() -> Iterator[str]:
    """Take files that are gone or cut off the tables; a cut one is kept under another name."""
    for name in lake.TABLES:
        damaged = damaged_files(name)
        table = lake.open_table(name)
        if not damaged or table is None:
            continue
        with lake.store_errors(f"Mending the lake table `{name}`"), hold_writer(name):
            storage = lake.storage_of(lake.location(name))
            for file in damaged:
                if storage.get_file_info(file).is_file:
                    storage.move(file, f"{file}.damaged")
            table.repair()
        yield f"The lake table `{name}` goes on without {len(damaged)} damaged files."


def _restart_imports() -> Iterator[str]:
    """An import whose first parts are no longer in the lake begins anew."""
    if lake.open_table("events") is not None:
        return
    begun = Import.objects.filter(state__in=[Import.State.RUNNING, Import.State.WAITING])
    for job in begun.filter(rows_read__gt=0):
        job.details |= {"parts_done": 0, "pending": None}
        job.rows_read = job.event_rows = job.attribute_rows = job.duplicate_rows = job.rejected_rows = 0
        job.events_added = 0
        with transaction.atomic():
            job.rejects.all().delete()
            job.save()
        yield f"Import {job.pk} of {job.file_name} begins anew."


def _index_anew() -> Iterator[str]:
    wrong = keys.wrong_files(thoroughly=True)
    if wrong:
        keys.make_anew(wrong)
        yield f"The index of event ids of {len(wrong)} files was made anew. Restart `regard serve`."
    keys.forget_gone()


def _flush_again() -> Iterator[str]:
    """Batches of flushes that went half way; what the lake has already is not added twice."""
    if not Flush.objects.exists():
        return
    with hold_writer("events"):
        Flush.objects.all().delete()
    moved = 0
    while (flushed := flush_inbox()).batches:
        moved += flushed.batches
    yield f"{moved:,} batches were flushed again."


def _hear_again(actor: str) -> Iterator[str]:
    """Note since when the lake has told of people whom the database never met: what it was told then counts as new."""
    stretches = unheard_stretches()
    since = [at for at in strangers()["since"].to_pylist() if not any(at in stretch for stretch in stretches)]
    if since:  # an import records all at one moment: from just before it
        note_unheard(min(since) - BLINK if Identity.objects.exists() else None, actor=actor)
        yield f"What files told since {min(since):%Y-%m-%d %H:%M} UTC counts as new when they are imported again."


def _register_strangers(actor: str) -> Iterator[str]:
    unknown = strangers()
    for source in pc.unique(unknown["source"]).to_pylist():
        of_source = unknown.filter(pc.equal(unknown["source"], source)).select(["person"])
        for start in range(0, of_source.num_rows, AT_ONCE):
            register_identities(of_source.slice(start, AT_ONCE), source=source, actor=actor)
    if unknown.num_rows:
        yield f"{unknown.num_rows:,} people were registered by their keys, without names."
