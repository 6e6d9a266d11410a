"""A message's JSON as events or items."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from regard.errors import InputError
from regard.ledger.events import Event, event_id_of
from regard.listen.sources.items import Item

PATH = re.compile(r"[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,9}")
MOST = 1000  # of one message


def decode(body: bytes) -> Any:
    """The JSON of a body, or InputError."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(f"The body is no JSON: {error}.") from error


def rows_of(content: Any, path: str) -> list[Any]:
    """What a message brings: a list, or one thing."""
    found = look_up(content, path) if path else content
    rows = found if isinstance(found, list) else [found]
    if len(rows) > MOST:
        raise InputError(f"One message may bring at most {MOST:,} things.")
    return rows


def event_from(row: Any, source: str, message_id: str, place: int) -> Event:
    """An event of the catalogue as its sender wrote it; without an id it is known by its message."""
    if not isinstance(row, dict):
        raise InputError("an event is a JSON object")
    name = str(row.get("name", ""))
    known = {"event_id": event_id_of(source, name, message_id, str(place)), **row, "source": source}
    known.pop("recorded_at", None)
    try:
        return msgspec.convert(known, type=Event)
    except msgspec.ValidationError as error:
        raise InputError(f"{error}") from error


def item_from(row: Any, settings: Mapping[str, str], message_id: str, place: int) -> Item:
    """One thing said of us, found by the mapping's paths."""
    said = {name: look_up(row, settings[name]) if settings.get(name) else None for name in
            ("id", "text", "time", "author", "stars", "title", "url")}  # fmt: skip
    words = {name: _words(said[name]) for name in ("id", "text", "author", "title", "url")}
    url = words["url"] if words["url"].startswith(("https://", "http://")) else ""
    return Item(
        key=words["id"] or f"{message_id} {place}", at=_moment(said["time"]), text=words["text"],
        author=words["author"], stars=_stars(said["stars"]), title=words["title"], url=url,
    )  # fmt: skip


def look_up(content: Any, path: str) -> Any:
    """`data.items.0.text` of some JSON; None where there is none."""
    for step in path.split("."):
        if isinstance(content, dict):
            content = content.get(step)
        elif isinstance(content, list) and step.isdigit() and int(step) < len(content):
            content = content[int(step)]
        else:
            return None
    return content


def _words(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _moment(value: Any) -> datetime:
    if value is None:
        return datetime.now(UTC)
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        at = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(f"`{str(value)[:60]}` is no time") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _stars(value: Any) -> float | None:
    if value is None:
        return None
    try:
        stars = float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"`{str(value)[:60]}` are no stars") from error
    if not 1 <= stars <= 5:
        raise InputError("stars are 1 to 5")
    return stars
