"""From a request to the customer's page."""

import pytest

from regard.know.queries import customer
from regard.ledger import actions, queries
from tests.listen.tracking.sending import post

pytestmark = pytest.mark.django_db


def test_a_batch_is_on_the_customers_timeline_after_a_flush(key: str) -> None:
    batch = [
        {
            "type": "track",
            "userId": "u1",
            "messageId": "m1",
            "event": "Video Played",
            "properties": {"length": 7},
        },
        {"type": "identify", "userId": "u1", "messageId": "m2", "traits": {"email": "ada@example.org"}},
    ]
    answer = post("/v1/batch", {"batch": batch}, key=key)
    assert (answer.status, answer.body) == (200, b'{"success": true}')
    assert actions.flush_inbox().events == 2
    found = customer("shop:u1")
    events = queries.events_of(["shop:u1"])
    assert found is not None
    assert {event["name"] for event in events} == {"custom.video_played", "custom.identified"}
    assert [event["data"] for event in events if event["name"] == "custom.video_played"] == [{"length": 7}]
