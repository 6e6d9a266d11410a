"""The verbs of surveys: make, publish, invite, answer, close. Answering is `answering.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from regard.errors import ConflictError, InputError, NotFoundError
from regard.know.contact.actions import ask_to_contact_several
from regard.know.contact.terms import Decision
from regard.ledger.actions import record_events
from regard.listen.surveys import answering
from regard.listen.surveys.checking import checked_definition
from regard.listen.surveys.models import Invitation, Response, Survey, SurveyChange, Version
from regard.listen.surveys.piping import FACTS
from regard.listen.surveys.presets import preset
from regard.listen.surveys.queries import response_by_key
from regard.listen.surveys.questions import plain, read_definition
from regard.listen.surveys.tokens import LinkEndedError, LinkUsedError, key_of, new_key
from regard.listen.surveys.versions import difference
from regard.listen.surveys.voicing import CHANNELS, SOURCE, invited

State = Survey.State
CHANGEABLE = {"name", "owner", "public", "low", "expected_answers", "hoped_change", "link_days", "closes_at"}


@transaction.atomic
def create_survey(template: str, *, actor: str, name: str = "", owner: Any = None) -> Survey:
    """Take a template over as a draft of one's own."""
    made_from = preset(template)
    title = (name.strip() or made_from.name)[:150]
    survey = Survey.objects.create(
        slug=_free_slug(title), name=title, template=template, audience=made_from.audience,
        anonymous=made_from.anonymous, owner=owner, draft=plain(made_from.definition),
    )  # fmt: skip
    return _note(survey, f"made from the template {template}", actor)


@transaction.atomic
def change_survey(survey_id: int, changes: Mapping[str, Any], *, actor: str) -> Survey:
    """Change what is about the survey, not what it asks: owner, rule for low answers, hopes, end."""
    survey = access_survey(survey_id)
    if strange := set(changes) - CHANGEABLE:
        raise InputError(f"`{min(strange)}` cannot be changed.")
    touched = [key for key, value in changes.items() if getattr(survey, key) != value]
    for key in touched:
        setattr(survey, key, changes[key])
    if not touched:
        return survey
    survey.save(update_fields=touched)
    return _note(survey, f"changed {', '.join(sorted(touched))}", actor)


@transaction.atomic
def save_draft(survey_id: int, raw: object, *, actor: str) -> Survey:
    """Keep a definition being worked on; answers go on being taken by the published version."""
    survey = access_survey(survey_id)
    survey.draft = plain(checked_definition(raw, anonymous=survey.anonymous))
    survey.save(update_fields=["draft"])
    return _note(survey, "changed the draft", actor)


@transaction.atomic
def publish(survey_id: int, *, actor: str, same_meaning: bool = False) -> Version:
    """Freeze the draft as the next version and take answers.

    Changed words begin a new line of figures unless whoever publishes says that they mean the same; changed
    scales, options or conditions always do.
    """
    survey = access_survey(survey_id)
    definition = checked_definition(survey.draft, anonymous=survey.anonymous)
    before = survey.versions.order_by("-number").first()
    change, series = "first version", 1
    if before is not None:
        found = difference(read_definition(before.definition), definition)
        if found.kind == "nothing" and before.definition == plain(definition):
            raise ConflictError("Nothing has changed since the last version.")
        breaks = found.breaks(same_meaning=same_meaning)
        change, series = found.sentence, before.series + breaks
        if not breaks and found.kind == "wording":
            change += "; declared the same in meaning"
    version = Version.objects.create(
        survey=survey, number=before.number + 1 if before else 1, series=series, definition=plain(definition),
        change=change[:300], actor=actor, published_at=timezone.now(),
    )  # fmt: skip
    survey.state = State.OPEN
    survey.save(update_fields=["state"])
    _note(survey, f"published version {version.number}: {change}", actor)
    return version


@transaction.atomic
def close_survey(survey_id: int, *, actor: str) -> Survey:
    """Take no more answers; what was answered stays, and changes no more."""
    return _set_state(survey_id, State.CLOSED, "closed", actor)


@transaction.atomic
def reopen_survey(survey_id: int, *, actor: str) -> Survey:
    """Take answers again."""
    survey = access_survey(survey_id)
    if not survey.versions.exists():
        raise ConflictError("This survey was never published.")
    return _set_state(survey_id, State.OPEN, "opened again", actor)


@dataclass(frozen=True)
class Asked:
    """Somebody who is to be asked, in which language, and what the texts may say of them."""

    person: str
    language: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def invite(
    person: str, survey: Survey, *, via: str, actor: str, at: datetime, language: str = "",
    facts: Mapping[str, str] | None = None,
) -> Invitation | Decision:  # fmt: skip
    """Ask one person, if they may be asked now; else the decision says why not, and when.

    The link is `tokens.token_of(invitation.key, invitation.ends_at)`; who sends it is up to the caller.
    """
    return invite_several([Asked(person, language, facts or {})], survey, via=via, actor=actor, at=at)[0]


@transaction.atomic
def invite_several(
    asked: Sequence[Asked], survey: Survey, *, via: str, actor: str, at: datetime
) -> list[Invitation | Decision]:
    """The same for several people, one after the other in one transaction."""
    if via not in CHANNELS:
        raise InputError(f"There is no way out `{via[:20]}`.", hint=f"There are: {', '.join(CHANNELS)}.")
    answering.refuse_when_closed(survey, at)
    decisions = ask_to_contact_several(
        [each.person for each in asked], purpose="survey", channel=via, kind="invitation",
        about=f"survey:{survey.slug}", actor=actor, at=at,
    )  # fmt: skip
    if not any(each.allowed for each in decisions):
        return list(decisions)
    version = newest_version(survey)
    found = [
        _invitation(each, version, via, decision.touch_id, at) if decision.allowed else decision
        for each, decision in zip(asked, decisions, strict=True)
    ]
    invitations = [each for each in found if isinstance(each, Invitation)]
    Invitation.objects.bulk_create(invitations)
    definition = read_definition(version.definition)
    record_events([invited(each, definition) for each in invitations], source=SOURCE, actor=actor)
    return found


def _invitation(asked: Asked, version: Version, via: str, touch_id: int | None, at: datetime) -> Invitation:
    survey = version.survey
    known = {key: str(value)[:200] for key, value in asked.facts.items() if key in FACTS}
    return Invitation(
        survey=survey, version=version, person=asked.person, key=new_key(), language=asked.language[:12], via=via,
        facts={} if survey.anonymous else known, touch_id=touch_id, invited_at=at,
        ends_at=at + timedelta(days=survey.link_days),
    )  # fmt: skip


@transaction.atomic
def revoke_invitation(invitation_id: int, *, actor: str) -> Invitation:
    """End a personal link at once; answers given by it stay, and who has answered counts as having been asked."""
    invitation = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFoundError(f"There is no invitation {invitation_id}.")
    now = timezone.now()
    if invitation.state == Invitation.State.OPEN:
        invitation.state = Invitation.State.REVOKED
    elif invitation.state == Invitation.State.ANSWERED and invitation.ends_at > now:
        invitation.ends_at = now
    else:
        return invitation
    invitation.save(update_fields=["state", "ends_at"])
    _note(invitation.survey, f"revoked invitation {invitation.pk}", actor)
    return invitation


@transaction.atomic
def answer(token: str, answers: Mapping[str, Any], *, language: str, at: datetime) -> tuple[Response, str]:
    """Take the answers of who has a personal link: new ones, or changes of earlier ones.

    Of an anonymous survey the invitation only learns that an answer came. The key returned then (else "") is kept
    by the browser alone and lets the same browser go on with `answer_openly`.
    """
    invitation = access_invitation(token, at=at, hold=True)
    survey = invitation.survey
    if survey.anonymous:
        refuse_when_used(invitation)
        response, key = answering.start(
            survey, invitation.version, channel=invitation.via, language=language, at=at
        )
    else:
        found = Response.objects.filter(invitation=invitation).first()
        response, key = (found, "") if found else answering.start(
            survey, invitation.version, person=invitation.person, invitation=invitation, channel=invitation.via,
            language=language, at=at,
        )  # fmt: skip
    answering.keep_answers(response, answers, at=at)
    if invitation.state == Invitation.State.OPEN:
        invitation.state = Invitation.State.ANSWERED
        invitation.answered_at = None if survey.anonymous else at
        invitation.save(update_fields=["state", "answered_at"])
    return response, key


@transaction.atomic
def answer_openly(
    slug: str, answers: Mapping[str, Any], *, key: str = "", channel: str = "web", language: str, at: datetime
) -> tuple[Response, str]:
    """Take the answers of who came by the open link or stands at the kiosk; `key` goes on with earlier ones."""
    survey = access_open_survey(slug, key=key, at=at)
    if key:
        response = answering.response_of_key(survey, key)
    else:
        response, key = answering.start(
            survey, newest_version(survey), channel=channel, language=language, at=at
        )
    answering.keep_answers(response, answers, at=at)
    return response, key


def access_survey(survey_id: int) -> Survey:
    """The survey, held until the transaction ends."""
    survey = Survey.objects.select_for_update().filter(pk=survey_id).first()
    if survey is None:
        raise NotFoundError(f"There is no survey {survey_id}.")
    return survey


def access_open_survey(slug: str, *, key: str, at: datetime) -> Survey:
    """A survey that takes answers from whoever comes, or goes on taking those of who holds a key."""
    survey = Survey.objects.filter(slug=slug).first()
    if survey is None or not (survey.public or (key and response_by_key(survey, key))):
        raise NotFoundError("There is no such survey.", hint="Please use the whole link.")
    answering.refuse_when_closed(survey, at)
    return survey


def access_invitation(token: str, *, at: datetime, hold: bool = False) -> Invitation:
    """The invitation of a personal link that may still be answered."""
    rows = (
        Invitation.objects.select_for_update()
        if hold
        else Invitation.objects.select_related("survey", "version")
    )
    invitation = rows.filter(key=key_of(token, now=at)).first()
    if invitation is None or invitation.state == Invitation.State.REVOKED or invitation.ends_at <= at:
        raise LinkEndedError("This link has ended.", hint="Thank you for coming by all the same.")
    answering.refuse_when_closed(invitation.survey, at)
    return invitation


def refuse_when_used(invitation: Invitation) -> None:
    """An anonymous answer cannot be found again by its link, so the link serves once."""
    if invitation.state == Invitation.State.ANSWERED:
        raise LinkUsedError(
            "This link has been used. Thank you.",
            hint="The survey is anonymous, so an answer cannot be called up again.",
        )


def newest_version(survey: Survey) -> Version:
    """The version that is asked now."""
    version = survey.versions.order_by("-number").first()
    if version is None:
        raise ConflictError("This survey was not published yet.")
    return version


def _set_state(survey_id: int, state: str, what: str, actor: str) -> Survey:
    survey = access_survey(survey_id)
    if survey.state == state:
        raise ConflictError(f"This survey is {what} already.")
    survey.state = state
    survey.save(update_fields=["state"])
    return _note(survey, what, actor)


def _free_slug(title: str) -> str:
    base = slugify(title)[:48] or "survey"
    taken = set(Survey.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(each for each in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if each not in taken)


def _note(survey: Survey, what: str, actor: str) -> Survey:
    SurveyChange.objects.create(survey=survey, actor=actor[:200], what=what[:300])
    return survey
