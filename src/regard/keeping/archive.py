"""The file of a backup: an ordinary tar, so that nobody needs Regard to take his data out of it again.

What is a file of the home is a member of the same name below `home/`; what packs well ends with `.zst`. The last member
is the manifest with size and SHA-256 of each part as it lies in the home: an archive that was cut has none. Everything
is checked before it is believed: an archive may come from anywhere.
"""

import hashlib
import os
import secrets
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msgspec
import pyarrow as pa

from regard.errors import ConflictError, InputError, StoreError, UnreadableFileError

FORMAT = 1
README, MANIFEST, HOME, PACKED = "READ-ME.txt", "manifest.json", "home/", ".zst"
FILES = frozenset({"regard.toml", "secret.key", "login.txt", "demo.json", "regard.sqlite3", "database.dump"})
FOLDERS = frozenset({"sources", "files", "lake"})
PACKED_ALREADY = (".parquet", ".zst", ".zip", ".gz", ".bz2", ".xz", ".xlsx", ".xlsm", ".ods", ".key")
BLOCK = 4 << 20
LARGEST_MANIFEST = 256 << 20
MOST_PARTS = 1_000_000

Progress = Callable[[str, int], None]  # the part at hand, and how many bytes more are done


class Part(msgspec.Struct, frozen=True):
    """A file as it lies in the home."""

    name: str
    size: int
    sha256: str
    packed: bool = False

    @property
    def member(self) -> str:
        return f"{HOME}{self.name}{PACKED if self.packed else ''}"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds, and of which moment."""

    format: int
    regard: str
    made_at: datetime
    database: str  # "sqlite" or "postgresql"
    migrations: list[tuple[str, str]]  # Python package of the app, name
    lake: dict[str, int]  # version of each table
    counts: dict[str, int]
    with_files: bool
    environment: list[str]  # settings that were not in the home
    parts: list[Part]


@dataclass
class Writer:
    """An archive in the making."""

    file: IO[bytes]
    progress: Progress
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, source: Any) -> None:
        """Add what a readable thing gives until its end; how much that is need not be known before."""
        digest, size, packed = hashlib.sha256(), 0, not name.endswith(PACKED_ALREADY)
        with self._member(f"{HOME}{name}{PACKED if packed else ''}"):
            while block := source.read(BLOCK):
                digest.update(block)
                size += len(block)
                # packed one by one: together they are a stream of frames as any unpacker reads it
                self.file.write(pa.compress(block, codec="zstd", asbytes=True) if packed else block)
                self.progress(name, len(block))
        self.parts.append(Part(name, size, digest.hexdigest(), packed))

    def add_text(self, member: str, text: bytes) -> None:
        """Add a member that is no part of the home."""
        with self._member(member):
            self.file.write(text)

    @contextmanager
    def _member(self, name: str) -> Iterator[None]:
        """Leave room for the header of a member and write it once its size is known."""
        header = tarfile.TarInfo(name)
        header.mode, header.mtime = 0o600, int(time.time())
        start = self.file.tell()
        self.file.write(header.tobuf(tarfile.GNU_FORMAT))
        content = self.file.tell()
        yield
        header.size = self.file.tell() - content
        self.file.write(b"\0" * (-header.size % tarfile.BLOCKSIZE))
        end = self.file.tell()
        self.file.seek(start)
        self.file.write(header.tobuf(tarfile.GNU_FORMAT))
        self.file.seek(end)


@contextmanager
def new_archive(path: Path, readme: str, progress: Progress) -> Iterator[Writer]:
    """Write an archive as a whole or not at all, readable by its owner only."""
    if path.exists():
        raise ConflictError(f"{path} is there already.", hint="Choose another name; nothing is overwritten.")
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}.")
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            writer = Writer(file, progress)
            writer.add_text(README, readme.encode())
            yield writer
            file.write(b"\0" * 2 * tarfile.BLOCKSIZE)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    except OSError as error:
        if error.filename not in (None, str(fresh)):  # something else cannot be read
            raise
        raise StoreError(
            f"{path} could not be written: {error.strerror or error}.", hint="Nothing was kept of it."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)


def finish(writer: Writer, manifest: Manifest) -> None:
    """Close the list of parts."""
    writer.add_text(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


@dataclass(frozen=True)
class Archive:
    """An archive whose manifest and members fit together; what is in its parts is not yet checked."""

    path: Path
    tar: tarfile.TarFile
    members: dict[str, tarfile.TarInfo]
    manifest: Manifest

    @property
    def size(self) -> int:
        """What it takes unpacked."""
        return sum(part.size for part in self.manifest.parts)

    def read_small(self, name: str, limit: int = 1 << 20) -> bytes:
        """A part that is small, or nothing."""
        part = next((part for part in self.manifest.parts if part.name == name), None)
        if part is None or part.size > limit:
            return b""
        return b"".join(self._blocks(part))

    def unpack(self, folder: Path, progress: Progress) -> None:
        """Lay every part under a folder that is empty, each compared with the manifest."""
        for part in self.manifest.parts:
            target = folder / part.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for block in self._blocks(part):
                    file.write(block)
                    progress(part.name, len(block))
                file.flush()
                os.fsync(file.fileno())

    def _blocks(self, part: Part) -> Iterator[bytes]:
        """The part as it lies in the home; never more than the manifest says, however far it would unpack."""
        digest, left = hashlib.sha256(), part.size
        packed = self.tar.extractfile(self.members[part.member])
        try:
            stream: Any = pa.PythonFile(packed, "r")
            stream = pa.CompressedInputStream(stream, "zstd") if part.packed else stream
            while block := stream.read(min(BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    break
                digest.update(block)
                yield block
        except (OSError, pa.ArrowException) as error:
            raise self._damaged(part) from error
        if left or digest.hexdigest() != part.sha256:
            raise self._damaged(part)

    def _damaged(self, part: Part) -> UnreadableFileError:
        return UnreadableFileError(
            f"{self.path} is damaged: `{part.name}` is not what was kept.", hint="Take another backup."
        )


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Read what an archive says of itself and refuse what does not fit, before anything is unpacked."""
    no_backup = UnreadableFileError(f"{path} is no backup of Regard.", hint="`regard backup` makes them.")
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    with path.open("rb") as file:
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                first = tar.next()
                if first is None or first.name != README:
                    raise no_backup
                try:
                    yield _read(path, tar)
                except tarfile.TarError as error:
                    raise _cut(path) from error
        except tarfile.ReadError as error:
            raise no_backup from error


def _cut(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path} is not whole: it was cut short, or is still being written.", hint="Take another backup."
    )


def _read(path: Path, tar: tarfile.TarFile) -> Archive:
    members: dict[str, tarfile.TarInfo] = {}
    for member in tar:
        if not member.isreg() or member.name in members or len(members) > MOST_PARTS + 2:
            raise _refused(path, member.name)
        members[member.name] = member
    last = members.get(MANIFEST)
    if last is None:
        raise _cut(path)
    if last.size > LARGEST_MANIFEST:
        raise _refused(path, MANIFEST)
    manifest = _manifest(path, tar.extractfile(last))
    for part in manifest.parts:
        if not is_safe(part.name) or part.size < 0:
            raise _refused(path, part.name)
    expected = {README, MANIFEST, *(part.member for part in manifest.parts)}
    if len(expected) != len(manifest.parts) + 2:
        raise _refused(path, MANIFEST)
    for name in sorted(members.keys() ^ expected):
        raise _refused(path, name)
    return Archive(path, tar, members, manifest)


def _manifest(path: Path, file: IO[bytes] | None) -> Manifest:
    try:
        text = file.read() if file else b""
        said = msgspec.json.decode(text)
        if isinstance(said, dict) and isinstance(said.get("format"), int) and said["format"] > FORMAT:
            raise ConflictError(f"{path} is of a newer Regard.", hint="Restore it with that version.")
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise UnreadableFileError(f"{path} is damaged: its manifest cannot be read.") from error


def _refused(path: Path, name: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path} holds `{name[:200]}`, which no backup of Regard does.", hint="Nothing was unpacked."
    )


def is_safe(name: str) -> bool:
    """Whether a name is one of a home's, and leads nowhere else."""
    path = PurePosixPath(name)
    if "\\" in name or "\0" in name or path.is_absolute() or str(path) != name or ".." in path.parts:
        return False
    return name in FILES or (len(path.parts) > 1 and path.parts[0] in FOLDERS)


def check_room(folder: Path, size: int) -> None:
    """Refuse to begin what the disk cannot hold."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise StoreError(
            f"{folder} has {free / 1e6:,.1f} MB free, and {size / 1e6:,.1f} MB are needed.",
            hint="Make room, or choose another place.",
        )
