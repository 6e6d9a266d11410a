"""What the worker does for sources: look every minute at those that are due."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from regard.listen.sources import actions


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def look_at_sources() -> None:
    """Look at the sources that are due."""
    actions.fetch_due(timezone.now())
