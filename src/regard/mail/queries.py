"""Reads: what lies in the outbox and what became of it."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from regard.mail.models import Letter


def letters_about(about: str, *, reference: str = "", states: Collection[str] = ()) -> list[Letter]:
    """Every letter about something, newest first; of some states, or whose reference begins so."""
    found = Letter.objects.filter(about=about, reference__startswith=reference).order_by("-id")
    return list(found.filter(state__in=states) if states else found)


def newest_letters(*, state: str = "", limit: int = 50) -> list[Letter]:
    """The newest letters, of one state or of all."""
    found = Letter.objects.filter(state=state) if state else Letter.objects.all()
    return list(found.order_by("-id")[:limit])


def counts() -> dict[str, int]:
    """How many letters there are in each state."""
    rows = Letter.objects.values("state").annotate(letters=Count("id")).values_list("state", "letters")
    return {**dict.fromkeys(Letter.State.values, 0), **dict(rows)}


def is_stuck() -> bool:
    """Whether letters have been due for so long that the worker cannot be at work."""
    late = timezone.now() - timedelta(minutes=15)
    return Letter.objects.filter(state=Letter.State.WAITING, attempts=0, next_try_at__lt=late).exists()
