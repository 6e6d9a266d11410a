"""Ask recipients, or remind one. Whether they may be asked is decided by `know.contact`, here and nowhere else."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.http import urlencode

from regard.know.contact.actions import ask_to_contact
from regard.know.contact.terms import REMINDER, Decision
from regard.know.contact.unsubscribing import unsubscribe_token
from regard.listen.campaigns.knowing import Known, look_up
from regard.listen.campaigns.letters import public_address, write_letter
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.surveys.actions import Asked, invite_several
from regard.listen.surveys.models import Invitation
from regard.mail.actions import queue_letter

ACTOR = "campaign"
State = Recipient.State


def ask(recipient_ids: Sequence[int], *, now: datetime) -> int:
    """Invite those recipients of one campaign whose time has come; of the others note when to try again, or why not.

    They are decided about one after the other, but in one transaction: it either asks whom it allows, or nobody.
    Says how many were asked.
    """
    known = look_up(list(_waiting(recipient_ids, now)))
    with transaction.atomic():
        held = [each for each in _hold(_waiting(recipient_ids, now)) if each.pk in known]
        ready = [each for each in held if not _out_of_place(each, known[each.pk], now)]
        ready = _once_each(ready, known)
        if not ready:
            return 0
        asked = [_asked(each, known[each.pk]) for each in ready]
        survey = ready[0].campaign.survey
        found = invite_several(asked, survey, via="email", actor=ACTOR, at=now)
        for recipient, invitation in zip(ready, found, strict=True):
            if isinstance(invitation, Decision):
                _hold_back(recipient, invitation)
            else:
                _send(recipient, invitation, known[recipient.pk], now)
        return sum(isinstance(each, Invitation) for each in found)


def _waiting(recipient_ids: Sequence[int], now: datetime) -> QuerySet[Recipient]:
    return Recipient.objects.filter(
        pk__in=recipient_ids, state=State.WAITING, due_at__lte=now, campaign__state=Campaign.State.RUNNING
    ).select_related("campaign__survey", "invitation")


def _out_of_place(recipient: Recipient, its: Known, now: datetime) -> bool:
    """Leave out whom it is no use to ask."""
    reason = "too late" if now > _latest(recipient) else "no address" if its.whom is None else its.overtaken
    if reason:
        _skip(recipient, reason)
    return bool(reason)


def _once_each(recipients: Sequence[Recipient], known: Mapping[int, Known]) -> list[Recipient]:
    """Leave out whom the campaign has asked about the same already, under whatever key of theirs."""
    rounds = {each.round for each in recipients}
    campaigns = {each.campaign_id for each in recipients}
    earlier = Recipient.objects.filter(campaign__in=campaigns, round__in=rounds, state=State.ASKED)
    asked = set(earlier.values_list("round", "person"))
    kept = []
    for each in recipients:
        theirs = {(each.round, key) for key in known[each.pk].persons}
        if asked & theirs:
            _skip(each, "asked already")
        else:
            kept.append(each)
            asked |= theirs
    return kept


def _asked(recipient: Recipient, its: Known) -> Asked:
    whom = its.reached
    return Asked(whom.person, its.language, dict(whom.known) | _fact_of(recipient.round))


@transaction.atomic
def remind(recipient_id: int, *, now: datetime) -> Recipient:
    """Write once more to who has not answered, if they may be written to."""
    recipient = _held(recipient_id)
    campaign, invitation = recipient.campaign, recipient.invitation
    if recipient.remind_at is None or recipient.remind_at > now or campaign.state != Campaign.State.RUNNING:
        return recipient
    if invitation is None or invitation.state != Invitation.State.OPEN or invitation.ends_at <= now:
        return _remind_at(recipient, None)
    about = f"survey:{campaign.survey.slug}"
    decision = ask_to_contact(
        invitation.person, purpose="survey", channel="email", kind=REMINDER, about=about, actor=ACTOR, at=now
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
    return _skip(_held(recipient_id), "refused")


@transaction.atomic
def leave_in_peace(recipient_id: int) -> Recipient:
    """Remind this one no more."""
    return _remind_at(_held(recipient_id), None)


def _hold(recipients: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Recipients, held; a campaign that is paused meanwhile is seen by the next ones."""
    return recipients.select_for_update(of=("self",)).order_by("pk")


def _held(recipient_id: int) -> Recipient:
    return _hold(Recipient.objects.select_related("campaign__survey", "invitation")).get(pk=recipient_id)


def _send(recipient: Recipient, invitation: Invitation, its: Known, now: datetime) -> Recipient:
    whom = its.reached
    days = recipient.campaign.remind_after_days
    recipient.invitation, recipient.address = invitation, whom.address
    recipient.state, recipient.reason = State.ASKED, ""
    recipient.remind_at = now + timedelta(days=days) if days else None
    recipient.save()
    _write(recipient, invitation, invitation.touch_id)
    return recipient


def _write(
    recipient: Recipient, invitation: Invitation, touch_id: int | None, *, reminds: bool = False
) -> None:
    assert touch_id is not None  # noqa: S101 - an allowed contact was counted
    # in the language of the letter; without one in that of the browser
    spoken = f"?{urlencode({'lang': invitation.language})}" if invitation.language else ""
    stop = public_address(f"/unsubscribe/{unsubscribe_token(touch_id)}{spoken}")
    writing = write_letter(recipient.campaign, invitation, unsubscribe_url=stop, reminds=reminds)
    queue_letter(
        to=recipient.address, subject=writing.subject, text=writing.text, html=writing.html,
        language=writing.language, about=f"survey:{recipient.campaign.survey.slug}",
        reference=f"campaign:{recipient.campaign_id}:{'reminder' if reminds else 'invitation'}:{recipient.pk}",
        unsubscribe_url=stop,
        headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip


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
