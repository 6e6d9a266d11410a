"""One customer's timeline across all sources: what happened, grouped by day, the customer's words largest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils import formats, timezone

from regard.ledger import queries as ledger
from regard.ledger.catalogue import CATALOGUE
from regard.web.templatetags.regard import clock, money, rating

PAGE = 60
MOST_AT_ONCE = 1000  # events of one moment that are not torn apart by the page's end

KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "Everything", ()),
    (
        "words",
        "Their words",
        ("survey.answered", "review.written", "message.received", "case.opened", "complaint.made"),
    ),
    ("orders", "Orders", ("order.", "item.", "payment.", "contract.", "promise.")),
    ("cases", "Cases", ("case.", "complaint.", "feedback.")),
    ("contacts", "Messages and calls", ("message.", "call.")),
    ("surveys", "Surveys and reviews", ("survey.", "review.")),
    ("visits", "Visits", ("page.", "product.")),
)
WORDS: dict[str, str] = {
    "customer.registered": "Became a customer",
    "customer.churned": "Left",
    "order.completed": "Ordered",
    "order.shipped": "Order shipped",
    "order.delivered": "Order delivered",
    "order.cancelled": "Order cancelled",
    "order.refunded": "Money back",
    "item.bought": "Bought an item",
    "item.returned": "Sent an item back",
    "payment.made": "Paid",
    "contract.billed": "Billed under contract",
    "promise.made": "We promised",
    "promise.kept": "Promise kept",
    "promise.broken": "Promise broken",
    "survey.invited": "Asked for an answer",
    "survey.answered": "Answered",
    "review.written": "Wrote a review",
    "message.received": "Wrote to us",
    "message.sent": "We wrote",
    "case.opened": "Case opened",
    "case.replied": "We replied",
    "case.handed_over": "Handed over",
    "case.reopened": "Case reopened",
    "case.resolved": "Case resolved",
    "call.received": "Called us",
    "call.made": "We called",
    "page.viewed": "Looked at a page",
    "product.viewed": "Looked at a product",
    "feedback.low": "Rated low",
    "complaint.made": "Complained",
}
BAD = {
    "promise.broken",
    "customer.churned",
    "complaint.made",
    "feedback.low",
    "order.cancelled",
    "case.reopened",
}
RANKS = {name: rank for rank, name in enumerate(WORDS)}
PLACES = ("source", "channel", "department", "touchpoint", "subject")
OURS = {"message.sent", "case.replied", "call.made"}


@dataclass(frozen=True)
class Moment:
    """One event as a line of the timeline."""

    at: datetime
    what: str
    amount: str
    where: str  # at which time, heard from whom, about what
    words: str  # the customer's own
    ours: str  # what we wrote
    tone: str  # "words", "bad" or ""


@dataclass(frozen=True)
class Page:
    """Some days of a timeline, newest first; `before` asks for the next ones, empty at the end."""

    days: list[tuple[date, list[Moment]]]
    kind: str
    before: str
    asked_before: str


def timeline(persons: Sequence[str], *, kind: str = "", before: str = "") -> Page:
    """The newest events of a person, of one kind, before a moment."""
    starts = {name: starts for name, _, starts in KINDS}.get(kind, ())
    names = [name for name in (*CATALOGUE, *WORDS) if name.startswith(starts)] if starts else []
    rows, more = _page(persons, sorted(set(names)), _moment_said(before))
    rows.sort(
        key=lambda row: RANKS.get(row["name"], len(RANKS))
    )  # what one moment holds: the order, its items
    rows.sort(key=lambda row: row["occurred_at"], reverse=True)
    moments = [_moment(row) for row in rows]
    days = [(day, list(group)) for day, group in groupby(moments, key=lambda m: timezone.localdate(m.at))]
    oldest = moments[-1].at.isoformat() if more else ""
    return Page(days, kind if starts else "", oldest, before)


def _page(
    persons: Sequence[str], names: Sequence[str], before: datetime | None
) -> tuple[list[dict[str, Any]], bool]:
    """Up to PAGE events, never ending within one moment (`before` would skip the rest of it)."""
    for limit in (PAGE, MOST_AT_ONCE):
        rows = ledger.events_of(persons, names=names, before=before, limit=limit + 1)
        if len(rows) <= limit:
            return rows, False
        whole = [row for row in rows if row["occurred_at"] > rows[-1]["occurred_at"]]
        if whole:
            return whole, True
    return rows, True


def _moment_said(text: str) -> datetime | None:
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _moment(row: dict[str, Any]) -> Moment:
    name = row["name"]
    at = row["occurred_at"] if row["occurred_at"].tzinfo else row["occurred_at"].replace(tzinfo=UTC)
    text = (row["text"] or "").strip()
    words = "" if name in OURS else text
    late = name == "order.delivered" and _is_late(row)
    what = WORDS.get(name, name.removeprefix("custom.").replace("_", " ").replace(".", " ").capitalize())
    if late:
        what = "Order delivered late"
    what = ": ".join(filter(None, (what, _detail(row), rating(row["score"], row["instrument"]))))
    amount = money(row["amount"], row["currency"]) if row["amount"] is not None else ""
    where = " · ".join(filter(None, (clock(at), *(row[name] for name in PLACES))))
    tone = "bad" if name in BAD or late else ("words" if words else "")
    return Moment(at, what, amount, where, words, text if name in OURS else "", tone)


def _detail(row: dict[str, Any]) -> str:
    """What was bought, or until when we promised."""
    if row["name"] in ("order.completed", "item.bought", "item.returned"):
        return str(row["data"].get("product") or "")[:120]
    due = _moment_said(str(row["data"].get("due_at", ""))) if row["name"] == "promise.made" else None
    return f"by {formats.date_format(timezone.localdate(due), 'j F Y')}" if due else ""


def _is_late(row: dict[str, Any]) -> bool:
    promised = _moment_said(str(row["data"].get("promised_at", "")))
    return promised is not None and row["occurred_at"].replace(tzinfo=UTC) > promised + timedelta(days=1)
