"""Which events a sheet's rows are: one function for each family of tables, all alike.

A family looks at a sheet and gives the events it sees in it, or none. `FAMILIES` is the order in which they look;
a column that one has taken is spoken for.
"""

import re
from collections.abc import Callable
from typing import Any

from regard.listen.mapping.model import EventRule, Subject, Value, When
from regard.listen.mapping.parts import (
    Setting,
    choose_amount,
    currency_of,
    data_of,
    event,
    key_of,
    optional,
    time_of,
    voice_of,
)
from regard.listen.mapping.view import DATES, NUMBERS, WORDY, View
from regard.listen.mapping.words import words_of

YES = ("yes", "y", "true", "1", "ja", "j", "oui", "si", "sí", "churned", "wahr", "vrai")
POSITIVE = ("satisfied", "good", "yes", "happy", "zufrieden", "gut", "ja", "satisfait", "bien", "bon", "oui",
            "satisfecho", "bueno", "positive", "positiv", "1", "true")  # fmt: skip
CANCELLED = ("canceled", "cancelled", "storniert", "annulé", "annule", "cancelado")
HANDED_OVER = re.compile(r"(hand_?over|handed_over|transfer|uebergabe|weitergabe|transfert)_?\d*")
COMPLAINTS = ("beschwerde", "reklamation", "réclamation", "plainte", "queja", "reclamación", "complaints")
OUTBOUND = ("outbound", "out", "outgoing", "ausgehend", "sortant", "saliente", "made")
COUNTED = frozenset({"number", "count", "age", "anzahl", "minutes", "months", "tenure", "quantity", "total", "alter",
                     "nombre", "numero", "year", "charge"})  # fmt: skip


Family = Callable[[View, Setting], list[EventRule]]


def call(view: View, setting: Setting) -> list[EventRule]:
    """A list of calls: a duration, or a file that says so."""
    duration = view.find("duration", NUMBERS, sure=0.9)
    if not (
        view.ids("call") or view.about == "call" or (duration and view.find("phone", sure=0.9, free=False))
    ):
        return []
    at = time_of(view, setting, "opened_date")
    if not at["at"]:
        return []
    data = data_of(view, seconds=("duration", NUMBERS, "number"), outcome=("outcome", WORDY, "text"))
    key = key_of(view, setting, "call")
    base = {
        **at,
        **voice_of(view),
        "id": key,
        "separate": not view.tells_apart(key),
        "channel": Value(constant="phone"),
        "data": data,
    }
    direction = view.take("direction", view.find("direction", sure=0.9), 0.9, "It says who called whom.")
    if not direction:
        return [event(view, "call.received", **base)]
    outbound = tuple(word for word in view.words(direction) if word.lower() in OUTBOUND)
    return [
        event(view, "call.received", **base, when=When(direction, unless=outbound)),
        *([event(view, "call.made", **base, when=When(direction, outbound))] if outbound else []),
    ]


def review(view: View, setting: Setting) -> list[EventRule]:
    """Reviews: stars up to five, about an order or a product."""
    stars = view.find("stars", NUMBERS, sure=0.6) or (
        view.find("score", NUMBERS) if view.about == "review" else ""
    )
    spoken = (
        view.about == "review"
        or any("review" in words_of(c) for c in view.filled)
        or view.is_called("review")
    )
    if not stars or not spoken or (view.bounds(stars) or (0, 9))[1] > 5:
        return []
    at = time_of(view, setting, "opened_date", "answered_date")
    about = sorted(
        (t for t in ("order", "product") if view.ids(t)),
        key=lambda t: view.profiles[view.ids(t)[0]].null_share,
    )
    subject = Subject(about[0], view.ids(about[0])[0]) if about else None
    if subject is None and view.find("product_name"):
        subject = Subject(
            "product", view.take("subject", view.find("product_name"), 0.7, "It is what is reviewed.")
        )
    view.take(
        "score", stars, view.sure_of("stars", stars), f"`{stars}` runs up to 5 and is the review's stars."
    )
    text = view.take("text", view.find("text", WORDY), 0.8, "It holds the customer's words.")
    key = tuple(view.ids("review")[:1]) or tuple(c for t in about for c in view.ids(t)[:1])
    key = key if key and view.tells_apart(key) else (*key, *(c for c in (at["at"],) if c))
    return [event(view, "review.written", **at, id=key or key_of(view, setting, "review"), subject=subject,
                   instrument="stars-5", score=stars, text=text, separate=not view.tells_apart(key),
                   channel=Value(constant="review"))]  # fmt: skip


def survey(view: View, setting: Setting) -> list[EventRule]:
    """Answers to NPS, CES and CSAT questions."""
    events = []
    for kind, instrument in (("nps", "nps"), ("ces", "ces-7"), ("csat", "csat-5")):
        column = view.find(kind, sure=0.6)
        if not column and view.is_called(kind):
            column = (
                view.find("score", NUMBERS, sure=0.9)
                or view.find("stars", NUMBERS)
                or view.only_small_number()
            )
        if column and view.profiles[column].kind not in DATES:
            events += _answers(view, setting, column, instrument)
    return events


def _answers(view: View, setting: Setting, column: str, instrument: str) -> list[EventRule]:
    bounds = view.bounds(column) if view.is_number(column) else None
    values = {}
    if bounds is None:
        words = view.words(column)
        if instrument != "csat-5" or not 2 <= len(words) <= 3:
            return []
        instrument = "csat-2"
        good = min(words, key=lambda w: (w.lower() not in POSITIVE, len(w)))
        values = {word: "1" if word == good else "0" for word in words}
    elif instrument == "csat-5" and bounds[1] <= 1:
        instrument = "csat-2"
    elif bounds[1] > {"nps": 10, "ces-7": 7, "csat-5": 5}[instrument]:
        return []
    at = time_of(view, setting, "answered_date")
    what = instrument + (" (" + ", ".join(f"{w} = {v}" for w, v in values.items()) + ")" if values else "")
    view.take("score", column, 0.8, f"`{column}` is an answer on {what}.")
    view.values.update({column: values} if values else {})
    zero = _zero(view, column) if instrument in ("csat-5", "ces-7") else ()
    voice = voice_of(view) if setting.who.key != column else {}
    key = key_of(view, setting, "answer")
    base = {"id": key, "instrument": instrument, "separate": not view.tells_apart(key), **voice}
    events = [event(view, "survey.answered", **at, **base, score=column, score_missing=zero)]
    invited = view.find("invited_date", DATES, sure=0.9)
    if invited and invited != at["at"]:
        view.take("invited", invited, 0.8, "It says when the customer was asked.")
        events.append(event(view, "survey.invited", at=invited, when=When(invited), **{**base, "text": ""}))
    return events


def ratings(view: View, setting: Setting) -> list[EventRule]:
    """Three or more columns on one scale: every attribute rated is an answer of its own."""
    rated = [c for c in view.filled if c not in view.taken and _is_rating(view, c)]
    if len(rated) < 3:
        return []
    top = 5 if all((view.bounds(c) or (0, 9))[1] <= 5 for c in rated) else 10
    rated = [c for c in rated if (view.bounds(c) or (0, 0))[1] >= top * 0.8]
    if len(rated) < 3:
        return []
    at = time_of(view, setting, "answered_date")
    key = key_of(view, setting, "answer")
    events = []
    for column in rated:
        absent = _zero(view, column)
        note = "; 0 means not applicable" if absent else ""
        view.take("score", column, 0.75, f"`{column}` is rated on a scale up to {top}{note}.")
        events.append(event(view, "survey.answered", **at, id=key, separate=not view.tells_apart(key),
                             instrument=f"rating-{top}", score=column, score_missing=absent,
                             touchpoint=Value(constant=column)))  # fmt: skip
    return events


def _zero(view: View, column: str) -> tuple[str, ...]:
    """On a scale from one up, 0 means not applicable."""
    least = (view.bounds(column) or (1, 5))[0]
    return ("0",) if least == 0 or "0" in view.profiles[column].missing_words else ()


def _is_rating(view: View, column: str) -> bool:
    profile, bounds = view.profiles[column], view.bounds(column)
    if profile.kind not in ("integer", "rating") or bounds is None or view.things[column]:
        return False
    whole = 0 <= bounds[0] <= 1.5 + 3 * (bounds[1] > 5) and 4 <= bounds[1] <= 10 and profile.distinct >= 4
    return whole and profile.distinct <= 11 and not COUNTED & set(words_of(column))


def churn(view: View, setting: Setting) -> list[EventRule]:
    """A column that says who left."""
    columns = [c for c in view.filled if view.meanings[c].get("churn", 0) >= 0.9 and len(view.words(c)) == 2]
    columns.sort(key=lambda c: view.is_number(c))  # Yes/No reads better than 1/0
    left = tuple(w for w in view.words(columns[0]) if w.lower() in YES) if columns else ()
    if not left:
        return []
    at = time_of(view, setting, "churned_date", only=True)
    view.take("churned", columns[0], 0.9, f"`{columns[0]}` = {left[0]} says that the customer left.")
    view.taken.update(columns)
    data = data_of(view, reason=("churn_reason", None, "text"), category=("churn_category", None, "text"))
    return [
        event(view, "customer.churned", **at, id=(setting.who.key,), when=When(columns[0], left), data=data)
    ]


def item(view: View, setting: Setting) -> list[EventRule]:
    """Lines of orders: an order's number again and again, with a product and a price."""
    orders, products = view.ids("order"), view.ids("product")
    amount = view.find("price", NUMBERS, sure=0.6) or view.find("amount", NUMBERS, sure=0.6)
    if not (orders and amount and (products or view.ids("line"))) or view.profiles[orders[0]].unique:
        return []
    if view.is_called("review", "payment"):
        return []
    at = time_of(view, setting, "order_date", "date", elsewhere=True)
    key = (orders[0], *(view.ids("line")[:1] or products[:1]))
    view.take("amount", amount, 0.8, f"`{amount}` is the price of one line of an order.")
    data = {name: Value(view.take(name, view.ids(name)[0], 0.8, f"It names the {name}."))
            for name in ("product", "seller") if view.ids(name)}  # fmt: skip
    return [event(view, "item.bought", **at, id=key, separate=not view.ids("line"), amount=amount, data=data,
                   subject=Subject("order", orders[0]))]  # fmt: skip


def payment(view: View, setting: Setting) -> list[EventRule]:
    """Payments for orders."""
    orders = view.ids("order")
    amount = view.find("amount", NUMBERS, sure=0.6)
    if not (
        amount and (view.about == "payment" or view.is_called("payment") or "payment" in words_of(amount))
    ):
        return []
    if not orders and not setting.who.key:
        return []
    at = time_of(view, setting, "date", elsewhere=bool(orders))
    number = next(
        (c for c in view.filled if {"sequential", "sequence", "lfd", "installment_no"} & set(words_of(c))), ""
    )
    key = tuple(view.ids("payment")[:1]) or tuple(c for c in (*orders[:1], number) if c)
    view.take("amount", amount, 0.8, f"`{amount}` was paid.")
    view.taken.update({number} - {""})
    subject = Subject("order", orders[0]) if orders else None
    key = key or key_of(view, setting, "payment")
    return [event(view, "payment.made", **at, id=key, amount=amount, subject=subject,
                  separate=not view.tells_apart(key), currency=currency_of(view))]  # fmt: skip


def order(view: View, setting: Setting) -> list[EventRule]:
    """Orders: a number and a date, or a customer, a date and an amount; with what was promised and delivered."""
    orders = view.ids("order") or ([view.bare_id()] if view.about == "order" and view.bare_id() else [])
    if view.ids("case") or view.ids("answer") or view.ids("review"):
        return []  # about orders, but not the orders
    at = view.any_date("order_date")
    amount = view.find("amount", NUMBERS, sure=0.3) or view.find("price", NUMBERS)
    told = view.find("order_date", DATES, sure=0.9) or view.about == "order"
    if not at or not ((orders and (told or amount)) or (setting.who.key and amount)):
        return []
    view.take("occurred at", at, max(view.sure_of("order_date", at), 0.6), f"`{at}` is when it was ordered.")
    choose_amount(view, amount)
    key = tuple(orders[:1]) or tuple(view.filled)
    unique = bool(orders) and view.profiles[orders[0]].unique
    subject = Subject("order", orders[0] if orders else "")
    if not orders:
        view.choices.append(
            view.choice("id", "", 0.6, "There is no order number: each row is an order, equal rows too.")
        )
    base: dict[str, Any] = {"id": key, "subject": subject}
    events = [event(view, "order.completed", at=at, amount=amount, currency=currency_of(view) if amount else None,
                     separate=not unique, **base, channel=optional(view, "channel"))]  # fmt: skip
    if not orders:
        return events
    return [*events, *_ordered_item(view, at, amount, orders[0]), *_order_steps(view, at, base)]


def _ordered_item(view: View, at: str, amount: str, order_id: str) -> list[EventRule]:
    """An order of one line: the product bought."""
    product = (view.ids("product") or [view.find("product_name")])[0]
    if not product or not amount:
        return []
    view.take("product", product, 0.8, f"`{product}` is what was bought.")
    return [event(view, "item.bought", at=at, id=(order_id, product), amount=amount, currency=currency_of(view),
                  subject=Subject("order", order_id), data={"product": Value(product)})]  # fmt: skip


def _order_steps(view: View, at: str, base: dict[str, Any]) -> list[EventRule]:
    """What else an order's row tells: promised, shipped, delivered, cancelled."""
    events = []
    promised = view.take(
        "promised", view.find("promised_date", DATES, sure=0.6), 0.85, "It is the promised delivery."
    )
    delivered = view.take(
        "delivered", view.find("delivered_date", DATES, sure=0.6), 0.85, "It is the actual delivery."
    )
    due = Value(promised, form="date")
    if promised:
        data = {"due_at": due, "kind": Value(constant="delivery")}
        events.append(event(view, "promise.made", at=at, when=When(promised), data=data, **base))
    if delivered:
        data = {"promised_at": due} if promised else {}
        events.append(event(view, "order.delivered", at=delivered, when=When(delivered), data=data, **base))
    for meaning, name in (("shipped_date", "order.shipped"), ("cancelled_date", "order.cancelled"),
                          ("returned_date", "item.returned")):  # fmt: skip
        column = view.take(
            name, view.find(meaning, DATES, sure=0.6), 0.8, f"It is when {name.replace('.', ' was ')}."
        )
        if column:
            events.append(event(view, name, at=column, when=When(column), **base))
    refunded = view.find("refunded", NUMBERS, sure=0.6)
    when_refunded = view.find("refunded_date", DATES, sure=0.6)
    if refunded and when_refunded:
        view.take("refunded", refunded, 0.8, f"`{refunded}` was paid back.")
        view.take("refunded at", when_refunded, 0.8, "It is when the money went back.")
        events.append(event(view, "order.refunded", at=when_refunded, when=When(refunded), amount=refunded,
                            currency=currency_of(view), **base))  # fmt: skip
    status = view.find("status", sure=0.6)
    words = tuple(w for w in view.words(status) if w.lower() in CANCELLED) if status else ()
    if words and not any(made.name == "order.cancelled" for made in events):
        view.choices.append(
            view.choice("order.cancelled", status, 0.5, f"`{status}` = {words[0]}, at the order's date.")
        )
        events.append(event(view, "order.cancelled", at=at, when=When(status, words), **base))
    return events


def case(view: View, setting: Setting) -> list[EventRule]:
    """Tickets, or the log of what was done in them."""
    if view.ids("answer") or view.is_called("csat", "nps", "survey", "umfrage"):
        return []  # answers about cases
    cases = view.ids("case") or ([view.bare_id()] if view.about == "case" and view.bare_id() else [])
    if not cases:
        return []
    subject = Subject("case", cases[0])
    activity = view.find("activity", sure=0.9)
    at = time_of(view, setting, "opened_date")
    if activity and not view.profiles[cases[0]].unique:
        view.take("step", activity, 0.8, f"`{activity}` says what was done in the case.")
        key = tuple(c for c in (cases[0], activity, at["at"]) if c)
        return [event(view, "custom.case_activity", **at, id=key, separate=True, subject=subject,
                       touchpoint=Value(activity))]  # fmt: skip
    kind = data_of(view, kind=("kind", None, "text"))
    if kind:
        column = kind["kind"].column
        meant = {word: "complaint" for word in view.words(column) if word.lower() in COMPLAINTS}
        view.values.update({column: meant} if meant else {})
    opened = event(view, "case.opened", **at, id=(cases[0],), subject=subject, data=kind, **voice_of(view))
    steps = [opened, *_case_steps(view, cases[0], subject)]
    resolved = view.take(
        "resolved", view.find("resolved_date", DATES, sure=0.6), 0.8, "It is when the case was settled."
    )
    if not resolved:
        return steps
    return [*steps, event(view, "case.resolved", at=resolved, when=When(resolved), id=(cases[0],), subject=subject,
                           department=opened.department, actor=opened.actor)]  # fmt: skip


def _case_steps(view: View, case_id: str, subject: Subject) -> list[EventRule]:
    """Replies and hand-overs: columns such as handover_2_at, handover_2_from, handover_2_to."""
    events = []
    replied = view.take(
        "replied", view.find("replied_date", DATES, sure=0.6), 0.8, "It is when we replied first."
    )
    if replied:
        events.append(
            event(view, "case.replied", at=replied, when=When(replied), id=(case_id,), subject=subject)
        )
    for column in view.filled:
        found = HANDED_OVER.match("_".join(words_of(column)))
        if not found or view.profiles[column].kind not in DATES:
            continue
        beside = {words_of(c)[-1]: c for c in view.filled if words_of(c)[:-1] == words_of(column)[:-1]}
        to = next((beside[word] for word in ("to", "an", "zu", "a") if word in beside), "")
        before = next((beside[word] for word in ("from", "von", "de") if word in beside), "")
        if to:
            view.take("handed over", column, 0.8, f"`{column}` is when the case went to `{to}`.")
            view.taken.update({to, before} - {""})
            data = {"from": Value(before)} if before else {}
            events.append(event(view, "case.handed_over", at=column, when=When(column), id=(case_id,), subject=subject,
                                scope=found[0], department=Value(to), data=data))  # fmt: skip
    return events


def billed(view: View, setting: Setting) -> list[EventRule]:
    """Revenue under a contract, summed per customer."""
    candidates = [c for c in view.filled if view.meanings[c].get("billed", 0) >= 0.9 and view.is_number(c)]
    if not candidates or not setting.who.key or not view.profiles[setting.who.key].unique:
        return []
    amount = max(candidates, key=lambda c: ("revenue" in words_of(c) or "umsatz" in "".join(words_of(c)), c))
    if len(candidates) > 1:
        view.ask(
            amount,
            f"Several columns could be the money: {', '.join(candidates)}. `{amount}` is taken.",
            candidates,
        )
    at = time_of(view, setting, "date")
    view.take("amount", amount, 0.8, f"`{amount}` is what the customer was billed.")
    return [
        event(view, "contract.billed", **at, id=(setting.who.key,), amount=amount, currency=currency_of(view))
    ]


def registration(view: View, setting: Setting) -> list[EventRule]:
    """The day from which someone is a customer."""
    at = view.find("registered_date", DATES, sure=0.6)
    if not at and view.describes_person() and setting.who.rules[0].via == "id":
        at = view.find("opened_date", DATES, sure=0.9)
    if not at or not setting.who.key:
        return []
    view.take("registered", at, 0.85, f"`{at}` is when they became a customer.")
    return [event(view, "customer.registered", at=at, when=When(at), id=(setting.who.key,))]


def letter(view: View, setting: Setting) -> list[EventRule]:
    """A mailbox: what customers wrote to us, and we to them."""
    ours = setting.who.rules[0].outside
    if not ours or not {"message_id", "date", "text"} <= set(view.filled):
        return []
    view.taken.update(
        {"message_id", "date", "text", "from_name", "quoted", "references"} & set(view.profiles)
    )
    view.choices.append(
        view.choice("text", "text", 0.95, f"A letter from {ours[0]} was sent, any other received.")
    )
    base: dict[str, Any] = {
        "at": "date",
        "id": ("message_id",),
        "text": "text",
        "channel": Value(constant="email"),
    }
    data = {name: Value(name) for name in ("subject", "in_reply_to") if name in view.filled}
    view.taken.update(data)
    return [event(view, "message.received", **base, data=data, when=When("from", ends_not=ours)),
            event(view, "message.sent", **base, data=data, actor=Value("from"),
                  when=When("from", ends=ours))]  # fmt: skip


def message(view: View, setting: Setting) -> list[EventRule]:
    """What customers wrote, when nothing else is known of it."""
    text = view.find("text", frozenset({"text"}), sure=0.6)
    if not text and not view.describes_person():
        text = next((c for c in view.filled if view.is_prose(c) and c not in view.taken), "")
    if not text:
        return []
    at = time_of(view, setting, "opened_date", "date")
    view.take("text", text, max(view.sure_of("text", text), 0.5), f"`{text}` holds what customers wrote.")
    key = key_of(view, setting, "message")
    data = data_of(view, category=("kind", None, "text"))
    channel = optional(view, "channel") or Value(
        constant="email" if view.format in ("mbox", "eml") else "web"
    )
    return [event(view, "message.received", **at, id=key, separate=not view.tells_apart(key), text=text, data=data,
                   channel=channel)]  # fmt: skip


MAIN: tuple[Family, ...] = (
    letter,
    call,
    review,
    item,
    payment,
    case,
    order,
)  # the first that sees its events
ALONGSIDE: tuple[Family, ...] = (
    churn,
    survey,
    ratings,
    billed,
    registration,
)  # beside those of another family


def propose_events(view: View, setting: Setting) -> list[EventRule]:
    """The events that a sheet's rows are."""
    if setting.who.is_thing and setting.who.rules[0].via not in ("ref:order", "ref:case"):
        return []
    events = next((found for family in MAIN if (found := family(view, setting))), [])
    for family in ALONGSIDE:
        if not (events and family is billed):
            events = [*events, *family(view, setting)]
    return events or message(view, setting)
