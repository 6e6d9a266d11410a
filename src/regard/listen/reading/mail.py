"""Reads mail: mbox files, and .eml files as if they were one. One row a message."""

import email
import email.header
import email.utils
import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from email.message import Message
from pathlib import Path

from regard.listen.reading.mailtext import part_quoted, plain_text
from regard.listen.reading.sheets import Found, Hints, Sheet, SheetWriter

COLUMNS = (
    "message_id", "in_reply_to", "references", "date", "from", "from_name", "to", "cc", "subject", "text",
    "quoted", "attachments",
)  # fmt: skip
MESSAGE_LIMIT = 64 * 1024 * 1024
_WORDS = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")


def read_mailbox(path: Path, name: str, hints: Hints) -> list[Sheet]:
    """The one sheet of an mbox file."""
    return [_read(_split(path), name, "mbox", hints)]


def read_letters(paths: Iterable[Path], name: str, hints: Hints) -> list[Sheet]:
    """One sheet of all these .eml files."""
    return [_read((path.read_bytes() for path in paths), name, "eml", hints)]


def _read(messages: Iterable[bytes], name: str, format: str, hints: Hints) -> Sheet:
    writer = SheetWriter(name, COLUMNS, Found(format), hints)
    for number, raw in enumerate(messages, start=1):
        if len(raw) > MESSAGE_LIMIT:
            writer.refuse(number, raw[:1000].decode("latin-1"), "a message of more than 64 MB")
            continue
        try:
            message = email.message_from_bytes(raw)
        except RecursionError:
            writer.refuse(number, raw[:1000].decode("latin-1"), "too many parts within parts")
            continue
        if not message["from"] and not message["date"] and not message["subject"]:
            writer.refuse(number, raw.decode("utf-8", "replace"), "no sender, date or subject: not a message")
            continue
        writer.add(number, _row(message))
    return writer.finish()


def _split(path: Path) -> Iterator[bytes]:
    """Messages begin at a line "From " behind an empty line; a body's own are written ">From "."""
    lines: list[bytes] = []
    size, blank = 0, True
    with path.open("rb") as file:
        while line := file.readline(MESSAGE_LIMIT):
            if blank and line.startswith(b"From "):
                if lines:
                    yield b"".join(lines)
                lines, size, blank = [], 0, False
                continue
            blank = not line.strip()
            if size <= MESSAGE_LIMIT:  # of what is too long no more than that is kept in memory
                lines.append(line[1:] if re.match(rb">+From ", line) else line)
            size += len(line)
    if lines:
        yield b"".join(lines)


def _row(message: Message) -> list[str | None]:
    sender_name, sender = _first_address(_header(message, "from"))
    own, quoted = part_quoted(plain_text(message))
    attachments = [part.get_filename() for part in message.walk() if part.get_filename()]
    return [
        _identifier(_header(message, "message-id")),
        _identifier(_header(message, "in-reply-to")),
        " ".join(re.findall(r"<[^<>\s]+>", _header(message, "references"))).replace("<", "").replace(">", ""),
        _date_of(message),
        sender,
        sender_name,
        _addresses(_header(message, "to")),
        _addresses(_header(message, "cc")),
        _header(message, "subject"),
        own,
        quoted,
        ", ".join(_decoded_words(str(name)) for name in attachments),
    ]


def _header(message: Message, name: str) -> str:
    """A header as text; words in unknown or wrong encodings as well as they can be read."""
    raw = message.get(name)
    if raw is None:
        return ""
    if isinstance(raw, email.header.Header):  # bytes above 127 that no encoding was declared for
        data = b"".join(part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
                        for part, _ in email.header.decode_header(raw))  # fmt: skip
        text = _guess(data)
    else:
        text = str(raw)
    return " ".join(_decoded_words(text).replace("\0", "").split())


def _decoded_words(text: str) -> str:
    joined = re.sub(r"(\?=)\s+(?==\?)", r"\1", text)
    return _WORDS.sub(lambda match: _decoded_word(match[0]), joined)


def _decoded_word(word: str) -> str:
    try:
        data, charset = email.header.decode_header(word)[0]
    except (email.errors.HeaderParseError, ValueError):
        return word
    if isinstance(data, str):
        return data
    try:
        return str(data, charset or "ascii")
    except (LookupError, UnicodeDecodeError):
        return _guess(data)


def _guess(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _identifier(text: str) -> str:
    found = re.search(r"<([^<>\s]+)>", text)
    return found[1] if found else text


def _first_address(text: str) -> tuple[str, str]:
    name, address = email.utils.parseaddr(text)
    if "@" not in address:
        found = re.search(r"[^\s<>\"',;]+@[^\s<>\"',;]+", text)
        address = found[0] if found else ""
    return name.strip("'\" "), address.lower()


def _addresses(text: str) -> str:
    return ", ".join(address.lower() for _, address in email.utils.getaddresses([text]) if address)


def _date_of(message: Message) -> str | None:
    """When a letter was written, else when the nearest server took it in; in ISO with its offset."""
    taken = [str(line).rpartition(";")[2] for line in message.get_all("received", [])]
    for text in (_header(message, "date"), *reversed(taken)):
        try:
            moment = email.utils.parsedate_to_datetime(text)
            return (moment.replace(tzinfo=UTC) if "-0000" in text else moment).isoformat(" ")
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
