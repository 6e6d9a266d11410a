"""Unpack a backup into an empty home: checked before anything is where the product would look for it.

It is unpacked into a folder within the home, so that the disk is the same; only when every part is what was kept are
the parts moved up, the secret last: without it nobody takes the folder for an installation. Django is not needed yet,
and could not be set up for a home that is not there.
"""

import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from regard.errors import ConflictError, InputError, StoreError
from regard.keeping.archive import Archive, Progress, check_room

SECRET = "secret.key"  # noqa: S105  # the name of its file
STAGING = ".restoring-"


def refuse_newer(archive: Archive) -> None:
    """Refuse an archive whose database knows changes that this code does not."""
    for package, name in archive.manifest.migrations:
        if not package.startswith("regard."):
            continue
        try:
            found = find_spec(f"{package}.migrations.{name}")
        except (ImportError, ValueError):  # no such app, or no name at all
            found = None
        if found is None:
            raise ConflictError(
                f"{archive.path} is of a newer Regard.", hint="Restore it with that version or a newer one."
            )


def refuse_unless_empty(home: Path) -> None:
    """Never mix two installations."""
    if home.exists() and not home.is_dir():
        raise ConflictError(f"{home} is a file.", hint="Name a folder that is empty or not there yet.")
    if home.exists() and not _is_empty(home):
        raise ConflictError(
            f"{home} is not empty.",
            hint="Name another folder, or say --force: what lies there is then set aside under another name.",
        )


def _is_empty(home: Path) -> bool:
    return home.is_dir() and not any(home.iterdir())


def unpack(archive: Archive, home: Path, progress: Progress) -> Path | None:
    """Lay the parts into the home once all are what was kept; what lay there is renamed then, and its new name told."""
    made, staging, aside = not home.exists(), None, None
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_room(home, archive.size)
        staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=home))
        archive.unpack(staging, progress)
        if any(path != staging for path in home.iterdir()):
            aside = home.with_name(f"{home.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
            home.rename(aside)
            home.mkdir(mode=0o700)
            staging = aside / staging.name
        for path in sorted(staging.iterdir(), key=lambda path: (path.name == SECRET, path.name)):
            path.rename(home / path.name)
    except OSError as error:
        raise StoreError(
            f"{home} could not be written: {error.strerror or error}.", hint="Nothing was restored."
        ) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging)
        if made and home.is_dir() and not any(home.iterdir()):
            home.rmdir()
    return aside


def refuse_taken_stores(archive: Archive, environment: Mapping[str, str]) -> None:
    """What the settings name outside the home must fit and be free; servers are asked later."""
    url = _setting(archive, environment, "DATABASE_URL")
    refuse_other_kind(archive.manifest.database, "postgresql" if url else "sqlite")
    place = _setting(archive, environment, "LAKE")
    if place and "://" not in place and Path(place).is_dir() and any(Path(place).iterdir()):
        raise ConflictError(
            f"The lake is to lie in {place}, which is not empty.",
            hint="Set REGARD_LAKE to another place, or move away what lies there.",
        )


def _setting(archive: Archive, environment: Mapping[str, str], name: str) -> str:
    """A setting as it will be in force: the environment wins over the file that is in the archive."""
    try:
        written = tomllib.loads(archive.read_small("regard.toml").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The regard.toml in {archive.path} cannot be read: {error}.") from error
    return environment.get(f"REGARD_{name}", str(written.get(name.lower(), "")))


def refuse_other_kind(kept: str, named: str) -> None:
    """SQLite comes back as SQLite, PostgreSQL as PostgreSQL."""
    if kept != named:
        raise ConflictError(
            f"The backup holds a database of {kept}, and the settings name {named}.",
            hint="Set REGARD_DATABASE_URL as it was when the backup was made.",
        )
