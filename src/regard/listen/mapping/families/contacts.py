"""What customers said and what was said to them: calls, cases, letters, messages."""

import re
from typing import Any

from regard.listen.mapping.model import EventRule, Subject, Value, When
from regard.listen.mapping.parts import Setting, data_of, event, key_of, optional, time_of, voice_of
from regard.listen.mapping.view import DATES, NUMBERS, WORDY, View
from regard.listen.mapping.words import words_of

HANDED_OVER = re.compile(r"(hand_?over|handed_over|transfer|uebergabe|weitergabe|transfert)_?\d*")
COMPLAINTS = ("beschwerde", "reklamation", "réclamation", "plainte", "queja", "reclamación", "complaints")
DESK = {("requester",), ("assignee",)}  # how Zendesk calls the two ends of a ticket
OUTBOUND = ("outbound", "out", "outgoing", "ausgehend", "sortant", "saliente", "made")


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


def case(view: View, setting: Setting) -> list[EventRule]:
    """Tickets, or the log of what was done in them."""
    if view.ids("answer") or view.is_called("csat", "nps", "survey", "umfrage"):
        return []  # answers about cases
    spoken = view.about == "case" or {words_of(column)[:1] for column in view.profiles} >= DESK
    cases = view.ids("case") or ([view.bare_id()] if spoken and view.bare_id() else [])
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
