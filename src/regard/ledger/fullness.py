"""Back-pressure: what comes faster than it is flushed waits with its sender, not without bound in the inbox."""

import threading
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Sum

from regard.errors import TooOftenError
from regard.ledger.models import Batch

LOOK_EVERY = 1.0  # seconds, in each process: what comes between two looks is not counted
RETRY_AFTER = 5  # seconds


@dataclass
class _Look:
    """How many events waited when one last looked."""

    events: int = 0
    at: float = float("-inf")
    looking: threading.Lock = field(default_factory=threading.Lock)


_last = _Look()


def refuse_when_full() -> None:
    """TooOftenError while the inbox holds more events than REGARD_INBOX_LIMIT."""
    now = time.monotonic()
    if now - _last.at >= LOOK_EVERY and _last.looking.acquire(blocking=False):
        try:
            _last.events = Batch.objects.aggregate(events=Sum("event_count"))["events"] or 0
            _last.at = now
        finally:
            _last.looking.release()
    if _last.events > settings.REGARD_INBOX_LIMIT:
        raise TooOftenError(
            f"More than {settings.REGARD_INBOX_LIMIT:,} events wait to be stored; nothing was kept.",
            hint="Try again a little later.", retry_after=RETRY_AFTER,
        )  # fmt: skip
