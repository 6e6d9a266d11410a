"""Hear of events after which somebody is to be asked, and note whom and when; asking is left to the worker."""

from datetime import datetime, timedelta

from django.utils import timezone

from regard.ledger.events import Event
from regard.ledger.reactions import on
from regard.listen.campaigns.models import Campaign, Recipient

TRIGGERS = {
    "order.delivered": "an order was delivered",
    "order.completed": "an order was placed",
    "order.shipped": "an order was shipped",
    "item.returned": "something was returned",
    "case.resolved": "a case was resolved",
    "customer.registered": "they registered",
    "customer.churned": "they left",
}
UNDOING = {
    "order.cancelled": "the order was cancelled",
    "item.returned": "something was returned",
    "order.refunded": "the order was refunded",
    "case.reopened": "the case was opened again",
}


def listen() -> None:
    """Have the ledger tell us, while some campaign wants to know."""
    on(*TRIGGERS, while_wanted=wanted)(note)


def wanted() -> frozenset[str]:
    """The events that running campaigns wait for."""
    running = Campaign.objects.filter(kind=Campaign.Kind.EVENT, state=Campaign.State.RUNNING)
    return frozenset(running.values_list("trigger", flat=True))


def note(event: Event) -> None:
    """Note whom to ask, and when. One order is asked about once, however often its event comes."""
    now = timezone.now()
    running = Campaign.objects.filter(
        kind=Campaign.Kind.EVENT, state=Campaign.State.RUNNING, trigger=event.name
    )
    for campaign in running:
        at = event.occurred_at + timedelta(hours=campaign.delay_hours)
        if not _is_past(at, campaign, now):
            Recipient.objects.get_or_create(
                campaign=campaign, round=(event.subject or event.event_id)[:200], person=event.person,
                defaults={"event_id": event.event_id, "wanted_at": at, "due_at": max(at, now)},
            )  # fmt: skip


def _is_past(at: datetime, campaign: Campaign, now: datetime) -> bool:
    """What happened so long ago that one would not ask about it any more, as in a file of last year."""
    return at + timedelta(days=campaign.patience_days) < now
