import pytest
from django.test import Client

from tests.api.conftest import NOW, Asking

pytestmark = pytest.mark.django_db
CUSTOMERS = "/api/v1/customers"


@pytest.fixture
def reader(with_key: Asking, company: list[int]) -> Client:
    return with_key("customers.read", "events.read")


def test_customers_are_found_by_the_beginning_of_words(reader: Client) -> None:
    found = reader.get(CUSTOMERS, {"text": "uh ben"}).json()
    assert [(row["name"], row["kind"]) for row in found] == [("Ben Uhl", "person"), ("Benno Uhl", "person")]
    assert len(reader.get(CUSTOMERS, {"text": "uhl", "limit": 1}).json()) == 1
    assert reader.get(CUSTOMERS, {"text": "nobody"}).json() == []


@pytest.mark.parametrize("key", ["1", "C1", "3", "crm:1", "shop:9", "anna@example.org"])
def test_a_customer_is_shown_by_any_of_its_keys(reader: Client, key: str) -> None:
    shown = reader.get(f"{CUSTOMERS}/{key}").json()
    assert (shown["id"], shown["email"]) == (1, "anna@example.org")
    assert [row["person"] for row in shown["identities"]] == ["crm:1", "shop:9"]
    assert [piece["rule"] for piece in shown["evidence"]] == ["same e-mail"]
    assert shown["profile"] is None


def test_a_timeline_is_newest_first_and_can_be_narrowed(reader: Client) -> None:
    address = f"{CUSTOMERS}/shop:9/events"
    events = reader.get(address).json()
    assert [event["subject"] for event in events] == [f"order:{n}" for n in range(1, 20, 2)]
    assert (events[0]["amount"], events[0]["currency"], events[0]["data"]) == (
        "19.9900",
        "EUR",
        {"note": "first"},
    )
    assert reader.get(address, {"name": "case.opened"}).json() == []
    earlier = reader.get(address, {"before": events[0]["occurred_at"], "limit": 2}).json()
    assert [event["subject"] for event in earlier] == ["order:3", "order:5"]


def test_a_moment_without_a_zone_is_refused(reader: Client) -> None:
    answer = reader.get("/api/v1/events", {"before": NOW.replace(tzinfo=None).isoformat()})
    assert answer.status_code == 400
    assert "before" in answer.json()["message"]


@pytest.mark.parametrize("key", ["999", "crm:none", "nobody@example.org", "0" * 40, "é"])
def test_an_unknown_customer_is_not_found(reader: Client, key: str) -> None:
    answer = reader.get(f"{CUSTOMERS}/{key}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_wrong_question_gets_a_sentence(reader: Client) -> None:
    answer = reader.get(CUSTOMERS, {"text": "x", "limit": "many"})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("limit: ")
    assert reader.get(CUSTOMERS).json()["message"] == "text: Field required"
