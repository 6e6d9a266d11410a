"""What a status says that we need; everything else in it is passed over."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from regard.errors import InputError
from regard.listen.reading.mailtext import words_of_html
from regard.listen.sources.items import Item

VISIBILITIES = ("public", "unlisted", "private", "direct")


class Author(msgspec.Struct):
    id: str
    acct: str
    display_name: str = ""


class Status(msgspec.Struct):
    id: str
    created_at: datetime
    account: Author
    content: str = ""
    url: str | None = None
    visibility: str = "public"
    language: str | None = None
    spoiler_text: str = ""
    reblog: object = None


class Notification(msgspec.Struct):
    id: str
    status: Status | None = None


class Search(msgspec.Struct):
    statuses: list[object] = []


def item_of(status: Status, instance: str) -> Item | None:
    """A status as an item; None for a boost, which says nothing of its own."""
    if status.reblog is not None or status.visibility not in VISIBILITIES:
        return None
    acct = status.account.acct
    whole = acct if "@" in acct else f"{acct}@{urlsplit(instance).hostname}"
    at = status.created_at if status.created_at.tzinfo else status.created_at.replace(tzinfo=UTC)
    url = status.url or ""
    return Item(
        key=status.id, at=at, text=words_of_html(status.content), title=status.spoiler_text,
        author=status.account.display_name or acct, person=f"mastodon:{whole.lower()}",
        url=url if url.startswith(("https://", "http://")) else "", language=status.language or "",
        reply_to=f"{status.id} {status.visibility} {acct}",
    )  # fmt: skip


def reply_address(reply_to: str) -> tuple[str, str, str]:
    """The status to reply to, how public it was, and whose it is."""
    parts = reply_to.split(" ")
    if len(parts) != 3 or parts[1] not in VISIBILITIES:
        raise InputError("It cannot be told what to reply to.")
    return parts[0], parts[1], parts[2]
