"""Who asks too often is refused for a while: a key, and an address whatever keys it tries."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from regard.access.models import User
from regard.access.rates import forget_leases
from tests.api.conftest import Asking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    forget_leases()
    monkeypatch.setattr("regard.access.rates.time.time", lambda: 1_800_000_010.0)
    yield
    forget_leases()


def test_a_key_is_refused_beyond_its_limit_and_others_are_not(with_key: Asking, settings: Any) -> None:
    settings.REGARD_API_KEY_LIMIT = 5
    client, other = with_key("events.read"), with_key("events.read")
    assert [client.get("/api/v1/events").status_code for _ in range(5)] == [200] * 5
    answer = client.get("/api/v1/events")
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (429, "50", "too_often")
    assert other.get("/api/v1/events").status_code == 200
    assert client.get("/api/v1/openapi.json").status_code == 429


def test_an_address_cannot_go_on_trying_keys(ada: User, settings: Any) -> None:
    settings.REGARD_API_ADDRESS_LIMIT = 5
    guesses = [Client(headers={"Authorization": f"Bearer rk_{n}_x"}) for n in range(7)]
    assert [guess.get("/api/v1/events").status_code for guess in guesses] == [401] * 5 + [429] * 2
    elsewhere = guesses[0].get("/api/v1/events", REMOTE_ADDR="192.0.2.9")
    assert elsewhere.status_code == 401
