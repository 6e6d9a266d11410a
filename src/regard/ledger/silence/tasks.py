"""What the worker does for silence: look for it every quarter of an hour."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from regard.ledger.silence import actions


@db_periodic_task(crontab(minute="*/15"))  # type: ignore[untyped-decorator]
def look_for_silence() -> None:
    """Note what fell silent and what is heard again."""
    actions.look(timezone.now())
