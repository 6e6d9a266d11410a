"""What every kind of source makes of what it finds: items; and the event that an item becomes."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from regard.errors import InputError
from regard.ledger.catalogue import check_event
from regard.ledger.events import Event, event_id_of

LONGEST_TEXT = 20_000
AHEAD = timedelta(hours=1)  # a clock of theirs may be wrong; what lies further ahead is dated to now
OTHERS = "custom.competitor_mention"  # apart from our own reviews, so that no measure takes them for ours


@dataclass(frozen=True)
class Item:
    """One thing somebody wrote. `key` is its identity within the source."""

    key: str
    at: datetime
    text: str
    author: str = ""
    person: str = ""  # a person key, where the author is one who can be known again
    url: str = ""
    stars: float | None = None
    title: str = ""
    language: str = ""
    reply_to: str = ""  # what an answer is posted to, where the source can
    about: str = ""  # said by the item itself; otherwise the source's


@dataclass(frozen=True)
class Fetched:
    """What one look brought: items, where to go on, how many could not be read, and how long to stay away."""

    items: Sequence[Item] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    refused: int = 0
    pause: timedelta | None = None
    more: bool = False  # there is more to fetch at once


@dataclass(frozen=True)
class Field:
    """One setting of a kind, as the form asks for it."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    choices: tuple[str, ...] = ()


class Kind(Protocol):
    """A kind of source: a module under `listen/sources/<kind>/` with one object of this shape."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def sentence(self) -> str: ...

    @property
    def fields(self) -> tuple[Field, ...]: ...

    @property
    def fetches(self) -> bool:
        """Whether it is looked at again and again; otherwise it sends to us."""

    def check(self, settings: Mapping[str, str]) -> None:
        """Refuse settings that cannot work, with a sentence."""

    def fetch(self, settings: Mapping[str, str], secret: str, cursor: Mapping[str, Any]) -> Fetched:
        """What is new since the cursor."""

    def reply(self, settings: Mapping[str, str], secret: str, reply_to: str, text: str, key: str) -> str:
        """Post an answer once for a key and return where it can be seen."""


def event_of(item: Item, source: str, about: str, *, now: datetime) -> Event:
    """The event that an item becomes, or InputError with why it cannot."""
    about = item.about or about
    data = {"about": about, "url": item.url[:2000], "author": item.author[:200], "title": item.title[:500],
            "language": item.language[:20], "reply_to": item.reply_to[:300]}  # fmt: skip
    score = item.stars if item.stars is not None and not about else None
    if about:
        name = OTHERS
        data["stars"] = "" if item.stars is None else f"{item.stars:g}"
    else:
        name = "message.received" if score is None else "review.written"
    text = "\n".join(part for part in (item.title.strip(), item.text.strip()) if part).replace("\0", "")
    event = Event(
        event_id=event_id_of(source, "mention", item.key), name=name, source=source,
        occurred_at=min(item.at.astimezone(UTC), now) if item.at - now < AHEAD else now,
        person=_person(item, source, about), channel="social" if score is None else "review",
        instrument=None if score is None else "stars-5", score=score, text=text[:LONGEST_TEXT] or None,
        data={key: value for key, value in data.items() if value},
    )  # fmt: skip
    if event.text is None and score is None:
        raise InputError("there is no text and no rating")
    check_event(event)
    return event


def _person(item: Item, source: str, about: str) -> str:
    """Whoever can be known again; a competitor's customers are not looked for among ours."""
    if item.person and not about:
        return item.person[:300]
    return (
        f"anon:{hashlib.blake2b(f'{source}/{item.author or item.key}'.encode(), digest_size=12).hexdigest()}"
    )


def events_of(items: Iterable[Item], source: str, about: str, *, now: datetime) -> tuple[list[Event], int]:
    """The events of items, and how many could not become one."""
    events, refused = {}, 0
    for item in items:
        try:
            event = event_of(item, source, about, now=now)
        except InputError:
            refused += 1  # counted and shown beside the source; the page it stood on keeps it
        else:
            events[event.event_id] = event
    return list(events.values()), refused
