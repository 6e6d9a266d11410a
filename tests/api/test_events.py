from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from regard.errors import StoreError
from regard.know.models import Identity
from regard.ledger.actions import flush_inbox
from regard.ledger.models import Batch
from regard.ledger.queries import newest_events
from tests.api.conftest import Asking, sold

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events"


@pytest.fixture
def till(with_key: Asking) -> Client:
    return with_key()


def send(till: Client, *events: dict[str, object], source: str = "till") -> tuple[int, dict[str, object]]:
    answer = till.post(EVENTS, {"source": source, "events": list(events)}, content_type="application/json")
    return answer.status_code, answer.json()


def test_an_event_is_acknowledged_kept_and_read_again(till: Client) -> None:
    assert send(till, sold(data={"till": 3})) == (200, {"events": 1})
    batch = Batch.objects.get()
    assert (batch.source, batch.event_count) == ("till", 1)
    flush_inbox()
    (event,) = till.get(EVENTS).json()
    assert (event["subject"], event["occurred_at"]) == ("order:88", "2026-11-20T09:31:00Z")
    assert event["actor"].startswith("api:")
    assert event["data"] == {"till": 3}


def test_a_new_person_can_be_asked_for_at_once(till: Client) -> None:
    send(till, sold(), sold(person="anon:4f", name="page.viewed"), sold(person="ref:order:88"))
    assert [row.person for row in Identity.objects.all()] == ["email:carla@example.org"]
    assert till.get("/api/v1/customers/carla@example.org").json()["email"] == "carla@example.org"


def test_sending_again_adds_nothing(till: Client) -> None:
    for _ in range(2):
        send(till, sold(), sold(event_id="mine", subject="order:89"))
        flush_inbox()
    assert len(newest_events()) == 2


def test_a_time_without_a_zone_is_the_companys(till: Client) -> None:
    send(till, sold(occurred_at="2026-11-20T10:31:00"))
    flush_inbox()
    assert newest_events()[0]["occurred_at"].isoformat() == "2026-11-20T09:31:00+00:00"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "order.eaten"}, "no such name"),
        ({"person": "carla"}, "`person` must be"),
        ({"amount": None}, "`amount` is required"),
        ({"currency": "euro"}, "three capital letters"),
        ({"occurred_at": "yesterday"}, "events.1.occurred_at"),
        ({"amount": "NaN"}, "amount"),
    ],
)
def test_one_wrong_event_refuses_all_with_a_sentence(
    till: Client, wrong: dict[str, object], sentence: str
) -> None:
    status, answer = send(till, sold(), sold(**wrong))
    assert status == 400
    assert sentence in str(answer["message"])
    assert not Batch.objects.exists()
    assert not Identity.objects.exists()


def test_nobody_speaks_as_regard_itself(till: Client) -> None:
    assert send(till, sold(), source="regard")[0] == 400


def test_too_much_at_once_is_refused(till: Client) -> None:
    status, answer = send(till, sold(text="x" * 33_000))
    assert (status, answer["code"]) == (413, "too_large")
    assert send(till, *[sold()] * 2501)[0] == 400
    answer = till.post(EVENTS, b" " * (9 << 20), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Batch.objects.exists()


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'{"source": "till"}', b'"\xff"'])
def test_a_body_that_is_none_is_refused(till: Client, body: bytes) -> None:
    answer = till.post(EVENTS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


@pytest.mark.parametrize("error", [StoreError("The inbox is away."), OperationalError("database is locked")])
def test_a_store_that_is_away_asks_to_try_again(till: Client, error: Exception) -> None:
    with patch("regard.api.events.record_events", side_effect=error):
        answer = till.post(EVENTS, {"source": "till", "events": [sold()]}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert answer["Retry-After"] == "5"
    assert not Identity.objects.exists()


def test_a_fault_of_ours_says_so_and_tells_nothing(till: Client, caplog: pytest.LogCaptureFixture) -> None:
    with patch("regard.api.events.newest_events", side_effect=KeyError("secret")):
        answer = till.get(EVENTS)
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert "secret" not in answer.content.decode()
    assert "secret" in caplog.text
