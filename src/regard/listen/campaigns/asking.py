"""Ask one recipient, or remind one. Whether they may be asked is decided by `know.contact`, here and nowhere else."""

from datetime import datetime, timedelta

from django.db import transaction

from regard.know.contact.actions import ask_to_contact
from regard.know.contact.mailing import Mailable, mailable
from regard.know.contact.terms import REMINDER, Decision
from regard.know.contact.unsubscribing import unsubscribe_token
from regard.know.queries import persons_of
from regard.ledger.queries import events_of
from regard.listen.campaigns.letters import public_address, write_letter
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.campaigns.tongues import languages_of
from regard.listen.surveys.actions import invite
from regard.listen.surveys.models import Invitation
from regard.mail.actions import queue_letter

ACTOR = "campaign"
MOST_EVENTS = 500  # of one person, looked through for what happened to one subject
State = Recipient.State


@transaction.atomic
def ask(recipient_id: int, *, now: datetime) -> Recipient:
    """Invite a recipient whose time has come; or say when to try again, or why not at all."""
    recipient = _hold(recipient_id)
    campaign = recipient.campaign
    if recipient.state != State.WAITING or campaign.state != Campaign.State.RUNNING:
        return recipient
    if recipient.due_at > now:
        return recipient
    if now > _latest(recipient):
        return _skip(recipient, "too late")
    whom = mailable(recipient.person)
    if whom is None:
        return _skip(recipient, "no address")
    if campaign.kind == Campaign.Kind.EVENT and (reason := _overtaken(recipient, whom)):
        return _skip(recipient, reason)
    facts = dict(whom.known) | _fact_of(recipient.round)
    language = next(iter(languages_of([whom])[whom.customer_id]), "")
    found = invite(
        whom.person, campaign.survey, via="email", actor=ACTOR, at=now, language=language, facts=facts
    )
    if isinstance(found, Decision):
        return _hold_back(recipient, found)
    return _send(recipient, found, whom, now)


@transaction.atomic
def remind(recipient_id: int, *, now: datetime) -> Recipient:
    """Write once more to who has not answered, if they may be written to."""
    recipient = _hold(recipient_id)
    campaign, invitation = recipient.campaign, recipient.invitation
    if recipient.remind_at is None or recipient.remind_at > now or campaign.state != Campaign.State.RUNNING:
        return recipient
    if invitation is None or invitation.state != Invitation.State.OPEN or invitation.ends_at <= now:
        return _remind_at(recipient, None)
    about = f"survey:{campaign.survey.slug}"
    decision = ask_to_contact(
        recipient.person, purpose="survey", channel="email", kind=REMINDER, about=about, actor=ACTOR, at=now
    )  # fmt: skip
    if not decision.allowed:
        again = decision.not_before
        return _remind_at(recipient, again if again and again < invitation.ends_at else None)
    _write(recipient, invitation, decision.touch_id, reminds=True)
    recipient.reminded_at = now
    recipient.save(update_fields=["reminded_at"])
    return _remind_at(recipient, None)


@transaction.atomic
def give_up(recipient_id: int) -> Recipient:
    """Leave out whom something refuses that will refuse again; the log says what."""
    return _skip(_hold(recipient_id), "refused")


def _hold(recipient_id: int) -> Recipient:
    """The recipient, held; a campaign that is paused meanwhile is seen by the next one."""
    held = Recipient.objects.select_for_update(of=("self",)).select_related("campaign__survey", "invitation")
    return held.get(pk=recipient_id)


def _send(recipient: Recipient, invitation: Invitation, whom: Mailable, now: datetime) -> Recipient:
    days = recipient.campaign.remind_after_days
    recipient.invitation, recipient.address = invitation, whom.address
    recipient.person, recipient.state, recipient.reason = whom.person, State.ASKED, ""
    recipient.remind_at = now + timedelta(days=days) if days else None
    recipient.save()
    _write(recipient, invitation, invitation.touch_id)
    return recipient


def _write(
    recipient: Recipient, invitation: Invitation, touch_id: int | None, *, reminds: bool = False
) -> None:
    assert touch_id is not None  # noqa: S101 - an allowed contact was counted
    stop = public_address(f"/unsubscribe/{unsubscribe_token(touch_id)}")
    writing = write_letter(recipient.campaign, invitation, unsubscribe_url=stop, reminds=reminds)
    queue_letter(
        to=recipient.address, subject=writing.subject, text=writing.text, html=writing.html,
        language=writing.language, about=f"survey:{recipient.campaign.survey.slug}",
        reference=f"campaign:{recipient.campaign_id}:{'reminder' if reminds else 'invitation'}:{recipient.pk}",
        unsubscribe_url=stop,
        headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip


def _overtaken(recipient: Recipient, whom: Mailable) -> str:
    """Whether what happened since makes asking pointless: the event taken back, or one that the campaign names."""
    names = [recipient.campaign.trigger, *recipient.campaign.unless]
    persons = list(dict.fromkeys([recipient.person, *persons_of(whom.customer_id)]))
    happened = events_of(persons, names=names, limit=MOST_EVENTS)
    if all(each["event_id"] != recipient.event_id for each in happened):
        return "taken back"
    about = [each for each in happened if each["subject"] == recipient.round]
    since = next((each["occurred_at"] for each in happened if each["event_id"] == recipient.event_id), None)
    for each in about:
        if each["name"] in recipient.campaign.unless and since is not None and each["occurred_at"] >= since:
            return str(each["name"])
    return ""


def _fact_of(subject: str) -> dict[str, str]:
    """What the event was about, for `{order|…}` and `{product|…}` in the texts."""
    kind, _, name = subject.partition(":")
    return {kind: name} if kind in ("order", "product") and name else {}


def _latest(recipient: Recipient) -> datetime:
    return recipient.wanted_at + timedelta(days=recipient.campaign.patience_days)


def _hold_back(recipient: Recipient, decision: Decision) -> Recipient:
    """Wait until they may be asked, or give up when that is too late or never."""
    if decision.not_before is None or decision.not_before > _latest(recipient):
        return _skip(recipient, decision.reason)
    recipient.due_at, recipient.reason = decision.not_before, decision.reason
    recipient.save(update_fields=["due_at", "reason"])
    return recipient


def _skip(recipient: Recipient, reason: str) -> Recipient:
    recipient.state, recipient.reason = State.SKIPPED, reason[:60]
    recipient.save(update_fields=["state", "reason"])
    return recipient


def _remind_at(recipient: Recipient, at: datetime | None) -> Recipient:
    recipient.remind_at = at
    recipient.save(update_fields=["remind_at"])
    return recipient
