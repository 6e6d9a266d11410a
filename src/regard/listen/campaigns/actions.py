"""The verbs of campaigns: plan one, start it, let it wait, end it, and do what is due."""

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from regard.errors import ConflictError, InputError, NotFoundError, SettingError
from regard.listen.campaigns import asking, catching_up, rounds
from regard.listen.campaigns.following import TRIGGERS, UNDOING
from regard.listen.campaigns.letters import public_address
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.campaigns.segments import read_segment, refuse_too_small
from regard.listen.surveys.models import Invitation, Survey, SurveyChange
from regard.listen.surveys.piping import trouble_in

log = logging.getLogger(__name__)

TURN = 100  # recipients of one campaign, asked in one transaction, before it is another's turn
RUN_SECONDS = 50.0  # then the worker does what else there is; it comes back every minute
Kind, State = Campaign.Kind, Campaign.State
EVERY = ("week", "month")
LONGEST_SUBJECT, LONGEST_TEXT = 150, 2000
CHANGEABLE = {
    "name", "segment", "share", "count", "every", "next_round_at", "trigger", "delay_hours", "unless",
    "patience_days", "remind_after_days", "subject", "text",
}  # fmt: skip


@transaction.atomic
def plan_campaign(survey: Survey, *, kind: str, name: str, actor: str, **plan: Any) -> Campaign:
    """A campaign as a draft: nothing is sent before it is started."""
    if kind not in Kind.values:
        raise InputError(f"There is no campaign `{kind[:20]}`.", hint=f"There are: {', '.join(Kind.values)}.")
    campaign = Campaign(survey=survey, kind=kind)
    _apply(campaign, {"name": name, **plan})
    campaign.save()
    return _note(campaign, "planned", actor)


@transaction.atomic
def change_campaign(campaign_id: int, changes: Mapping[str, Any], *, actor: str) -> Campaign:
    """Change a plan; what has been sent stays sent."""
    campaign = hold_campaign(campaign_id)
    if campaign.state == State.ENDED:
        raise ConflictError("This campaign has ended.", hint="Plan another one.")
    _apply(campaign, changes)
    campaign.save()
    return _note(campaign, f"changed {', '.join(sorted(changes))}", actor)


@transaction.atomic
def start_campaign(campaign_id: int, *, actor: str, at: datetime | None = None) -> Campaign:
    """Begin to ask, or go on after a pause. The worker does it."""
    campaign = hold_campaign(campaign_id)
    if campaign.state not in (State.DRAFT, State.PAUSED):
        raise ConflictError(f"This campaign is {campaign.state}.")
    _refuse_unready(campaign)
    fresh = campaign.state == State.DRAFT
    campaign.state = State.RUNNING
    campaign.started_at = campaign.started_at or at or timezone.now()
    if fresh and campaign.kind != Kind.EVENT and campaign.next_round_at is None:
        campaign.next_round_at = at or timezone.now()
    campaign.save()
    return _note(campaign, "started" if fresh else "went on", actor)


@transaction.atomic
def pause_campaign(campaign_id: int, *, actor: str) -> Campaign:
    """Send nothing more until it goes on; letters that wait in the outbox go out."""
    campaign = hold_campaign(campaign_id)
    if campaign.state != State.RUNNING:
        raise ConflictError(f"This campaign is {campaign.state}.")
    campaign.state = State.PAUSED
    campaign.save(update_fields=["state"])
    return _note(campaign, "paused", actor)


@transaction.atomic
def end_campaign(campaign_id: int, *, actor: str, because: str = "") -> Campaign:
    """Ask and remind nobody any more; links that were sent go on working."""
    campaign = hold_campaign(campaign_id)
    if campaign.state == State.ENDED:
        raise ConflictError("This campaign has ended already.")
    campaign.state, campaign.ended_because, campaign.preparing = State.ENDED, because[:200], None
    campaign.save(update_fields=["state", "ended_because", "preparing"])
    Recipient.objects.filter(campaign=campaign, state=Recipient.State.WAITING).update(
        state=Recipient.State.SKIPPED, reason="ended"
    )
    return _note(campaign, f"ended{': ' + because if because else ''}", actor)


def run_due(now: datetime, *, seconds: float = RUN_SECONDS) -> int:
    """Do what is due in every running campaign, taking turns until nothing is or the time is up.

    Call it outside a transaction. Says how many were asked.
    """
    ends = time.monotonic() + seconds
    running = list(Campaign.objects.filter(state=State.RUNNING).select_related("survey").order_by("pk"))
    asked, busy = 0, [each for each in running if not _closed(each, now)]
    for campaign in busy:
        rounds.begin_due_round(campaign.pk, now=now, actor=asking.ACTOR)
        catching_up.catch_up(campaign, now=now)
    while busy and time.monotonic() < ends:
        busy, turn = [], busy
        for campaign in turn:
            due = _due(campaign, now)
            late = _late(campaign, now)
            asked += _ask(due, now)
            for number in late:
                _remind(number, now)
            if due or late:
                busy.append(campaign)
            else:
                _end_when_done(campaign)
    return asked


def _closed(campaign: Campaign, now: datetime) -> bool:
    """End a campaign whose survey takes no answers any more."""
    survey = campaign.survey
    closed = survey.state == Survey.State.CLOSED or (survey.closes_at is not None and survey.closes_at <= now)
    if closed:
        end_campaign(campaign.pk, actor=asking.ACTOR, because="the survey was closed")
    return closed


def _due(campaign: Campaign, now: datetime) -> list[int]:
    """The next recipients to ask; of a round that is being noted nobody yet."""
    waiting = campaign.recipients.filter(
        state=Recipient.State.WAITING,
        due_at__lte=now,
        campaign__state=State.RUNNING,
        campaign__preparing=None,
    )
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:TURN])


def _late(campaign: Campaign, now: datetime) -> list[int]:
    """The next recipients to remind."""
    late = campaign.recipients.filter(remind_at__lte=now, campaign__state=State.RUNNING)
    return list(late.order_by("remind_at", "pk").values_list("pk", flat=True)[:TURN])


def _ask(numbers: Sequence[int], now: datetime) -> int:
    """Ask some; whoever cannot be written to must not stand in the way of the others."""
    if not numbers:
        return 0
    try:
        return asking.ask(numbers, now=now)
    except (InputError, ConflictError, NotFoundError) as error:
        if len(numbers) > 1:
            return sum(_ask([each], now) for each in numbers)
        log.warning("recipient %s: %s", numbers[0], error)
        asking.give_up(numbers[0])
        return 0


def _remind(number: int, now: datetime) -> None:
    """Remind one; whoever cannot be written to is left in peace, and the others come all the same."""
    try:
        asking.remind(number, now=now)
    except (InputError, ConflictError, NotFoundError) as error:
        log.warning("recipient %s: %s", number, error)
        asking.leave_in_peace(number)


def hold_campaign(campaign_id: int) -> Campaign:
    """The campaign, held until the transaction ends."""
    held = Campaign.objects.select_for_update(of=("self",)).select_related("survey")
    campaign = held.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFoundError(f"There is no campaign {campaign_id}.")
    return campaign


def _end_when_done(campaign: Campaign) -> None:
    """A campaign that asks once is over when nobody waits to be asked or reminded."""
    over = Campaign.objects.filter(pk=campaign.pk, kind=Kind.ONCE, preparing=None, next_round_at=None)
    if not over.exists():
        return  # its round is still to come
    waiting = campaign.recipients.filter(state=Recipient.State.WAITING).exists()
    to_remind = campaign.recipients.filter(
        remind_at__isnull=False, invitation__state=Invitation.State.OPEN
    ).exists()
    if not waiting and not to_remind:
        end_campaign(campaign.pk, actor=asking.ACTOR, because="everybody has been asked")


def _apply(campaign: Campaign, changes: Mapping[str, Any]) -> None:
    """Put checked values into a plan."""
    if strange := set(changes) - CHANGEABLE:
        raise InputError(f"`{min(strange)}` cannot be set.")
    for name, value in changes.items():
        setattr(campaign, name, value)
    campaign.name = campaign.name.strip()[:120] or campaign.survey.name[:120]
    read_segment(campaign.segment)
    for reason in _reasons_against(campaign):
        raise InputError(reason)


def _reasons_against(campaign: Campaign) -> list[str]:
    """What stands against a plan."""
    share, count = campaign.share, campaign.count
    bounded = {"delay_hours": 24 * 366, "patience_days": 90, "remind_after_days": 60}
    texts = [(campaign.subject, LONGEST_SUBJECT), (campaign.text, LONGEST_TEXT)]
    days = [0 <= getattr(campaign, name) <= most for name, most in bounded.items()]
    checks = {
        "A share lies above 0 and up to 1.": share is not None and not 0 < share <= 1,
        "Say a share or a number, not both.": share is not None and count is not None,
        "Nobody would be asked.": count == 0,
        "A schedule is every week or every month.": campaign.kind == Kind.SCHEDULE and campaign.every not in EVERY,
        "Say after what is asked.": campaign.kind == Kind.EVENT and campaign.trigger not in TRIGGERS,
        "One of the events that make asking pointless is not known.": not set(campaign.unless) <= set(UNDOING),
        "A number of days is out of bounds.": not all(days),
        "A text of the letter is too long.": any(len(each) > most for known, most in texts for each in known.values()),
    }  # fmt: skip
    trouble = [trouble_in(each) for known, _ in texts for each in known.values()]
    return [reason for reason, holds in checks.items() if holds] + [each for each in trouble if each]


def _refuse_unready(campaign: Campaign) -> None:
    """Raise when nothing could be sent or answered."""
    if campaign.survey.state != Survey.State.OPEN:
        raise ConflictError("The survey takes no answers.", hint="Publish or open it first.")
    public_address("")
    if not settings.REGARD_MAIL_FROM or not settings.REGARD_SMTP_HOST:
        raise SettingError(
            "Letters cannot be sent yet.", hint="Set REGARD_SMTP_HOST and REGARD_MAIL_FROM, then restart."
        )
    if campaign.kind != Kind.EVENT:
        refuse_too_small(read_segment(campaign.segment), at=timezone.now())


def _note(campaign: Campaign, what: str, actor: str) -> Campaign:
    SurveyChange.objects.create(
        survey=campaign.survey, actor=actor[:200], what=f"campaign {campaign.name}: {what}"[:300]
    )
    return campaign
