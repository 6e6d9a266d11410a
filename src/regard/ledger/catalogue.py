"""Every kind of event that Regard knows: what it means, what it must carry, what else it may say.

`make docs` writes docs/events.md from it (`catalogue_page.py`).
"""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from regard.errors import InputError
from regard.ledger.events import Event

CUSTOM_NAME = re.compile(r"custom\.[a-z][a-z0-9_]{0,59}")
CURRENCY = re.compile(r"[A-Z]{3}")
PERSON = re.compile(r"[^:\s]+:.*\S.*", re.DOTALL)
CHANNELS = ("email", "phone", "web", "store", "chat", "review", "post", "social")
# lowest and highest raw answer of each instrument
INSTRUMENTS: dict[str, tuple[float, float]] = {
    "nps": (0, 10),
    "csat-5": (1, 5),
    "csat-2": (0, 1),
    "ces-7": (1, 7),
    "rating-5": (1, 5),
    "rating-10": (1, 10),
    "stars-5": (1, 5),
}
LONGEST = {"event_id": 100, "source": 100, "person": 300}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LARGEST_AMOUNT = Decimal(10) ** 14  # exclusive: decimal(18, 4) has 14 digits before the point
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DataKey:
    """One key of an event's `data`: a word for its type (`text`, `time`, `number`) and what it says."""

    kind: str
    meaning: str


@dataclass(frozen=True)
class EventKind:
    """One kind of event. `required` columns come on top of id, name, time, source and person."""

    name: str
    sentence: str
    required: tuple[str, ...] = ()
    either: tuple[str, ...] = ()  # at least one of these
    subject: str = ""  # what the subject is, e.g. `order`; several are joined by |
    data: dict[str, DataKey] = field(default_factory=dict)
    version: int = 1


def _text(meaning: str) -> DataKey:
    return DataKey("text", meaning)


def _time(meaning: str) -> DataKey:
    return DataKey("time", meaning)


def _number(meaning: str) -> DataKey:
    return DataKey("number", meaning)


_MONEY = ("amount", "currency")
_CALL = {
    "seconds": _number("how long it lasted"),
    "outcome": _text("how it ended, e.g. `answered`, `missed`"),
}
_PROMISE = {"due_at": _time("when it is to be kept"), "kind": _text("what was promised, e.g. `delivery`")}

_CONSENT = {
    "purpose": _text("`survey`, `service`, `marketing`, or `any`"),
    "channel": _text("by which way: `email`, `web`, `sms`, `phone`, `kiosk`, or `any`"),
    "how": _text("how they said so"),
}

KINDS: tuple[EventKind, ...] = (
    EventKind("customer.registered", "Someone became a customer or opened an account."),
    EventKind("customer.churned", "A customer left.",
              data={"reason": _text("in words"), "category": _text("the reason's group, e.g. `competitor`")}),
    EventKind("order.completed", "A customer ordered.", ("subject", *_MONEY), subject="order",
              data={"product": _text("the product's key, of an order of one line")}),
    EventKind("order.shipped", "An order was handed to the carrier.", ("subject",), subject="order"),
    EventKind("order.delivered", "An order arrived.", ("subject",), subject="order",
              data={"promised_at": _time("when it had been promised for, if known")}),
    EventKind("order.cancelled", "An order was called off.", ("subject",), subject="order"),
    EventKind("order.refunded", "Money for an order went back.", ("subject", *_MONEY), subject="order"),
    EventKind("item.bought", "One line of an order.", ("subject", "amount"), subject="order",
              data={"product": _text("the product's key")}),
    EventKind("item.returned", "One line of an order came back.", ("subject",), subject="order",
              data={"product": _text("the product's key"), "reason": _text("why, in words")}),
    EventKind("payment.made", "A customer paid.", _MONEY),
    EventKind("contract.billed", "Revenue under a contract, for one billing period.", _MONEY),
    EventKind("promise.made", "Someone in the company promised a customer something.", ("subject",), data=_PROMISE),
    EventKind("promise.kept", "A promise was kept.", ("subject",), data=_PROMISE),
    EventKind("promise.broken", "A promise was not kept in time.", ("subject",), data=_PROMISE),
    EventKind("survey.invited", "A customer was asked for an answer.", ("instrument",), subject="survey"),
    EventKind("survey.answered", "A customer answered; a rated attribute is an answer of its own whose "
              "touchpoint is the attribute.", ("instrument",), ("score", "text"), subject="survey"),
    EventKind("review.written", "A customer reviewed an order or a product.", ("instrument",), ("score", "text"),
              subject="order|product"),
    EventKind("message.received", "A customer wrote to the company.", ("channel", "text")),
    EventKind("message.sent", "The company wrote to a customer.", ("channel", "text")),
    EventKind("case.opened", "A customer's matter was taken up.", ("subject",), subject="case",
              data={"kind": _text("`complaint`, `question`, `return`, …")}),
    EventKind("case.replied", "The company replied in a case.", ("subject",), subject="case"),
    EventKind("case.handed_over", "A case went to another department (`department`).", ("subject", "department"),
              subject="case", data={"from": _text("the department that gave it away")}),
    EventKind("case.reopened", "A case that was resolved is open again.", ("subject",), subject="case"),
    EventKind("case.resolved", "A case was settled.", ("subject",), subject="case"),
    EventKind("call.received", "A customer called.", data=_CALL),
    EventKind("call.made", "The company called a customer.", data=_CALL),
    EventKind("page.viewed", "A page was looked at.", data={"path": _text("the page's address")}),
    EventKind("product.viewed", "A product was looked at.", subject="product"),
    EventKind("feedback.low", "A rating so low that somebody should look at it."),
    EventKind("complaint.made", "A customer complained, in any way."),
    EventKind("consent.given", "A person agreed to be contacted.", data=_CONSENT),
    EventKind("consent.withdrawn", "A person no longer wants to be contacted.", data=_CONSENT),
    EventKind("event.retracted", "The event whose id is the subject is void; a correction is this and a new event.",
              ("subject",)),
)  # fmt: skip

CATALOGUE: dict[str, EventKind] = {kind.name: kind for kind in KINDS}
RETRACTION = "event.retracted"


def check_event(event: Event) -> None:
    """Refuse an event that the catalogue does not allow, with a sentence that names what to mend."""
    reason = _reason_against(event)
    if reason:
        raise InputError(f"Event `{event.event_id[:60]}` ({event.name[:60]}): {reason}.")


def _reason_against(event: Event) -> str:
    kind = CATALOGUE.get(event.name)
    if kind is None and not CUSTOM_NAME.fullmatch(event.name):
        return "the catalogue has no such name; use one of docs/events.md or `custom.<name>`"
    for column, longest in LONGEST.items():
        value = getattr(event, column)
        if not value.strip() or len(value) > longest or CONTROL.search(value):
            return f"`{column}` must have 1 to {longest} characters, none of them a control character"
    if not PERSON.fullmatch(event.person):
        return "`person` must be `<namespace>:<id>`, such as `shop:4711` or `email:a@b.c`"
    return (
        _reason_against_times(event)
        or _reason_against_numbers(event)
        or (_reason_against_kind(event, kind) if kind else "")
    )


def _reason_against_times(event: Event) -> str:
    for column in ("occurred_at", "recorded_at"):
        moment = getattr(event, column)
        if moment is None:
            continue
        if moment.tzinfo is None:
            return f"`{column}` has no time zone"
        if moment < EARLIEST:
            return f"`{column}` is before {EARLIEST.year}"
    return ""


def _reason_against_numbers(event: Event) -> str:
    if event.amount is not None and not (event.amount.is_finite() and abs(event.amount) < LARGEST_AMOUNT):
        return "`amount` must be a number below 10^14"
    if event.amount is not None and event.amount != round(event.amount, 4):
        return "`amount` has more than four decimals"
    if event.currency is not None and not CURRENCY.fullmatch(event.currency):
        return "`currency` must be three capital letters, such as EUR"
    if event.score is not None and not math.isfinite(event.score):
        return "`score` must be a number"
    bounds = INSTRUMENTS.get(event.instrument or "")
    if bounds and event.score is not None and not bounds[0] <= event.score <= bounds[1]:
        return f"`score` of `{event.instrument}` must lie from {bounds[0]:g} to {bounds[1]:g}"
    return ""


def _reason_against_kind(event: Event, kind: EventKind) -> str:
    missing = [column for column in kind.required if getattr(event, column) in (None, "")]
    if missing:
        return f"`{missing[0]}` is required"
    if kind.either and all(getattr(event, column) in (None, "") for column in kind.either):
        return f"one of {' and '.join(f'`{column}`' for column in kind.either)} is required"
    for key, expected in kind.data.items():
        if event.data and event.data.get(key) is not None and not _fits(event.data[key], expected.kind):
            return f"`data.{key}` must be {'an ISO 8601 time' if expected.kind == 'time' else 'a ' + expected.kind}"
    return ""


def _fits(value: object, kind: str) -> bool:
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind == "time":
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return False
    return True
