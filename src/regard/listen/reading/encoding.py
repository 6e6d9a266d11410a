"""Which encoding a file has, decided from all of it, and its bytes as UTF-8."""

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from regard.errors import UnreadableFileError
from regard.listen.reading.sheets import Hints

CHUNK = 8 * 1024 * 1024
# An undecodable byte b becomes this private character + b, so that its row can be found and refused.
MARK = 0x10FE00
MARKS = re.compile(f"[{chr(MARK)}-{chr(MARK + 255)}]")
MARK_PREFIX = chr(MARK).encode()[:2]
BOMS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
UNUSED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def detect_encoding(path: Path, hints: Hints) -> tuple[str, bool]:
    """The encoding's name, and whether every byte of the file fits it."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if hints.encoding:
        return _known(hints.encoding), False
    for bom, name in BOMS:
        if head.startswith(bom):
            return name, False
    wide = _wide(head)
    if wide:
        return wide, False
    if _binary(head):
        raise UnreadableFileError(
            f"{path.name} is not text.", hint="Export the table as CSV or XLSX and hand that in."
        )
    return _narrow(path)


def utf8_chunks(path: Path, encoding: str, *, clean: bool) -> Iterator[bytes]:
    """The file as UTF-8 without BOM, piece by piece; undecodable bytes as marks."""
    with path.open("rb") as file:
        if clean and encoding == "utf-8":
            yield from _raw(file)
            return
        codecs.register_error("regard-mark", _mark)
        decoder = codecs.getincrementaldecoder(encoding)(errors="regard-mark")
        first = True
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            yield (text.removeprefix("\ufeff") if first else text).encode("utf-8", "replace")
            first = False
        yield decoder.decode(b"", True).encode("utf-8", "replace")


def show_marks(text: str) -> str:
    r"""Undecodable bytes as \xNN, for people."""
    return MARKS.sub(lambda match: f"\\x{ord(match[0]) - MARK:02x}", text)


def lines_of(chunks: Iterable[bytes]) -> Iterator[str]:
    """The text line by line, without line ends."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        rest = data[end:]
        yield from data[:end].decode().removesuffix("\n").split("\n") if end else ()
    if rest:
        yield rest.decode()


def _raw(file: BinaryIO) -> Iterator[bytes]:
    first = True
    while chunk := file.read(CHUNK):
        yield chunk.removeprefix(codecs.BOM_UTF8) if first else chunk
        first = False


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(MARK + byte) for byte in error.object[error.start : error.end]), error.end


def _known(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise UnreadableFileError(
            f"No encoding is called {name!r}.", hint="Use utf-8, cp1252, latin-1 or utf-16."
        ) from None


def _wide(head: bytes) -> str | None:
    """UTF-16 without a BOM: western text has a zero in every other byte."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0) / pairs, head[1 : pairs * 2 : 2].count(0) / pairs
    if odd > 0.5 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.5 and odd < 0.1 else None


def _binary(head: bytes) -> bool:
    controls = sum(head.count(byte) for byte in range(32) if byte not in (9, 10, 12, 13, 26, 27))
    return controls > max(8, len(head) // 50)


def _narrow(path: Path) -> tuple[str, bool]:
    """UTF-8 if (nearly) all of the file is, else cp1252, else latin-1."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    bad = high = unused = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            if not chunk.isascii():
                bad += len(re.findall("[\udc80-\udcff]", text))
                high += len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
                unused += len(UNUSED_IN_CP1252.findall(chunk))
    bad += len(decoder.decode(b"", True))
    if not bad:
        return "utf-8", True
    if high > 4 * bad:
        return "utf-8", False
    return ("latin-1", False) if unused else ("cp1252", False)
