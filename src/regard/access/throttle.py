"""Guessing passwords is made slow: failures are counted per account and per address, in the database."""

from datetime import datetime, timedelta

from django.utils import timezone

from regard.access.models import FailedSignIn
from regard.errors import RegardError

WINDOW = timedelta(minutes=15)
LIMIT_PER_ACCOUNT = 5
LIMIT_PER_ADDRESS = 30


class TooManyTriesError(RegardError):
    code = "too_many_tries"
    http_status = 429


def refuse_when_throttled(account: str, address: str, *, now: datetime | None = None) -> None:
    """Raise TooManyTriesError, saying when it is over, after too many failures within the window."""
    now = now or timezone.now()
    recent = FailedSignIn.objects.filter(at__gt=now - WINDOW).order_by("-at")
    for counted, limit in (
        (recent.filter(account=account.lower()[:150]), LIMIT_PER_ACCOUNT),
        (recent.filter(address=address), LIMIT_PER_ADDRESS),
    ):
        failures = list(counted.values_list("at", flat=True)[:limit])
        if len(failures) == limit:
            over = timezone.localtime(failures[-1] + WINDOW)
            minutes = max(1, -(-int((over - now).total_seconds()) // 60))
            raise TooManyTriesError(
                "Too many sign-ins failed.",
                hint=f"Try again in {minutes} minute{'s' if minutes > 1 else ''}, at {over:%H:%M}. "
                "If you forgot the password, an administrator can give you a link to set a new one.",
            )


def count_failure(account: str, address: str, *, now: datetime | None = None) -> None:
    """Remember a failed sign-in, and forget those that no longer count."""
    now = now or timezone.now()
    FailedSignIn.objects.filter(at__lte=now - WINDOW).delete()
    FailedSignIn.objects.create(account=account.lower()[:150], address=address, at=now)


def forget_failures(account: str) -> None:
    """The right password ends the account's count (an address keeps its own)."""
    FailedSignIn.objects.filter(account=account.lower()[:150]).delete()
