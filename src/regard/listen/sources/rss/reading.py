"""What stands in a feed. feedparser reads it, with whatever is wrong in it; a feed is a stranger's text."""

import hashlib
import io
from calendar import timegm
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from regard.errors import UnreachableError
from regard.listen.reading.mailtext import words_of_html
from regard.listen.sources.items import Item

MOST_ITEMS = 500


def read_feed(body: bytes, content_type: str, url: str) -> tuple[list[Item], int]:
    """The entries of a feed and how many could not be used; UnreachableError for what is no feed.

    A feed needs no document type; one that declares entities is refused before anything expands them.
    """
    bare = body.replace(b"\0", b"").lower()  # also of UTF-16
    if b"<!doctype" in bare[:4096] and b"<!entity" in bare:
        raise UnreachableError("The feed declares entities of its own, which no feed needs.")
    # without its address: otherwise the ids of broken feeds are resolved against it, those of sound ones not
    headers = {"content-type": content_type or "application/xml"}
    # a stream: text itself would be taken for a file's name or an address to fetch
    found = feedparser.parse(io.BytesIO(body), response_headers=headers, resolve_relative_uris=False)
    if not found.get("version") and not found.entries:
        raise UnreachableError("There is no feed under this address.")
    now = datetime.now(UTC)
    items = [_item(entry, url, now) for entry in found.entries[:MOST_ITEMS]]
    return [item for item in items if item is not None], sum(item is None for item in items)


def _item(entry: Any, base: str, now: datetime) -> Item | None:
    content = entry.get("content") or [{}]
    text = words_of_html(str(content[0].get("value") or entry.get("summary") or ""))
    title = words_of_html(str(entry.get("title") or ""))
    link = _joined(base, str(entry.get("link") or ""))
    key = str(entry.get("id") or link or hashlib.blake2b(f"{title}{text}".encode()).hexdigest()[:32])
    if not text and not title:
        return None
    return Item(
        key=key, at=_moment(entry) or now, text=text, title="" if text.startswith(title) else title,
        author=str(entry.get("author") or ""), url=link,
        stars=_stars(entry), language=str(entry.get("language") or ""),
    )  # fmt: skip


def _joined(base: str, link: str) -> str:
    try:
        whole = urljoin(base, link) if link else ""
    except ValueError:
        return ""
    return whole if whole.startswith(("https://", "http://")) else ""


def _moment(entry: Any) -> datetime | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (OverflowError, ValueError, OSError):
        return None


def _stars(entry: Any) -> float | None:
    """The rating of Apple's customer reviews feed."""
    written = str(entry.get("im_rating") or "")
    return float(written) if written in {"1", "2", "3", "4", "5"} else None
