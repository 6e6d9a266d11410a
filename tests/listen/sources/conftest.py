from collections.abc import Callable

import pytest

from regard.ledger.actions import flush_inbox
from tests.servers import serve

__all__ = ["serve"]


@pytest.fixture
def flushed() -> Callable[[], int]:
    """Move what was recorded into the lake."""
    return lambda: flush_inbox().events
