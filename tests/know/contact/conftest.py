from datetime import UTC, datetime

import pyarrow as pa
import pytest

from regard.know.actions import register_identities
from regard.know.models import Identity
from tests.postgres import postgres_database, postgres_url

__all__ = ["postgres_database", "postgres_url"]

NOON = datetime(2026, 6, 10, 10, tzinfo=UTC)  # noon in Berlin, 6 in New York, 19 in Tokyo


@pytest.fixture
def people(db: None) -> dict[str, int]:
    """Anna in Berlin, Bob in New York, Chie in Tokyo, Dana somewhere: identity ids by person key."""
    rows = pa.table(
        {
            "person": ["shop:anna", "shop:bob", "shop:chie", "shop:dana"],
            "name": ["Anna A", "Bob B", "Chie C", "Dana D"],
            "email": [f"{name}@example.org" for name in ("anna", "bob", "chie", "dana")],
            "country": ["DE", "US", "JP", None],
            "postcode": [None, "10001", None, None],
        }
    )
    register_identities(rows, source="shop", actor="tests")
    return dict(Identity.objects.values_list("person", "id"))
