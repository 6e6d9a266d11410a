"""Opens a file of any known format, told from its content and not from its name."""

import codecs
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from regard.errors import NotFoundError, UnreadableFileError
from regard.listen.reading import unpack
from regard.listen.reading.mail import read_letters, read_mailbox
from regard.listen.reading.parquet import read_parquet
from regard.listen.reading.records import read_records
from regard.listen.reading.refused import Refused
from regard.listen.reading.sheets import Hints, Sheet
from regard.listen.reading.text import read_text
from regard.listen.reading.vcard import read_cards
from regard.listen.reading.workbook import read_workbook

MAIL_HEADER = re.compile(
    rb"(?:from|to|date|subject|received|return-path|delivered-to|message-id|mime-version|content-type|reply-to"
    rb"|x-[\w-]+|dkim-signature|in-reply-to|references|cc|sender):[ \t]",
    re.IGNORECASE,
)
JSON_BEGINS = re.compile(r'\{\s*["}]|\[\s*(?:[\[{"\]]|(?:-?[\d.]+|true|false|null)\s*[,\]])')
WEB_PAGE = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|table|\?xml)\b", re.IGNORECASE | re.DOTALL
)
FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"7z\xbc\xaf": "packed with 7-Zip",
    b"Rar!": "packed with RAR",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"SQLite format 3": "a SQLite database",
}
READERS: dict[str, Callable[[Path, str, Hints], list[Sheet]]] = {
    "parquet": read_parquet,
    "mbox": read_mailbox,
    "eml": lambda path, name, hints: read_letters([path], name, hints),
    "vcard": read_cards,
    "json": read_records,
    "text": read_text,
    "xlsx": lambda path, name, hints: _checked_workbook(path, name, "xlsx", hints),
    "ods": lambda path, name, hints: _checked_workbook(path, name, "ods", hints),
    "xls": lambda path, name, hints: read_workbook(path, name, "xls", hints),
}


def read_file(path: Path, *, hints: Hints) -> list[Sheet]:
    """All sheets of a file, or of a folder of .eml files; the format is told from the content."""
    if path.is_dir():
        letters = sorted(file for file in path.rglob("*") if file.suffix.lower() == ".eml")
        if not letters:
            raise UnreadableFileError(
                f"The folder {path.name} holds no .eml files.", hint="Hand in single files."
            )
        return read_letters(letters, path.name, hints)
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.", hint="Check the path.")
    return _read(path, hints, packed=False)


def tell_format(path: Path) -> str:
    """What the content is: gzip, zip, or the name of a reader."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if not head:
        raise UnreadableFileError(f"{path.name} is empty.", hint="Hand in a file with at least one row.")
    for magic, what in FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableFileError(
                f"{path.name} is {what}.", hint="Hand in CSV, XLSX, ODS, JSON, Parquet, mbox, .gz or .zip."
            )
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _tell_archive(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if head.startswith(b"PAR1"):
        return "parquet"
    return _tell_text(head, path.name)


def _read(path: Path, hints: Hints, *, packed: bool) -> list[Sheet]:
    kind = tell_format(path)
    if kind not in ("gzip", "zip"):
        return READERS[kind](path, path.stem, hints)
    if packed:
        raise UnreadableFileError(
            f"{path.name} is an archive within an archive.", hint="Unpack the outer one."
        )
    with tempfile.TemporaryDirectory(prefix="regard-unpack-", dir=hints.temporary) as folder:
        if kind == "gzip":
            sheets = _read(unpack.unpack_gzip(path, Path(folder), hints), hints, packed=True)
        else:
            sheets = _read_many(path, *unpack.unpack_zip(path, Path(folder), hints), hints)
    for sheet in sheets:
        sheet.found.compression = kind
    return sheets


def _read_many(path: Path, files: list[Path], broken: dict[str, str], hints: Hints) -> list[Sheet]:
    """The sheets of an archive's files; a file that cannot be read is refused like a row, unless none can."""
    letters = [file for file in files if file.suffix.lower() == ".eml"]
    sheets = read_letters(letters, path.stem, hints) if letters else []
    for file in files:
        if file in letters:
            continue
        try:
            sheets += _read(file, hints, packed=True)
        except UnreadableFileError as error:
            broken[file.name] = str(error)
    if broken and not sheets:
        raise UnreadableFileError(f"Nothing in {path.name} can be read: {next(iter(broken.values()))}")
    for name, reason in broken.items():
        sheets[0].refused.append(Refused(0, name, reason))
        sheets[0].found.notes.append(f"Left out: {reason}")
    return sheets


def _checked_workbook(path: Path, name: str, kind: str, hints: Hints) -> list[Sheet]:
    unpack.check_document(path, hints)
    return read_workbook(path, name, kind, hints)


def _tell_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise UnreadableFileError(
            f"{path.name} is cut short or broken: {error}.", hint="Send it again."
        ) from error
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    return "ods" if {"content.xml", "mimetype"} <= names else "zip"


def _tell_text(head: bytes, name: str) -> str:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    start = head.decode("utf-16" if wide else "utf-8", "ignore").removeprefix("\ufeff").lstrip()
    if head.startswith(b"From ") and MAIL_HEADER.search(head):
        return "mbox"
    if start[:11].upper() == "BEGIN:VCARD":
        return "vcard"
    if JSON_BEGINS.match(start):
        return "json"
    if WEB_PAGE.match(start):  # what old systems call .xls
        raise UnreadableFileError(
            f"{name} is a web page or XML, not a table.",
            hint="Open it in a spreadsheet program and save it as XLSX or CSV.",
        )
    lines = head.split(b"\n", 3)[:2]
    return "eml" if len(lines) > 1 and MAIL_HEADER.match(lines[0]) and _header_goes_on(lines[1]) else "text"


def _header_goes_on(line: bytes) -> bool:
    return bool(MAIL_HEADER.match(line)) or line[:1] in (b" ", b"\t")
