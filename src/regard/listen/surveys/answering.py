"""Keeping answers: what is new is stored, what is changed is replaced, and the ledger hears both."""

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from regard.errors import ConflictError, NotFoundError
from regard.ledger.actions import record_events
from regard.ledger.events import Event
from regard.listen.surveys.logic import shown
from regard.listen.surveys.models import Answer, Invitation, Response, Survey, Version
from regard.listen.surveys.questions import AnyQuestion, Definition, read_definition
from regard.listen.surveys.tokens import SurveyClosedError
from regard.listen.surveys.values import AnswerError, MissingAnswerError, checked_value
from regard.listen.surveys.voicing import SOURCE, events_of, retraction_of

MOST_CHANGES = 200  # answers of one response, replaced ones included


def start(
    survey: Survey, version: Version, *, person: str = "", invitation: Invitation | None = None, channel: str,
    language: str, at: datetime,
) -> tuple[Response, str]:  # fmt: skip
    """A response without answers, and the key by which whoever gives it may come back to it."""
    key = "" if invitation else secrets.token_urlsafe(16)
    number = uuid.uuid4()
    response = Response.objects.create(
        id=number, survey=survey, version=version, invitation=invitation, person=person or f"anon:{number.hex}",
        key_digest=digest_of(key) if key else "", channel=channel, language=language, started_at=moment_of(survey, at),
    )  # fmt: skip
    return response, key


def digest_of(key: str) -> str:
    """What is stored of a key that only the browser has."""
    return hashlib.sha256(key.encode()).hexdigest()


def response_of_key(survey: Survey, key: str) -> Response:
    """The response whose key this is, or NotFoundError."""
    found = Response.objects.filter(survey=survey, key_digest=digest_of(key)).first() if key else None
    if found is None:
        raise NotFoundError("These answers are not here (any more).", hint="Please begin again.")
    return found


def moment_of(survey: Survey, at: datetime) -> datetime:
    """When an answer is said to have come: of anonymous ones only the day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0) if survey.anonymous else at


def refuse_when_closed(survey: Survey, at: datetime) -> None:
    """Raise unless answers are taken."""
    if survey.state == Survey.State.DRAFT:
        raise NotFoundError(
            "There is no such survey.", hint="Please use the whole link, as it was sent to you."
        )
    if survey.state == Survey.State.CLOSED or (survey.closes_at is not None and survey.closes_at <= at):
        raise SurveyClosedError("This survey is closed.", hint="Thank you for coming by all the same.")


@transaction.atomic
def keep_answers(response: Response, raw: Mapping[str, Any], *, at: datetime) -> int:
    """Store answers and record their events; says how many were new or changed."""
    Response.objects.select_for_update().get(pk=response.pk)
    definition = read_definition(response.version.definition)
    counting = {each.question: each for each in response.answers.filter(replaced_at=None)}
    given = _checked(definition, raw)
    values = {key: each.value for key, each in counting.items()} | given
    asked = {
        each.key for each in shown(definition.questions, {k: v for k, v in values.items() if v is not None})
    }
    if strayed := [key for key in given if key not in asked]:
        raise AnswerError(f"Question `{strayed[0]}` is not asked after these answers.")
    events: list[Event] = []
    moment = moment_of(response.survey, at)
    touched = 0
    for question in definition.questions:
        standing = counting.get(question.key)
        value = values.get(question.key) if question.key in asked else None
        if (standing.value if standing else None) == value:
            continue
        touched += 1
        events += _replace(response, question, definition, standing, value, moment)
    if response.answers.count() > MOST_CHANGES:
        raise ConflictError(
            "These answers were changed too often.", hint="The last ones we took still count."
        )
    if not response.answers.exists():
        raise MissingAnswerError("There is no answer to keep.")
    if events:
        record_events(events, source=SOURCE, actor="respondent")
    return touched


def _checked(definition: Definition, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Every answer as it is kept; None takes an answer back."""
    given = {}
    for key, value in raw.items():
        question = definition.question(key)
        if question is None:
            raise AnswerError("The survey does not ask this.")
        given[key] = checked_value(question, value)
        if given[key] is None and question.required:
            raise MissingAnswerError("Please answer this question.")
    return given


def _replace(
    response: Response, question: AnyQuestion, definition: Definition, standing: Answer | None, value: Any,
    at: datetime,
) -> list[Event]:  # fmt: skip
    events = []
    if standing is not None:
        standing.replaced_at = at
        standing.save(update_fields=["replaced_at"])
        events += [retraction_of(event_id, response, at) for event_id in standing.events]
    if value is not None:
        answer = Answer.objects.create(response=response, question=question.key, value=value, at=at)
        told = events_of(response, question, definition, answer, at)
        answer.events = [each.event_id for each in told]
        answer.save(update_fields=["events"])
        events += told
    return events
