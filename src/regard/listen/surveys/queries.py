"""Reads: surveys, and what was answered so far."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from regard.errors import NotFoundError
from regard.listen.surveys.answering import digest_of
from regard.listen.surveys.models import Answer, Invitation, Response, Survey, SurveyChange, Version
from regard.listen.surveys.questions import Definition, read_definition
from regard.listen.surveys.tokens import key_once

FEWEST = 5  # answers of an anonymous survey below which nothing is shown


@dataclass(frozen=True)
class Given:
    """One answer that counts, as results and exports need it."""

    question: str
    value: Any
    at: datetime
    series: int
    version: int
    language: str
    channel: str
    person: str
    response: str


def surveys() -> list[Survey]:
    """All surveys with `answered` and `asked` counted, open ones first."""
    order = {Survey.State.OPEN: 0, Survey.State.DRAFT: 1, Survey.State.CLOSED: 2}
    found = Survey.objects.select_related("owner").annotate(
        answered=Count("responses", distinct=True),
        asked=Count("invitations", filter=~Q(invitations__state="revoked"), distinct=True),
    )
    return sorted(found, key=lambda each: (order[Survey.State(each.state)], -each.pk))


def survey(slug: str) -> Survey:
    """One survey, or NotFoundError."""
    found = Survey.objects.select_related("owner").filter(slug=slug).first()
    if found is None:
        raise NotFoundError(f"There is no survey `{slug[:60]}`.")
    return found


def versions(of: Survey) -> list[Version]:
    """What was asked, newest first."""
    return list(of.versions.order_by("-number"))


def changes(of: Survey, *, limit: int = 30) -> list[SurveyChange]:
    """Who changed what, newest first."""
    return list(of.changes.order_by("-pk")[:limit])


def newest_definition(of: Survey) -> Definition:
    """What is asked now; of a survey never published, its draft."""
    version = of.versions.order_by("-number").first()
    return read_definition(version.definition if version else of.draft)


def answers_of(response: Response | None) -> dict[str, Any]:
    """The answers that count, by question."""
    if response is None:
        return {}
    return dict(response.answers.filter(replaced_at=None).values_list("question", "value"))


def response_of_invitation(invitation: Invitation) -> Response | None:
    """What came of an invitation; of an anonymous one nobody can say."""
    return Response.objects.filter(invitation=invitation).first()


def response_by_key(of: Survey, key: str) -> Response | None:
    """The response that the holder of a key goes on with."""
    return of.responses.select_related("version").filter(key_digest=digest_of(key)).first() if key else None


def given(of: Survey) -> Iterator[Given]:
    """Every answer that counts; of an anonymous survey in no order that says who came first."""
    rows = Answer.objects.filter(response__survey=of, replaced_at=None).select_related("response__version")
    for row in rows.order_by("response_id", "question").iterator(chunk_size=2000):
        its = row.response
        yield Given(row.question, row.value, row.at, its.version.series, its.version.number, its.language, its.channel,
                    its.person, its.pk.hex)  # fmt: skip


def invitations(of: Survey) -> list[Invitation]:
    """Who was asked and not revoked, newest first."""
    return list(
        of.invitations.exclude(state=Invitation.State.REVOKED).select_related("version").order_by("-pk")
    )


def newest_invitations(of: Survey, *, person: str = "", limit: int = 100) -> list[Invitation]:
    """Who was asked, newest first, or those whose key begins so; of an anonymous survey nobody is named."""
    if of.anonymous:
        return []
    found = of.invitations.filter(person__startswith=person) if person else of.invitations.all()
    return list(found.order_by("-pk")[:limit])


def invitation(of: Survey, invitation_id: int) -> Invitation:
    """One invitation of a survey, or NotFoundError."""
    found = of.invitations.filter(pk=invitation_id).first()
    if found is None or of.anonymous:
        raise NotFoundError(f"There is no invitation {invitation_id}.")
    return found


def language_of_link(token: str) -> str:
    """The language of whom a personal link was for, though it may have ended; nothing where it never was one."""
    try:
        key = key_once(token)
    except NotFoundError:
        return ""
    return Invitation.objects.filter(key=key).values_list("language", flat=True).first() or ""


def silent(of: Survey, *, limit: int = 200) -> list[Invitation]:
    """Who was asked and did not answer, longest ago first; of an anonymous survey nobody is named."""
    if of.anonymous:
        return []
    waiting = of.invitations.filter(state=Invitation.State.OPEN).order_by("invited_at")
    return list(waiting[:limit])
