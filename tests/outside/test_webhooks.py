"""Announcements: signed, delivered at least once under one id, given up visibly."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from regard.errors import AccessError, InputError
from regard.outside import actions
from regard.outside.models import Delivery, Endpoint
from regard.outside.queries import count_dead
from regard.outside.signing import make_secret, sign, verify
from tests.servers import Reply, Server

pytestmark = pytest.mark.django_db


def later() -> int:
    """Deliver as if enough time had passed for every pause."""
    Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now())
    return actions.deliver_due(timezone.now())


def test_what_is_announced_arrives_signed(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply())
    _, secret = actions.add_endpoint(f"{server.address}/in", actor="ada")
    message_id = actions.announce("silence.began", {"source": "shop"})
    assert actions.deliver_due(timezone.now()) == 1
    (asked,) = server.asked
    assert verify([secret], asked["headers"], asked["body"], now=time.time()) == message_id
    assert b'"type":"silence.began"' in asked["body"]
    assert Delivery.objects.get().state == "sent"
    assert later() == 0


def test_it_is_tried_again_under_the_same_id_until_taken(serve: Callable[..., Server]) -> None:
    statuses = [500, 429, 200]
    server = serve(lambda asked: Reply(status=statuses.pop(0)))
    actions.add_endpoint(server.address, actor="ada")
    actions.announce("test", {})
    pauses = []
    for _ in range(3):
        later()
        pauses.append(Delivery.objects.get().next_try_at - timezone.now())
    assert len({asked["headers"]["webhook-id"] for asked in server.asked}) == 1
    assert pauses[1] > pauses[0] > timedelta(seconds=20)
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("sent", 3)


def test_what_nobody_takes_is_given_up_shown_and_can_be_sent_again(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply(status=500))
    actions.add_endpoint(server.address, actor="ada")
    actions.announce("silence.began", {})
    for _ in range(actions.MOST_ATTEMPTS + 3):
        later()
    assert (len(server.asked), count_dead()) == (actions.MOST_ATTEMPTS, 1)
    server.answer = lambda asked: Reply(status=204)
    actions.retry_delivery(Delivery.objects.get().pk, actor="ada")
    later()
    assert (Delivery.objects.get().state, count_dead()) == ("sent", 0)


def test_a_worker_that_died_in_between_is_made_up_for(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply())
    actions.add_endpoint(server.address, actor="ada")
    actions.announce("silence.began", {})
    now = timezone.now()
    Delivery.objects.update(next_try_at=now + actions.CLAIM, attempts=1)  # claimed, then killed
    assert actions.deliver_due(now) == 0
    assert actions.deliver_due(now + actions.CLAIM) == 1
    assert Delivery.objects.get().state == "sent"


def test_an_announcement_that_is_rolled_back_is_not_made(serve: Callable[..., Server]) -> None:
    actions.add_endpoint(serve(lambda asked: Reply()).address, actor="ada")
    with transaction.atomic():
        actions.announce("silence.began", {})
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0


def test_a_private_address_is_no_endpoint() -> None:
    with pytest.raises(InputError, match="private network"):
        actions.add_endpoint("http://169.254.169.254/latest/meta-data", actor="ada")
    assert Endpoint.objects.count() == 0


def test_an_address_that_moved_into_a_private_network_is_not_told(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply(), allowed=False)
    Endpoint.objects.create(url=server.address, secret=make_secret(), made_by="ada")
    actions.announce("silence.began", {})
    later()
    assert server.asked == []
    assert "private network" in Delivery.objects.get().answer


def test_a_stopped_endpoint_is_told_nothing(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply())
    row, _ = actions.add_endpoint(server.address, actor="ada")
    actions.set_endpoint_active(row.pk, False, actor="ada")
    actions.announce("silence.began", {})
    assert later() == 0


def test_a_test_says_at_once_what_was_answered(serve: Callable[..., Server]) -> None:
    row, _ = actions.add_endpoint(serve(lambda asked: Reply(status=418)).address, actor="ada")
    sent = actions.send_test(row.pk, actor="ada")
    assert (sent.state, sent.answer) == ("dead", "answered 418")
    assert count_dead() == 0


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_signature_is_that_of_the_specification() -> None:
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"webhook-signature": "v1,AAAA"}, "does not fit"),
        ({"webhook-signature": ""}, "does not fit"),
        ({"webhook-id": "other"}, "does not fit"),
        ({"webhook-id": ""}, "webhook-id"),
        ({"webhook-timestamp": "999"}, "too old"),
        ({"webhook-timestamp": "1601"}, "ahead"),
        ({"webhook-timestamp": "1e3"}, "missing"),
        ({"webhook-timestamp": "²"}, "missing"),
        ({"webhook-timestamp": "9" * 400}, "ahead"),
    ],
)
def test_what_is_not_signed_now_with_a_key_is_refused(change: dict[str, str], says: str) -> None:
    good = {
        "webhook-id": "a",
        "webhook-timestamp": "1000",
        "webhook-signature": sign(SECRET, "a", 1000, b"x"),
    }
    assert verify([make_secret(), SECRET], good, b"x", now=1300) == "a"
    with pytest.raises(AccessError, match=says):
        verify([SECRET], good | change, b"x", now=1300)
    with pytest.raises(AccessError):
        verify([SECRET], good, b"y", now=1000)
