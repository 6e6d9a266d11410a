import pytest

from regard.listen.tracking import queries
from regard.listen.tracking.actions import make_write_key
from tests.listen.tracking.node import clients
from tests.listen.tracking.server import server
from tests.postgres import postgres_database, postgres_url

__all__ = ["clients", "postgres_database", "postgres_url", "server"]


@pytest.fixture
def key(db: None) -> str:
    """The text of a write key of the source `shop`, for programs and for one web page."""
    queries._remembered.clear()
    return make_write_key("shop", actor="anna", allowed_origins=["https://shop.example"])[1]
