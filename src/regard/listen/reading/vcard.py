"""Reads vCards (2.1, 3.0, 4.0): one row a card."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from pathlib import Path

from regard.listen.reading.encoding import detect_encoding, lines_of, utf8_chunks
from regard.listen.reading.sheets import Found, Hints, Sheet, SheetWriter

COLUMNS = (
    "uid", "name", "family_name", "given_name", "title", "organisation", "email", "email_2", "phone",
    "phone_2", "street", "postcode", "city", "state", "country", "birth_date", "url", "role", "categories",
    "note",
)  # fmt: skip
_PLAIN = {
    "UID": "uid", "FN": "name", "EMAIL": "email", "TEL": "phone", "BDAY": "birth_date", "URL": "url",
    "TITLE": "role", "CATEGORIES": "categories", "NOTE": "note",
}  # fmt: skip
_PARTS = {
    "N": ("family_name", "given_name", "", "title"),
    "ADR": ("", "", "street", "city", "state", "postcode", "country"),
    "ORG": ("organisation",),
}
_PROPERTY = re.compile(
    r'^(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:[^":;]|"[^"]*")*)*):(?P<value>.*)$', re.DOTALL
)


def read_cards(path: Path, name: str, hints: Hints) -> list[Sheet]:
    """The one sheet of a file of cards."""
    encoding, clean = detect_encoding(path, hints)
    writer = SheetWriter(name, COLUMNS, Found("vcard", encoding), hints)
    for number, lines in enumerate(_cards(lines_of(utf8_chunks(path, encoding, clean=clean))), start=1):
        if lines[-1].strip().upper() != "END:VCARD":
            writer.refuse(number, "\n".join(lines), "the card does not end")
            continue
        card = _read_card(lines)
        writer.add(number, [card.get(column) for column in COLUMNS])
    return [writer.finish()]


def _cards(lines: Iterator[str]) -> Iterator[list[str]]:
    card: list[str] = []
    for raw in lines:
        line = raw.rstrip("\r")
        begins = line.strip().upper() == "BEGIN:VCARD"
        if begins and card:
            yield card
            card = []
        if begins or card:
            card.append(line)
        if line.strip().upper() == "END:VCARD" and card:
            yield card
            card = []
    if card:
        yield card


def _unfold(lines: list[str]) -> Iterator[str]:
    """Long lines go on with a blank at the beginning, or in quoted-printable behind a "="."""
    whole = ""
    for line in lines:
        if whole.endswith("=") and "QUOTED-PRINTABLE" in whole.split(":")[0].upper():
            whole = whole[:-1] + line
        elif line[:1] in (" ", "\t") and whole:
            whole += line[1:]
        else:
            if whole:
                yield whole
            whole = line
    yield whole


def _read_card(lines: list[str]) -> dict[str, str]:
    card: dict[str, str] = {}
    for line in _unfold(lines):
        match = _PROPERTY.match(line)
        if not match:
            continue
        name, value = match["name"].upper(), _decoded(match["value"], match["parameters"].upper())
        if name in _PARTS:
            cells = [_unescaped(part) for part in re.split(r"(?<!\\);", value)]
            for column, cell in zip(_PARTS[name], cells, strict=False):
                if column and cell:
                    card.setdefault(column, cell)
        elif name in _PLAIN:
            cell = _unescaped(value)
            _put(
                card, _PLAIN[name], re.sub(r"^(?:tel|mailto|urn:uuid):", "", cell) if name != "URL" else cell
            )
    return card


def _put(card: dict[str, str], column: str, cell: str) -> None:
    if column in card and f"{column}_2" in COLUMNS:
        column = f"{column}_2"
    if cell:
        card.setdefault(column, cell)


def _decoded(value: str, parameters: str) -> str:
    charset = re.search(r"CHARSET=\"?([\w-]+)", parameters)
    encoding = charset[1] if charset else "utf-8"
    try:
        if "QUOTED-PRINTABLE" in parameters:
            return quopri.decodestring(value.encode()).decode(encoding, "replace")
        if re.search(r"ENCODING=(?:B|BASE64)\b", parameters):
            return base64.b64decode(value).decode(encoding, "replace")
    except (LookupError, binascii.Error, ValueError):
        return value
    return value


def _unescaped(value: str) -> str:
    text = re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)
    return text.replace("\0", "").strip()
