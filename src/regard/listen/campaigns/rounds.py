"""A round: everybody of the segment, or a sample drawn by lot, becomes a recipient."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from regard.know.contact.actions import draw_sample
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.campaigns.segments import SegmentError, people_in, read_segment

CHUNK = 2000


@transaction.atomic
def begin_due_round(campaign_id: int, *, now: datetime, actor: str) -> int:
    """Begin the next round of a schedule if its time has come; rounds that were missed are not made up for."""
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("survey").get(pk=campaign_id)
    due = campaign.next_round_at
    if campaign.state != Campaign.State.RUNNING or due is None or due > now:
        return 0
    while due <= now:
        due = next_after(due, campaign.every)
    campaign.next_round_at = due
    campaign.save(update_fields=["next_round_at"])
    return begin_round(campaign, now=now, actor=actor)


def begin_round(campaign: Campaign, *, now: datetime, actor: str) -> int:
    """Make recipients; within the caller's transaction. A segment grown too small leaves the round empty."""
    campaign.rounds += 1
    campaign.save(update_fields=["rounds"])
    try:
        people = people_in(read_segment(campaign.segment), at=now)
    except SegmentError:
        return 0
    persons = [each.person for each in people]
    wanted = campaign.count if campaign.count is not None else campaign.share
    if wanted is not None:
        persons = draw_sample(
            persons, share_or_count=wanted, seed=seed_of(campaign), purpose="survey", channel="email", at=now,
            actor=actor,
        )  # fmt: skip
    rows = [
        Recipient(campaign=campaign, round=str(campaign.rounds), person=each, wanted_at=now, due_at=now)
        for each in persons
    ]
    return len(Recipient.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK))


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
