from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from regard.ledger.events import Event
from regard.ledger.models import Batch
from regard.listen.surveys import actions
from regard.listen.surveys.models import Invitation, Survey
from regard.listen.surveys.tokens import token_of

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def told(name: str = "") -> list[Event]:
    """What the ledger was told so far."""
    events: list[Event] = []
    for batch in Batch.objects.order_by("pk"):
        events += msgspec.json.decode(bytes(batch.payload), type=list[Event])
    return [each for each in events if not name or each.name == name]


def counting() -> dict[tuple[str, str], Event]:
    """The answers that count: recorded and not retracted, by instrument and touchpoint."""
    void = {each.subject for each in told("event.retracted")}
    return {
        (each.instrument or "", each.touchpoint or ""): each
        for each in told("survey.answered")
        if each.event_id not in void
    }


def survey_of(template: str, **changes: Any) -> Survey:
    survey = actions.create_survey(template, actor="ada")
    actions.publish(survey.pk, actor="ada")
    return (
        actions.change_survey(survey.pk, changes, actor="ada")
        if changes
        else Survey.objects.get(pk=survey.pk)
    )


def invite(survey: Survey, person: str = "shop:1", **more: Any) -> Invitation:
    found = actions.invite(
        person, survey, via=more.pop("via", "email"), actor="test", at=more.pop("at", NOON), **more
    )
    assert isinstance(found, Invitation), found
    return found


def link(invitation: Invitation) -> str:
    return token_of(invitation.key, invitation.ends_at)


@pytest.fixture
def nps(db: None) -> Survey:
    return survey_of("nps")
