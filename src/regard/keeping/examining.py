"""What is wrong with the stores, each as a sentence with what to do about it; `repairing.py` mends what it can."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.fs
from django.conf import settings
from django.utils import timezone

from regard.errors import StoreError
from regard.keeping.moment import LOG
from regard.keeping.strangers import strangers
from regard.know.models import Identity
from regard.ledger import keys, lake
from regard.ledger.inbox import WRITER
from regard.ledger.models import Batch, Flush
from regard.ledger.queries import LATE
from regard.ledger.sorting import files_of
from regard.listen.models import Import
from regard.understand.models import Computation

FACTS = ("events", "attributes")  # told by others; the other tables are computed of them
OLD = 3600.0  # seconds: whoever wrote a temporary file has gone
LEFT_BEHIND = {
    "*": r"secret\.\d+|\.restoring-.*",
    "sources/*": r"\..*\.toml\.\d+",
    "static/*": r".*\.js\.\d+",
    "keys/*/*": r".*\.part",
    "spill/*": r"duckdb_temp.*",
    f"lake/*/{LOG}/*": r".*\.tmp",
}
MENDED = "`regard repair` mends it."


@dataclass(frozen=True)
class Trouble:
    """Something wrong. While it `blinds`, the lake cannot be asked."""

    name: str
    sentence: str
    remedy: str
    blinds: bool = False

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


def examine() -> list[Trouble]:
    """All that is wrong; a lake that cannot be read is not asked any further."""
    found = [*broken_tables(), *_left_behind()]
    if any(trouble.blinds for trouble in found):
        return found
    return [*found, *_lost_tables(), *_wrong_index(), *_stuck_batches(), *_unknown_people()]


def damaged_files(name: str) -> list[str]:
    """Files that a table of the lake consists of and that are gone, or are not as long as they were."""
    table = lake.open_table(name)
    if table is None:
        return []
    with lake.store_errors(f"Listing the lake table `{name}`"):
        there = lake.storage_of(lake.location(name)).get_file_info(pyarrow.fs.FileSelector(""))
    sizes = {entry.base_name: entry.size for entry in there}
    return [file.path for file in files_of(table) if sizes.get(file.path) != file.size]


def broken_tables() -> Iterator[Trouble]:
    """Tables of the lake that cannot be read as a whole."""
    for name in lake.TABLES:
        try:
            damaged = damaged_files(name)
        except StoreError as error:
            yield Trouble("log", error.message, "Restore a backup (`regard restore`).", blinds=True)
            continue
        if damaged:
            files = "1 file" if len(damaged) == 1 else f"{len(damaged)} files"
            remedy = "`regard compute` cannot write it until `regard repair --forget-damaged` was run."
            if name in FACTS:
                remedy = (
                    "Put them back or restore a backup. If there is none, `regard repair --forget-damaged` goes on "
                    "without them; importing the files again then brings back what came from files."
                )
            yield Trouble(
                "damaged", f"The lake table `{name}` lacks {files}, or they are cut.", remedy, blinds=True
            )


def _lost_tables() -> Iterator[Trouble]:
    brought = Import.objects.filter(events_added__gt=0).count()
    if brought and lake.open_table("events") is None:
        yield Trouble(
            "lost lake",
            f"The lake at {lake.location('').rstrip('/')} has no events, and {brought:,} imports brought some.",
            "Is REGARD_LAKE right? Restore a backup, or else `regard repair` and import the files again. What came "
            "by tracking, surveys and sources is only in backups.",
        )
    computed = Computation.objects.filter(ended_at__isnull=False).exists()
    gone = [name for name in lake.TABLES if name not in FACTS and lake.open_table(name) is None]
    if computed and gone:
        yield Trouble("computed", f"The lake lacks {', '.join(gone)}.", "`regard compute` writes them anew.")


def _wrong_index() -> Iterator[Trouble]:
    wrong = keys.wrong_files()
    if wrong:
        yield Trouble("index", f"The index of event ids does not fit the lake in {len(wrong)} files.", MENDED)


def _stuck_batches() -> Iterator[Trouble]:
    arrived = Flush.objects.filter(number__lte=lake.newest_number("events", WRITER))
    ids = [number for stamp in arrived.values_list("batch_ids", flat=True) for number in stamp]
    stuck = Batch.objects.filter(id__in=ids, created_at__lt=timezone.now() - LATE).count()
    if stuck:
        yield Trouble("stamps", f"{stuck:,} batches are in the lake and still wait in the inbox.", MENDED)


def _unknown_people() -> Iterator[Trouble]:
    unknown = strangers()
    if unknown.num_rows and Flush.objects.exists():
        time.sleep(1)  # what a flush has just brought is registered within the moment
        unknown = strangers()
    if unknown.num_rows:
        known = "nobody" if not Identity.objects.exists() else "not all of them"
        yield Trouble(
            "people",
            f"The lake tells of {unknown.num_rows:,} people whom the database does not know; it knows {known}.",
            "Was it lost, or is it older than the lake? Restore a backup, or else: `regard repair`, import the files "
            "again, then `regard repair --people` for whom no file brings back. What somebody decided by hand "
            "(merged, `not the same`), consents, surveys and fixes were only in the database.",
        )


def left_behind() -> list[Path]:
    """Temporary files of processes that were killed."""
    home, now = Path(settings.REGARD_HOME), time.time()
    return [
        path
        for place, pattern in LEFT_BEHIND.items()
        for path in sorted(home.glob(place))
        if re.fullmatch(pattern, path.name) and now - path.stat().st_mtime > OLD
    ]


def _left_behind() -> Iterator[Trouble]:
    files = left_behind()
    if files:
        yield Trouble("leftovers", f"{len(files)} temporary files were left by processes that died.", MENDED)
