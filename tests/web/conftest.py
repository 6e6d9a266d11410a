"""A fixed cast with fixed rights, and a small company that they look at."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from django.utils import timezone

from regard.access.actions import make_user
from regard.access.models import Role, User
from regard.know.actions import refresh_people, register_identities
from regard.know.queries import find_customers
from regard.ledger.actions import append_events
from regard.ledger.events import EVENT_SCHEMA, event_id_of
from regard.understand.actions import compute

PASSWORD = "correct horse battery"
CAST = {"ada": Role.ADMINISTRATOR, "max": Role.MANAGER, "greta": Role.AGENT, "ana": Role.ANALYST}
HOSTILE = "<script>alert('x')</script> and <b>bold</b>"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _passwords_are_cheap(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> dict[str, User]:
    return {name: make_user(name, role=role, password=PASSWORD, actor="test") for name, role in CAST.items()}


@pytest.fixture
def as_(cast: dict[str, User]) -> Callable[[str], Client]:
    """A browser in which one of the cast is signed in."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(cast[name])
        return client

    return signed_in


def event(name: str, days: float, person: str, number: int = 0, **more: Any) -> dict[str, Any]:
    data = more.pop("data", None)
    return {
        "event_id": event_id_of("shop", name, person, str(number)), "name": name, "source": "shop", "person": person,
        "occurred_at": NOW - timedelta(days=days), "recorded_at": NOW, "data": data and json.dumps(data), **more,
    }  # fmt: skip


@pytest.fixture
def company(db: None) -> int:
    """Sixty customers with orders and answers; the first one's number."""
    people = {
        "person": [f"shop:{n}" for n in range(60)],
        "name": ["Grete Åberg", HOSTILE, "=SUM(1)", *(f"Jan Novák {n}" for n in range(57))],
        "email": [f"person{n}@example.org" for n in range(60)],
        "phone": [f"+49 30 {9000000 + n}" for n in range(60)],
    }
    register_identities(pa.table(people), source="shop", actor="test")
    rows = [
        event("message.received", 3, "shop:1", channel="email", text=HOSTILE),
        event(
            "survey.answered", 4, "shop:0", instrument="nps", score=9.0, channel="email", text="Well done."
        ),
    ]
    for n in range(60):
        for order in range(3):
            at = 10 + 35 * order + n / 10
            more = {"subject": f"order:{n}-{order}", "channel": "web"}
            rows.append(
                event(
                    "order.completed", at, f"shop:{n}", order, amount=Decimal("19.99"), currency="EUR", **more
                )
            )
            rows.append(event("survey.answered", at - 1, f"shop:{n}", 10 + order, instrument="csat-5",
                              score=float(1 + n % 5), channel="email"))  # fmt: skip
    append_events(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA))
    refresh_people()
    return find_customers("Grete")[0].id


@pytest.fixture
def computed(company: int) -> int:
    """The same, with profiles and findings (some seconds)."""
    compute(as_of=timezone.now(), actor="test")
    return company
