"""What sources answer: which there are, and the mentions that they and imported files brought."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
from django.utils import timezone

from regard.errors import NotFoundError
from regard.ledger import lake
from regard.ledger import queries as ledger
from regard.listen.sources.items import OTHERS
from regard.listen.sources.models import Answer, LiveSource

COLUMNS = ("event_id", "name", "source", "person", "occurred_at", "channel", "instrument", "score", "text",
           "subject", "data")  # fmt: skip
PUBLIC = ("social", "review")
REPLYING = ("mastodon",)
LATE = timedelta(days=2)
MOST = 20_000  # mentions that one page looks at


@dataclass(frozen=True)
class Mention:
    """Something said in public, of us or of a competitor, and whether it has been answered."""

    id: str
    source: str
    person: str
    at: datetime
    channel: str
    text: str
    stars: float | None
    about: str  # a competitor; empty: us
    author: str
    url: str
    language: str
    reply_to: str
    subject: str
    can_answer: bool
    answered: bool
    answer: Answer | None = None

    @property
    def age(self) -> timedelta:
        return timezone.now() - self.at

    @property
    def is_late(self) -> bool:
        return self.age > LATE

    @property
    def waits(self) -> bool:
        """Whether somebody should answer: what is said of competitors needs none."""
        return not self.answered and not self.about


def sources() -> list[LiveSource]:
    """Every source, those that fail first."""
    return list(LiveSource.objects.order_by("-is_active", "-failures", "name"))


def source(source_id: int) -> LiveSource:
    """One source, or NotFoundError."""
    row = LiveSource.objects.filter(pk=source_id).first()
    if row is None:
        raise NotFoundError("There is no such source.")
    return row


def failing_sources() -> list[LiveSource]:
    """Those whose last looks failed."""
    return list(LiveSource.objects.filter(is_active=True, failures__gt=1).order_by("name"))


def mention(mention_id: str) -> Mention:
    """One mention, or NotFoundError."""
    table = ledger.events()
    found = _read(table.filter(_is_mention(table), table.event_id == mention_id))
    if not found:
        raise NotFoundError("There is no such mention.", hint="What was just heard is here in a few seconds.")
    return found[0]


def mentions(*, since: datetime) -> list[Mention]:
    """What was said in public since a moment, newest first."""
    table = ledger.events()
    moment = ibis.literal(since, type="timestamp('UTC')")
    chosen = table.filter(_is_mention(table), table.occurred_at >= moment)
    return _read(chosen.order_by(ibis.desc("occurred_at"), "event_id").limit(MOST))


def _is_mention(table: ibis.Table) -> Any:
    return (
        (table.name == "review.written")
        | (table.name == OTHERS)
        | ((table.name == "message.received") & table.channel.isin(PUBLIC))
    )


def _read(table: ibis.Table) -> list[Mention]:
    rows = lake.fetch(table.select(*COLUMNS)).to_pylist()
    ids = [row["event_id"] for row in rows]
    if len(ids) > 500:
        answers = {each.mention_id: each for each in Answer.objects.all()}
    else:
        answers = {each.mention_id: each for each in Answer.objects.filter(mention_id__in=ids)}
    replying = set(
        LiveSource.objects.filter(kind__in=REPLYING, is_active=True)
        .exclude(secrets=[])
        .values_list("name", flat=True)
    )
    return [_mention(row, answers.get(row["event_id"]), replying) for row in rows]


def _mention(row: dict[str, Any], answer: Answer | None, replying: set[str]) -> Mention:
    data = json.loads(row["data"]) if row["data"] else {}
    stars = row["score"] if row["instrument"] == "stars-5" else _number(data.get("stars"))
    reply_to = str(data.get("reply_to", ""))
    url, title, text = str(data.get("url", "")), str(data.get("title", "")), row["text"] or ""
    return Mention(
        id=row["event_id"], source=row["source"], person=row["person"], at=row["occurred_at"],
        channel=row["channel"] or "review",
        text=text if text.startswith(title) else f"{title}\n{text}".strip(), stars=stars,
        about=str(data.get("about", "")), author=str(data.get("author", "")),
        url=url if url.startswith(("https://", "http://")) else "",
        language=str(data.get("language", "")), reply_to=reply_to, subject=row["subject"] or "",
        can_answer=bool(reply_to) and row["source"] in replying,
        answered=answer is not None or bool(data.get("replied_at") or data.get("reply")), answer=answer,
    )  # fmt: skip


def _number(written: object) -> float | None:
    try:
        return float(str(written)) if written not in (None, "") else None
    except ValueError:
        return None
