"""Events that an imported file brought: listeners hear nothing of them, so campaigns look for them afterwards.

A file is mostly history. Only what happened since the campaign first started counts, and only if it is not older
than the campaign's delay and two days: its asking lies ahead, or is at most two days late.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from regard.know.models import Identity
from regard.ledger import lake
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.models import Import

LATEST = timedelta(days=2)
EVERY = timedelta(minutes=5)  # while files came lately
LATELY = timedelta(
    hours=1
)  # whom a thing belongs to, such as an order, is known only some time after the file
CHUNK = 1000


def catch_up(campaign: Campaign, *, now: datetime) -> int:
    """Note whom to ask about events that files brought lately. Looking twice notes nobody twice."""
    last = campaign.caught_up_at
    if campaign.kind != Campaign.Kind.EVENT or campaign.started_at is None or (last and now - last < EVERY):
        return 0
    since = (last or campaign.started_at) - LATELY
    if not Import.objects.filter(ended_at__gt=since).exists():
        return 0
    noted = 0
    found = list(_recipients(campaign, now))
    for start in range(0, len(found), CHUNK):
        noted += len(Recipient.objects.bulk_create(found[start : start + CHUNK], ignore_conflicts=True))
    Campaign.objects.filter(pk=campaign.pk).update(caught_up_at=now)
    return noted


def earliest(campaign: Campaign, now: datetime) -> datetime:
    """When an event must have happened, at the earliest, for its customer to be asked."""
    assert campaign.started_at is not None  # noqa: S101 - asked for of running campaigns only
    return max(campaign.started_at, now - timedelta(hours=campaign.delay_hours) - LATEST)


def _recipients(campaign: Campaign, now: datetime) -> Iterator[Recipient]:
    rows = lake.select(
        "events",
        "WHERE name = ? AND occurred_at >= ?::TIMESTAMPTZ AND occurred_at <= ?::TIMESTAMPTZ ORDER BY occurred_at",
        [campaign.trigger, earliest(campaign, now), now],
        columns="event_id, person, subject, occurred_at",
    ).to_pylist()
    owners = _owners({row["person"] for row in rows if row["person"].startswith("ref:")})
    for row in rows:
        person = owners.get(row["person"], row["person"])
        if not person.startswith("ref:"):
            yield _recipient(campaign, row, person, now)


def _recipient(campaign: Campaign, row: dict[str, Any], person: str, now: datetime) -> Recipient:
    at = row["occurred_at"] + timedelta(hours=campaign.delay_hours)
    return Recipient(
        campaign=campaign, round=(row["subject"] or row["event_id"])[:200], person=person, event_id=row["event_id"],
        wanted_at=at, due_at=max(at, now),
    )  # fmt: skip


def _owners(things: Iterable[str]) -> dict[str, str]:
    """A record of the customer to whom a thing belongs, as far as that is known."""
    keys = sorted(things)
    if not keys:
        return {}
    where = f"WHERE person IN ({', '.join('?' * len(keys))})"
    known = lake.select("people", where, keys, columns="person, customer_id").to_pylist()
    customers = {row["customer_id"] for row in known}
    records = (
        Identity.objects.filter(customer__in=customers).order_by("-id").values_list("customer", "person")
    )
    first: dict[int | None, str] = dict(records)
    return {row["person"]: first[row["customer_id"]] for row in known if row["customer_id"] in first}
