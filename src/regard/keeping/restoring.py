"""Settle what was unpacked: fill the stores that lie elsewhere, bring them up to date, look whether it is all there."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.fs
from django.core.management import call_command

from regard.errors import ConflictError
from regard.keeping.archive import BLOCK, Manifest
from regard.keeping.databases import DUMP, refuse_unless_free, restore_dump
from regard.keeping.moment import LOG, hold_moment
from regard.keeping.repairing import begin_again
from regard.ledger import lake
from regard.mail.queries import counts as letters


@dataclass(frozen=True)
class Restored:
    """What is in force now; `differs` names counts that are not those of the backup."""

    home: Path
    manifest: Manifest
    counts: dict[str, int]
    waiting_letters: int

    @property
    def differs(self) -> list[str]:
        return sorted(
            name for name, count in self.counts.items() if count != self.manifest.counts.get(name, count)
        )


def settle(home: Path, manifest: Manifest) -> Restored:
    """With Django ready for the unpacked home: fill the stores, bring them up to date, and count."""
    refuse_unless_free()
    _place_lake(home)
    if manifest.database == "postgresql":
        restore_dump(home / DUMP)
        (home / DUMP).unlink()
    call_command("migrate", verbosity=0, interactive=False)
    begin_again()
    with hold_moment() as moment:
        return Restored(home, manifest, moment.counts(), letters()["waiting"])


def _place_lake(home: Path) -> None:
    """Move the tables to where the settings want the lake."""
    unpacked = home / "lake"
    if not unpacked.is_dir() or lake.location("").rstrip("/") == str(unpacked):
        return
    for folder in sorted(unpacked.iterdir()):
        with lake.store_errors(f"Writing the lake table `{folder.name}`"):
            if lake.open_table(folder.name) is not None:
                raise ConflictError(
                    f"There is a lake at {lake.location('')} already; the backup's lies in {unpacked}.",
                    hint="Set REGARD_LAKE to another place and restore again.",
                )
            place = lake.location(folder.name)
            if lake.is_local(place):
                Path(place).mkdir(parents=True)
            storage = lake.storage_of(place)
            # files before their log, so that a table that can be opened is whole
            for file in sorted(folder.rglob("*"), key=lambda file: (LOG in file.parts, file.name)):
                if file.is_file():
                    _copy(file, storage, file.relative_to(folder).as_posix())
    shutil.rmtree(unpacked)


def _copy(file: Path, storage: pyarrow.fs.FileSystem, name: str) -> None:
    # delta-rs takes bytes, which it is given only by a stream with a buffer larger than what is written at a time
    with file.open("rb") as source, storage.open_output_stream(name, buffer_size=2 * BLOCK) as target:
        shutil.copyfileobj(source, target, BLOCK)
