"""What the worker does for campaigns: every minute, whatever is due."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from regard.listen.campaigns import actions


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def run_campaigns() -> None:
    """Ask and remind whoever it is time for."""
    actions.run_due(timezone.now())
