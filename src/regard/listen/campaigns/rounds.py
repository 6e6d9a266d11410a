"""A round: everybody of the segment, or a sample drawn by lot, becomes a recipient."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from regard.know.contact.actions import draw_sample
from regard.ledger.lock import hold_writer
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.campaigns.segments import SegmentError, people_in, read_segment

CHUNK = 1000  # recipients a transaction: others get to write in between


def begin_due_round(campaign_id: int, *, now: datetime, actor: str) -> None:
    """Begin the round whose time has come, or go on with one that was cut short; call it outside a transaction.

    Nobody is asked before all of a round are noted, so one that was cut short is forgotten and noted anew.
    """
    if not _is_to_prepare(campaign_id, now=now):
        return
    with hold_writer(f"round-{campaign_id}"):
        campaign = Campaign.objects.get(pk=campaign_id)
        if campaign.preparing is None:
            return  # somebody else has noted them meanwhile
        of_round = Recipient.objects.filter(campaign=campaign, round=str(campaign.rounds))
        while some := list(of_round.values_list("pk", flat=True)[:CHUNK]):
            Recipient.objects.filter(pk__in=some).delete()
        persons = _drawn(campaign, now, actor)
        running = Campaign.objects.filter(pk=campaign_id).exclude(state=Campaign.State.ENDED)
        running.update(preparing=len(persons))
        rows = [
            Recipient(campaign=campaign, round=str(campaign.rounds), person=each, wanted_at=now, due_at=now)
            for each in persons
        ]
        for start in range(0, len(rows), CHUNK):
            if not _note_some(campaign_id, rows[start : start + CHUNK]):
                return
        Campaign.objects.filter(pk=campaign_id).update(preparing=None)


@transaction.atomic
def _note_some(campaign_id: int, rows: Sequence[Recipient]) -> bool:
    """Note some recipients, unless the campaign was ended meanwhile."""
    held = Campaign.objects.select_for_update(of=("self",)).exclude(state=Campaign.State.ENDED)
    if not held.filter(pk=campaign_id).exists():
        return False
    Recipient.objects.bulk_create(rows, ignore_conflicts=True)
    return True


@transaction.atomic
def _is_to_prepare(campaign_id: int, *, now: datetime) -> bool:
    """Whether a round is to be noted; missed rounds of a schedule are not made up for."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    if campaign.state != Campaign.State.RUNNING:
        return False
    if campaign.preparing is not None:
        return True
    due = campaign.next_round_at
    if due is None or due > now:
        return False
    while campaign.kind == Campaign.Kind.SCHEDULE and due <= now:
        due = next_after(due, campaign.every)
    campaign.next_round_at = due if due > now else None
    campaign.rounds += 1
    campaign.preparing = 0
    campaign.save(update_fields=["next_round_at", "rounds", "preparing"])
    return True


def _drawn(campaign: Campaign, now: datetime, actor: str) -> list[str]:
    """Whom a round is for; nobody when the segment has grown too small."""
    try:
        persons = [each.person for each in people_in(read_segment(campaign.segment), at=now)]
    except SegmentError:
        return []
    wanted = campaign.count if campaign.count is not None else campaign.share
    if wanted is None:
        return persons
    return draw_sample(
        persons, share_or_count=wanted, seed=seed_of(campaign), purpose="survey", channel="email", at=now, actor=actor
    )  # fmt: skip


def seed_of(campaign: Campaign) -> str:
    """The name of a round's draw: the same round draws the same people."""
    return f"campaign:{campaign.pk}:{campaign.rounds}"


def next_after(moment: datetime, every: str) -> datetime:
    """A week or a month later, at the same hour on the company's clock; the 31st becomes the last of the month."""
    local = timezone.localtime(moment)
    if every == "week":
        later = local.replace(tzinfo=None) + timedelta(weeks=1)
    else:
        year, month = (local.year + local.month // 12, local.month % 12 + 1)
        first_of_next = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001 - a day on the wall
        last = (first_of_next - timedelta(days=1)).day
        later = local.replace(year=year, month=month, day=min(local.day, last), tzinfo=None)
    return timezone.make_aware(later)
