"""The verbs of webhooks: add and end an endpoint, announce, deliver what is due, try again, test."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from regard.errors import ConflictError, NotFoundError, RegardError
from regard.outside.addresses import addresses_of, read_target
from regard.outside.http import ask
from regard.outside.models import Delivery, Endpoint
from regard.outside.signing import check_secret, make_secret, sign

MOST_A_RUN = 50
MOST_ATTEMPTS = 12  # about two days
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=12)
CLAIM = timedelta(minutes=5)  # longer than one attempt takes
SECONDS = 10.0
LARGEST_ANSWER = 64 * 1024
TEST = "test"


def add_endpoint(url: str, *, actor: str, secret: str = "") -> tuple[Endpoint, str]:
    """Tell one more address; its secret, made here unless given, is shown once."""
    addresses_of(read_target(url))
    if secret:
        check_secret(secret)
    secret = secret or make_secret()
    return Endpoint.objects.create(url=url, secret=secret, made_by=actor), secret


@transaction.atomic
def set_endpoint_active(endpoint_id: int, active: bool, *, actor: str) -> Endpoint:
    """Stop or start telling an address; what waits for it waits on."""
    row = _endpoint(endpoint_id)
    row.is_active = active
    row.save(update_fields=["is_active"])
    return row


def announce(kind: str, data: Mapping[str, Any]) -> str:
    """Tell every endpoint, in the caller's transaction; at least once each, under one id."""
    message_id, now = f"msg_{uuid.uuid4().hex}", timezone.now()
    body = msgspec.json.encode({"type": kind, "timestamp": now.isoformat(), "data": dict(data)}).decode()
    Delivery.objects.bulk_create(
        Delivery(endpoint=endpoint, message_id=message_id, kind=kind, body=body, next_try_at=now)
        for endpoint in Endpoint.objects.filter(is_active=True)
    )
    return message_id


def send_test(endpoint_id: int, *, actor: str) -> Delivery:
    """Send a test at once, and say what the address answered."""
    endpoint = _endpoint(endpoint_id)
    now = timezone.now()
    told = {"type": TEST, "timestamp": now.isoformat(), "data": {"sent_by": actor}}
    row = Delivery.objects.create(
        endpoint=endpoint, message_id=f"msg_{uuid.uuid4().hex}", kind=TEST,
        body=msgspec.json.encode(told).decode(), next_try_at=now,
    )  # fmt: skip
    deliver(row.pk, now=now)
    row.refresh_from_db()
    if row.state == Delivery.State.WAITING:  # nobody waits for a test
        row.state = Delivery.State.DEAD
        row.save(update_fields=["state"])
    return row


def deliver_due(now: datetime) -> int:
    """Attempt what is due; says how many. Call it outside a transaction."""
    due = Delivery.objects.filter(
        state=Delivery.State.WAITING, next_try_at__lte=now, endpoint__is_active=True
    )
    numbers = list(due.order_by("next_try_at", "pk").values_list("pk", flat=True)[:MOST_A_RUN])
    return sum(deliver(number, now=now) for number in numbers)


def deliver(delivery_id: int, *, now: datetime) -> bool:
    """One attempt, unless another process makes it; what dies in between is attempted again under the same id."""
    due = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.WAITING, next_try_at__lte=now)
    if not due.update(next_try_at=now + CLAIM, attempts=F("attempts") + 1):
        return False
    row = Delivery.objects.select_related("endpoint").get(pk=delivery_id)
    taken, row.answer = _post(row, now)
    if taken:
        row.state, row.sent_at = Delivery.State.SENT, now
    elif row.attempts >= MOST_ATTEMPTS:
        row.state = Delivery.State.DEAD
    else:
        row.next_try_at = now + min(FIRST_PAUSE * 3 ** (row.attempts - 1), LONGEST_PAUSE)
    row.save(update_fields=["answer", "state", "sent_at", "next_try_at"])
    return True


@transaction.atomic
def retry_delivery(delivery_id: int, *, actor: str) -> Delivery:
    """Attempt anew what was given up."""
    row = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if row is None:
        raise NotFoundError("There is no such delivery.")
    if row.state != Delivery.State.DEAD:
        raise ConflictError(f"This delivery is {row.state}.")
    row.state, row.attempts, row.next_try_at = Delivery.State.WAITING, 0, timezone.now()
    row.save(update_fields=["state", "attempts", "next_try_at"])
    return row


def _post(row: Delivery, now: datetime) -> tuple[bool, str]:
    body, stamp = row.body.encode(), int(now.timestamp())
    headers = {
        "content-type": "application/json", "webhook-id": row.message_id, "webhook-timestamp": str(stamp),
        "webhook-signature": sign(row.endpoint.secret, row.message_id, stamp, body),
    }  # fmt: skip
    try:
        answer = ask(
            row.endpoint.url, method="POST", headers=headers, body=body, seconds=SECONDS, limit=LARGEST_ANSWER
        )
    except RegardError as error:
        return False, str(error)[:500]
    return 200 <= answer.status < 300, f"answered {answer.status}"


def _endpoint(endpoint_id: int) -> Endpoint:
    row = Endpoint.objects.filter(pk=endpoint_id).first()
    if row is None:
        raise NotFoundError("There is no such endpoint.")
    return row
