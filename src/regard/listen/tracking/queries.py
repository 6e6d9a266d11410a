"""What tracking answers: which write keys there are, and whose a key is."""

import threading
import time
from dataclasses import dataclass

from regard.listen.tracking.actions import EVERYWHERE, hash_of
from regard.listen.tracking.models import WriteKey

REMEMBERED = (
    1.0  # seconds that a key's row is not looked up again, and so the longest that a revoked one works
)
MOST_REMEMBERED = 1000


@dataclass(frozen=True)
class KnownKey:
    """A write key that is in force."""

    number: int
    source: str
    allowed_origins: frozenset[str]

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin may send; programs name no origin and may."""
        return not origin or origin.lower() in self.allowed_origins or EVERYWHERE in self.allowed_origins


_remembered: dict[str, tuple[float, KnownKey]] = {}
_remembering = threading.Lock()


def write_keys() -> list[WriteKey]:
    """All write keys, those in force first."""
    return list(WriteKey.objects.order_by("revoked_at", "-created_at"))


def key_of(text: str) -> KnownKey | None:
    """The key in force whose text this is."""
    digest, now = hash_of(text), time.monotonic()
    known = _remembered.get(digest)
    if known is not None and now - known[0] < REMEMBERED:
        return known[1]
    row = WriteKey.objects.filter(hash=digest, revoked_at=None).first()
    with _remembering:
        if row is None:
            _remembered.pop(digest, None)
            return None
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        key = KnownKey(row.pk, row.source, frozenset(row.allowed_origins))
        _remembered[digest] = (now, key)
    return key


def is_origin_of_any_key(origin: str) -> bool:
    """Whether pages of this origin may send with some key: all that can be known before one is shown."""
    rows = WriteKey.objects.filter(revoked_at=None).values_list("allowed_origins", flat=True)
    return any(origin.lower() in allowed or EVERYWHERE in allowed for allowed in rows)
