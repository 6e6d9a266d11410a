"""Keys with fixed scopes, and three customers who did something."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from django.utils import timezone

from regard.access.actions import make_api_key, make_user
from regard.access.models import Role, User
from regard.access.permissions import Permission
from regard.know.actions import refresh_people, register_identities
from regard.ledger.actions import append_events
from regard.ledger.events import EVENT_SCHEMA

Asking = Callable[..., Client]
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def ada(db: None) -> User:
    return make_user("ada", role=Role.ADMINISTRATOR, password="correct horse battery", actor="test")


@pytest.fixture
def with_key(ada: User) -> Asking:
    """A program that holds a key with these scopes (all, if none is named)."""

    def asking(*scopes: str, creator: User = ada) -> Client:
        ends = timezone.now() + timedelta(days=1)
        _, text = make_api_key("test", scopes=scopes or list(Permission), expires_at=ends, creator=creator)
        return Client(headers={"Authorization": f"Bearer {text}"})

    return asking


@pytest.fixture
def company(db: None) -> list[int]:
    """Anna in two sources, and Ben twice (nobody knows yet); the numbers of their records."""
    crm = {"person": ["crm:1", "crm:2"], "name": ["Anna Ode", "Ben Uhl"], "email": ["anna@example.org", None]}
    shop = {
        "person": ["shop:9", "shop:8"],
        "name": ["A. Ode", "Benno Uhl"],
        "email": ["ANNA@example.org", None],
    }
    register_identities(pa.table(crm), source="crm", actor="test")
    register_identities(pa.table(shop), source="shop", actor="test")
    append_events(pa.Table.from_pylist([order(n) for n in range(20)], schema=EVENT_SCHEMA))
    refresh_people()
    return [1, 2, 3, 4]


def order(number: int) -> dict[str, Any]:
    return {
        "event_id": f"order-{number}", "name": "order.completed", "source": "shop", "person": f"shop:{8 + number % 2}",
        "occurred_at": NOW - timedelta(days=number), "recorded_at": NOW, "subject": f"order:{number}",
        "amount": Decimal("19.99"), "currency": "EUR", "channel": "web", "data": '{"note": "first"}',
    }  # fmt: skip


def sold(**more: Any) -> dict[str, Any]:
    """An event as a till hands it in."""
    return {
        "name": "order.completed", "person": "email:carla@example.org", "occurred_at": "2026-11-20T10:31:00+01:00",
        "subject": "order:88", "amount": "19.90", "currency": "EUR", **more,
    }  # fmt: skip
