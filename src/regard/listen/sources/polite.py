"""How long a server asks us to stay away."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from regard.outside.http import Answer

LONGEST = timedelta(days=1)


def pause_of(answer: Answer) -> timedelta | None:
    """What `Retry-After` says, in seconds or as a date; None where it says nothing, at most a day."""
    written = answer.headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return min(timedelta(seconds=min(int(written[:9]), 86_400)), LONGEST)
    try:
        until = parsedate_to_datetime(written)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - datetime.now(UTC), timedelta()), LONGEST)
