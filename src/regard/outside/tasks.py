"""What the worker does for webhooks: deliver every minute what is due."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from regard.outside import actions


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def deliver_announcements() -> None:
    """Deliver what is due."""
    actions.deliver_due(timezone.now())
