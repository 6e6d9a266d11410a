"""Events and linkage in a person's words, on one line each."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

INSTRUMENTS = {  # what a score is out of, as one says it
    "nps": "{:g} of 10 (would recommend)",
    "csat-5": "{:g} of 5 (satisfied)",
    "csat-2": "{:g} of 1 (satisfied)",
    "ces-7": "{:g} of 7 (easy)",
    "rating-5": "{:g} of 5",
    "rating-10": "{:g} of 10",
    "stars-5": "{:g} of 5 stars",
}
LONGEST_TEXT = 160


def money(amount: Decimal | float, currency: str | None) -> str:
    return f"{amount:,.2f} {currency or ''}".rstrip()


def what_happened(event: Mapping[str, Any]) -> str:
    """`order.completed` as `order completed`."""
    return str(event["name"]).removeprefix("custom.").replace(".", " ").replace("_", " ")


def what_about(event: Mapping[str, Any], *, person: bool = False) -> str:
    """What an event tells besides its kind: whose, about what, how much, how good, in which words."""
    parts = [event["person"] if person else "", event["subject"], event["touchpoint"]]
    if event["amount"] is not None:
        parts.append(money(event["amount"], event["currency"]))
    if event["score"] is not None:
        parts.append(INSTRUMENTS.get(event["instrument"] or "", "{:g}").format(event["score"]))
    data = event["data"] or {}
    parts += [str(data[key]) for key in ("product", "kind", "outcome", "reason") if data.get(key)]
    if event["channel"]:
        parts.append(f"by {event['channel']}")
    if event["text"]:
        words = " ".join(event["text"].split())
        parts.append(f"“{words[:LONGEST_TEXT]}{'…' if len(words) > LONGEST_TEXT else ''}”")
    return ", ".join(part for part in parts if part)
