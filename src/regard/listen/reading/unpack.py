"""Unpacks .gz and .zip with limits: on size, on ratio, on nesting."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from regard.errors import UnreadableFileError
from regard.listen.reading.sheets import Hints

PIECE = 1024 * 1024
BROKEN = (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
MOST_FILES = 1000  # of an archive, letters not counted: each may be a table of its own
FREE = 10 * 1024 * 1024  # below this size no ratio is suspicious


def unpack_gzip(path: Path, target: Path, hints: Hints) -> Path:
    """The packed file, unpacked into the target folder."""
    out = target / (path.name.removesuffix(".gz").removesuffix(".GZ") or "unpacked")
    with _explained(path), gzip.open(path, "rb") as packed:
        _copy(packed, out, path, path.stat().st_size, hints.unpacked_limit, hints)
    return out


def unpack_zip(path: Path, target: Path, hints: Hints) -> tuple[list[Path], dict[str, str]]:
    """The files of an archive, unpacked into the target folder under harmless names; and why others could not be."""
    left = hints.unpacked_limit
    files: list[Path] = []
    broken: dict[str, str] = {}
    with _explained(path), zipfile.ZipFile(path) as archive:
        if sum(not name.lower().endswith(".eml") for name in archive.namelist()) > MOST_FILES:
            raise UnreadableFileError(
                f"{path.name} holds more than {MOST_FILES:,} files.",
                hint="Hand in a table with all rows, or several archives.",
            )
        for place, entry in enumerate(archive.infolist()):
            name = Path(entry.filename).name
            if entry.is_dir() or name.startswith(".") or "__MACOSX" in entry.filename:
                continue
            if entry.flag_bits & 1:
                broken[entry.filename] = f"{name} is encrypted."
                continue
            folder = target / str(place)
            folder.mkdir()
            try:
                with archive.open(entry) as packed:
                    left -= _copy(packed, folder / name, path, entry.compress_size, left, hints)
            except BROKEN as error:
                broken[entry.filename] = f"{name} is cut short or broken: {error}."
                continue
            files.append(folder / name)
    if not files and broken:
        raise UnreadableFileError(f"Nothing in {path.name} can be read: {next(iter(broken.values()))}")
    if not files:
        raise UnreadableFileError(
            f"{path.name} holds no files.", hint="Hand in an archive with a table in it."
        )
    return files, broken


def check_document(path: Path, hints: Hints) -> None:
    """A spreadsheet is an archive too, which its reader unpacks without limits: look before."""
    with _explained(path), zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    _limit(path, size, path.stat().st_size, hints.unpacked_limit, hints)


def _copy(
    packed: IO[bytes] | gzip.GzipFile, out: Path, path: Path, packed_size: int, limit: int, hints: Hints
) -> int:
    size = 0
    with out.open("wb") as file:
        while piece := packed.read(PIECE):
            size += len(piece)
            _limit(path, size, packed_size, limit, hints)
            file.write(piece)
    return size


def _limit(path: Path, size: int, packed_size: int, limit: int, hints: Hints) -> None:
    if size > limit:
        raise UnreadableFileError(
            f"{path.name} unpacks to more than {hints.unpacked_limit // 1024**2} MB.",
            hint="Hand in smaller files, or raise REGARD_UNPACKED_LIMIT_MB.",
        )
    if size > FREE and size > hints.ratio_limit * max(packed_size, 1):
        raise UnreadableFileError(
            f"{path.name} unpacks to more than {hints.ratio_limit} times its size: made to do harm?",
            hint="Unpack it yourself and hand in the files.",
        )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, *BROKEN) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        raise UnreadableFileError(
            f"{path.name} is cut short or broken: {error}.", hint="Pack or send it again."
        ) from error
