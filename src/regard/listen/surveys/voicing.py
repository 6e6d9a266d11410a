"""Answers as events of the ledger: one `survey.answered` a score, text or rated attribute, `feedback.low` if low."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from regard.ledger.events import Event, event_id_of
from regard.listen.surveys.models import Answer, Invitation, Response, Survey
from regard.listen.surveys.questions import (
    AnyQuestion,
    Choice,
    Contact,
    Definition,
    Open,
    Ratings,
    Score,
    instrument_of,
)

SOURCE = "surveys"
CHANNELS = {"email": "email", "web": "web", "sms": "phone", "phone": "phone", "kiosk": "store"}
LOW = {
    "nps": 6,
    "csat-2": 0,
    "csat-5": 2,
    "ces-7": 3,
    "rating-5": 2,
    "rating-10": 4,
}  # unless the survey says else


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an answer says; an answer may say several, such as one rating an attribute."""

    instrument: str
    part: str = ""
    score: float | None = None
    text: str | None = None
    data: dict[str, object] = {}
    judges: bool = True  # whether a low score says that something is wrong


def events_of(
    response: Response, question: AnyQuestion, definition: Definition, answer: Answer, at: datetime
) -> list[Event]:
    """What the ledger is told about one answer."""
    survey, version = response.survey, response.version
    told = []
    for said in _said(question, definition, survey.audience, answer.value):
        data = {"survey": survey.slug, "version": version.number, "series": version.series, "question": question.key,
                "language": response.language, "response": response.pk.hex, **said.data}  # fmt: skip
        event = Event(
            event_id=event_id_of(SOURCE, response.pk.hex, f"{answer.pk}", said.part, said.instrument),
            name="survey.answered", occurred_at=at, recorded_at=at if survey.anonymous else None, source=SOURCE,
            person=response.person, channel=CHANNELS[response.channel], touchpoint=said.part or None,
            subject=f"survey:{survey.slug}", instrument=said.instrument, score=said.score, text=said.text, data=data,
        )  # fmt: skip
        told.append(event)
        if said.judges and said.score is not None and said.score <= _highest_low(survey, question):
            low = event_id_of(SOURCE, "feedback.low", event.event_id)
            told.append(msgspec.structs.replace(event, event_id=low, name="feedback.low"))
    return told


def retraction_of(event_id: str, response: Response, at: datetime) -> Event:
    """The event that makes another one void."""
    return Event(
        event_id=event_id_of(SOURCE, "event.retracted", event_id), name="event.retracted", occurred_at=at,
        recorded_at=at if response.survey.anonymous else None, source=SOURCE, person=response.person, subject=event_id,
    )  # fmt: skip


def invited(invitation: Invitation, definition: Definition) -> Event:
    """That somebody was asked."""
    survey, version = invitation.survey, invitation.version
    return Event(
        event_id=event_id_of(SOURCE, "survey.invited", invitation.key), name="survey.invited",
        occurred_at=invitation.invited_at, source=SOURCE, person=invitation.person, channel=CHANNELS[invitation.via],
        subject=f"survey:{survey.slug}", instrument=instrument_of(definition.lead, survey.audience),  # type: ignore[arg-type]
        data={"survey": survey.slug, "version": version.number, "series": version.series},
    )  # fmt: skip


def _highest_low(survey: Survey, question: AnyQuestion) -> float:
    usual = LOW.get(question.instrument, -1) if isinstance(question, Score | Ratings) else -1
    chosen = survey.low.get(question.key, usual)
    return -1.0 if chosen is None else float(chosen)


def _said(question: AnyQuestion, definition: Definition, audience: Any, value: Any) -> Iterator[Said]:
    own = instrument_of(question, audience)
    match question:
        case Score():
            yield Said(instrument=own, score=float(value))
        case Ratings():
            for key, parts in value.items():
                yield from _rated(own, key, parts)
        case Choice():
            labels = [
                each.text[definition.languages[0]] for each in question.options if each.key in value["chosen"]
            ]
            words = ", ".join(labels) + (f": {value['other']}" if "other" in value else "")
            yield Said(instrument=own, text=words, data={"chosen": value["chosen"]})
        case Open():
            about = definition.question(question.about) if question.about else None
            # words that explain a score are kept under its instrument, where somebody looks for them
            yield Said(instrument=instrument_of(about, audience) if about else own, text=value)
        case Contact():
            yield Said(instrument=own, score=float(value["yes"]), text=value.get("reach"))


def _rated(instrument: str, key: str, parts: Mapping[str, int]) -> Iterator[Said]:
    if "rating" in parts:
        yield Said(instrument=instrument, part=key, score=float(parts["rating"]))
    if "importance" in parts:
        yield Said(instrument="importance-5", part=key, score=float(parts["importance"]), judges=False)
