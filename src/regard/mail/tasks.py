"""What the worker does for letters: send every minute, look for bounces every five."""

import logging
import time

from django.conf import settings
from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from regard.errors import RegardError
from regard.mail import actions, bounces

log = logging.getLogger(__name__)
RUN_SECONDS = 50.0
MAIL_FIRST = 10  # before what else waits for the worker


@db_periodic_task(crontab(), priority=MAIL_FIRST)  # type: ignore[untyped-decorator]
def send_letters() -> None:
    """Send what is due, as long as letters go out and the minute lasts."""
    ends = time.monotonic() + RUN_SECONDS
    while actions.send_due(timezone.now()).sent and time.monotonic() < ends:
        pass


@db_periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
def look_for_bounces() -> None:
    """Read the bounce mailboxes; one that is away is tried again in five minutes."""
    if not (settings.REGARD_BOUNCE_MAILDIR or settings.REGARD_BOUNCE_IMAP):
        return
    try:
        bounces.collect_bounces()
    except RegardError as error:
        log.warning("bounces: %s", error)
