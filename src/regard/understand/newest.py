"""The newest finished computation, which is what pages show."""

from functools import lru_cache
from typing import Any

from django.db import connection

from regard.understand.models import Computation

_NEWEST = """
    SELECT id, ended_at FROM understand_computation WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT 1
"""


def latest_computation() -> Computation | None:
    """The newest finished computation. Every page asks this several times: only whether it is still the newest."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        found = cursor.fetchone()
    return _computation(*found) if found else None


@lru_cache(maxsize=2)
def _computation(pk: int, ended_at: Any) -> Computation | None:
    """A computation never changes once it ended, so number and end, as the database writes it, say which one it is."""
    return Computation.objects.filter(pk=pk).first()
