"""Make a backup: the database and the lake of one moment, and what else lies in the home."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from regard.errors import InputError, StoreError
from regard.keeping.archive import FORMAT, Manifest, Progress, Writer, check_room, finish, new_archive
from regard.keeping.databases import read_database, refuse_without_programs
from regard.keeping.moment import LOG, Moment, Table, hold_moment
from regard.ledger import lake
from regard.project.configuration import SETTINGS

KEPT = ("regard.toml", "secret.key", "login.txt", "demo.json")
README = """A backup of Regard, made {made_at:%Y-%m-%d %H:%M} UTC.

It holds customers' records, password hashes, and the installation's secrets: keep it as you keep those.
To use it: regard restore THIS-FILE --home AN-EMPTY-FOLDER
By hand: home/ is the home folder; `zstd -d` unpacks what ends with .zst; manifest.json has the SHA-256 of each file.
"""


@dataclass(frozen=True)
class Backup:
    """What was kept, and where."""

    path: Path
    size: int
    manifest: Manifest


def back_up(path: Path, *, with_files: bool = True, progress: Progress = lambda name, size: None) -> Backup:
    """Keep everything of this installation in one file, while the server and the worker go on.

    A folder gets a file whose name tells the time.
    """
    now = timezone.now()
    path = path / f"regard-{now:%Y-%m-%d-%H%M%S}.tar" if path.is_dir() else path
    refuse_without_programs(connection)
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}.")
    with hold_moment() as moment, new_archive(path, README.format(made_at=now), progress) as writer:
        check_room(path.parent, sum(file.size for table in moment.tables.values() for file in table.files))
        with read_database(moment, path) as (name, content):
            writer.add(name, content)
        for table in moment.tables.values():
            _add_table(writer, table)
        for name, file in _home_files(Path(settings.REGARD_HOME), with_files=with_files):
            with file.open("rb") as opened:
                writer.add(name, opened)
        manifest = _manifest(moment, writer, now, with_files=with_files)
        finish(writer, manifest)
    return Backup(path, path.stat().st_size, manifest)


def _add_table(writer: Writer, table: Table) -> None:
    """The files first: a table whose log is there is whole."""
    storage = lake.storage_of(lake.location(table.name))
    for file in table.files:
        try:
            with storage.open_input_stream(file.path) as opened:
                writer.add(f"lake/{table.name}/{file.path}", opened)
        except FileNotFoundError as error:
            raise StoreError(
                f"The lake table `{table.name}` lacks its file {file.path}.",
                hint="`regard doctor` says more.",
            ) from error
    for entry, content in table.log.items():
        writer.add(f"lake/{table.name}/{LOG}/{entry}", BytesIO(content))


def _home_files(home: Path, *, with_files: bool) -> Iterator[tuple[str, Path]]:
    """Settings, secrets, mappings and uploads; what is a cache, a lock or a job in a queue is made anew."""
    for name in KEPT:
        if (home / name).is_file():
            yield name, home / name
    for folder in ("sources", *(["files"] if with_files else [])):
        for file in sorted((home / folder).rglob("*")):
            if file.is_file() and file.suffix != ".lock" and not file.name.startswith("."):
                yield file.relative_to(home).as_posix(), file


def _manifest(moment: Moment, writer: Writer, made_at: datetime, *, with_files: bool) -> Manifest:
    packages = {config.label: config.name for config in apps.get_app_configs()}
    applied = MigrationRecorder(moment.database).applied_migrations()
    return Manifest(
        format=FORMAT,
        regard=_version(),
        made_at=made_at,
        database=moment.database.vendor,
        migrations=sorted((packages[label], name) for label, name in applied if label in packages),
        lake={name: table.version for name, table in moment.tables.items()},
        counts=moment.counts(),
        with_files=with_files,
        environment=sorted(
            f"REGARD_{setting.name}" for setting in SETTINGS if f"REGARD_{setting.name}" in os.environ
        ),
        parts=list(writer.parts),
    )


def _version() -> str:
    try:
        return version("regard")
    except PackageNotFoundError:
        return "not installed as a package"
