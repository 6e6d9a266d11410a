"""The verbs of sources: add, change and end one, look at those that are due, take in what is sent, answer."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from regard.errors import ConflictError, InputError, NotFoundError, RegardError
from regard.ledger.actions import record_events
from regard.ledger.events import Event, event_id_of
from regard.listen.sources import queries
from regard.listen.sources.kinds import kind_named
from regard.listen.sources.models import Answer, LiveSource
from regard.listen.sources.receiving import end_old_keys, receive_message, rotate_key
from regard.listen.sources.recording import take_in

__all__ = [
    "add_source",
    "answer_mention",
    "change_source",
    "end_old_keys",
    "fetch_due",
    "fetch_now",
    "fetch_source",
    "receive_message",
    "rotate_key",
    "set_active",
]

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
RESERVED = {"regard", "anon", "email", "phone", "ref"}
SHORTEST, LONGEST = 5, 7 * 24 * 60  # minutes between two looks
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=6)
CLAIM = timedelta(minutes=10)  # longer than one look can take
MOST_A_RUN = 10
MOST_PAGES = 10  # of one source in one run
LONGEST_ANSWER = 10_000


@transaction.atomic
def add_source(
    kind: str, name: str, *, settings: Mapping[str, str], secret: str = "", about: str = "",
    minutes: int = 15, actor: str,
) -> LiveSource:  # fmt: skip
    """Listen at one more place; the first look is due at once."""
    chosen = kind_named(kind)
    if not NAME.fullmatch(name) or name in RESERVED:
        raise InputError(
            f"`{name[:100]}` cannot be a source's name.", hint="Use small letters, digits, _ and -."
        )
    if LiveSource.objects.filter(name=name).exists():
        raise ConflictError(f"There is a source `{name}` already.")
    return LiveSource.objects.create(
        kind=kind, name=name, about=about.strip()[:100], settings=_settings(kind, settings),
        secrets=[secret] if secret else [], minutes=_minutes(minutes), made_by=actor,
        next_fetch_at=timezone.now() if chosen.fetches else None,
    )  # fmt: skip


@transaction.atomic
def change_source(
    source_id: int, *, settings: Mapping[str, str], secret: str = "", about: str = "", minutes: int = 15,
    actor: str,
) -> LiveSource:  # fmt: skip
    """Say anew where to look; an empty secret keeps the old one. Another place is read from its beginning."""
    row = _locked(source_id)
    new = _settings(row.kind, settings)
    if new != row.settings:
        row.cursor = {}
    row.settings, row.about, row.minutes = new, about.strip()[:100], _minutes(minutes)
    row.secrets = [secret] if secret else row.secrets
    row.failures, row.last_error = 0, ""
    row.next_fetch_at = timezone.now() if kind_named(row.kind).fetches else None
    row.save()
    return row


@transaction.atomic
def set_active(source_id: int, active: bool, *, actor: str) -> LiveSource:
    """Stop or start listening; what was heard stays."""
    row = _locked(source_id)
    row.is_active, row.failures = active, 0
    row.next_fetch_at = timezone.now() if active and kind_named(row.kind).fetches else None
    row.save()
    return row


def fetch_due(now: datetime) -> int:
    """Look at the sources that are due, longest due first; says how many. Call it outside a transaction."""
    due = LiveSource.objects.filter(is_active=True, next_fetch_at__lte=now).order_by("next_fetch_at", "pk")
    numbers = list(due.values_list("pk", flat=True)[:MOST_A_RUN])
    return sum(fetch_source(number, now=now) for number in numbers)


def fetch_source(source_id: int, *, now: datetime) -> bool:
    """Look at one source that is due, unless another process does; a failure is noted, not raised."""
    due = LiveSource.objects.filter(pk=source_id, is_active=True, next_fetch_at__lte=now)
    if not due.update(next_fetch_at=now + CLAIM, last_fetch_at=now):
        return False
    row = LiveSource.objects.get(pk=source_id)
    kind, secret = kind_named(row.kind), row.secrets[0] if row.secrets else ""
    pause = None
    try:
        for _ in range(MOST_PAGES):
            found = kind.fetch(row.settings, secret, row.cursor)
            take_in(row, found, now=now)
            pause = found.pause or pause
            if not found.more:
                break
    except RegardError as error:
        _note_failure(row, error, now)
        return True
    row.failures, row.last_error, row.last_success_at = 0, "", now
    row.next_fetch_at = now + max(timedelta(minutes=row.minutes), pause or timedelta())
    _keep_looks(row)
    return True


def fetch_now(source_id: int, *, actor: str) -> LiveSource:
    """Look at a source at once, whenever it is due."""
    now = timezone.now()
    LiveSource.objects.filter(pk=source_id, next_fetch_at__isnull=False).update(next_fetch_at=now)
    if not fetch_source(source_id, now=now):
        raise ConflictError("This source is stopped, is being looked at, or sends to us.")
    return LiveSource.objects.get(pk=source_id)


def answer_mention(mention_id: str, *, how: str, text: str = "", actor: str) -> Answer:
    """Answer a mention from here, or note that it was answered elsewhere or needs none; it ages no longer."""
    mention = queries.mention(mention_id)
    text = text.strip()
    if len(text) > LONGEST_ANSWER or how not in Answer.How.values or (how == Answer.How.SENT and not text):
        raise InputError("An answer has 1 to 10,000 characters.")
    if mention.answered:
        raise ConflictError("This mention is answered already.")
    url = _post(mention, text) if how == Answer.How.SENT else ""
    try:
        with transaction.atomic():
            answer = Answer.objects.create(
                mention_id=mention_id, how=how, text=text, url=url[:2000], actor=actor
            )
            if how != Answer.How.NONE:
                record_events([_sent(mention, text, url, actor)], source=mention.source, actor=actor)
    except IntegrityError as error:
        raise ConflictError("This mention is answered already.") from error
    return answer


def _post(mention: "queries.Mention", text: str) -> str:
    row = LiveSource.objects.filter(name=mention.source).first()
    if row is None or not mention.can_answer:
        raise ConflictError(
            "This source takes no answers.", hint="Answer where it was written, then say so here."
        )
    return kind_named(row.kind).reply(row.settings, row.secrets[0], mention.reply_to, text, mention.id)


def _sent(mention: "queries.Mention", text: str, url: str, actor: str) -> Event:
    return Event(
        event_id=event_id_of(mention.source, "answer", mention.id), name="message.sent", source=mention.source,
        occurred_at=timezone.now(), person=mention.person, channel=mention.channel, actor=actor,
        subject=f"mention:{mention.id}", text=text or "(answered elsewhere)", data={"url": url} if url else None,
    )  # fmt: skip


def _note_failure(row: LiveSource, error: RegardError, now: datetime) -> None:
    row.failures += 1
    row.last_error = str(error)[:500]
    pause = min(FIRST_PAUSE * (1 << min(row.failures - 1, 20)), LONGEST_PAUSE)
    row.next_fetch_at = now + max(pause, timedelta(minutes=row.minutes) if row.failures > 1 else pause)
    _keep_looks(row)


def _keep_looks(row: LiveSource) -> None:
    """Write down how a look ended, unless somebody has changed or stopped the source meanwhile."""
    fields: dict[str, Any] = {
        name: getattr(row, name) for name in ("failures", "last_error", "last_success_at", "next_fetch_at")
    }
    LiveSource.objects.filter(pk=row.pk, is_active=True, settings=row.settings).update(**fields)


def _settings(kind: str, said: Mapping[str, str]) -> dict[str, str]:
    chosen = kind_named(kind)
    kept = {
        field.name: said.get(field.name, "").strip()[:2000] for field in chosen.fields if not field.secret
    }
    for field in chosen.fields:
        if field.required and not field.secret and not kept[field.name]:
            raise InputError(f"{field.label} is missing.")
        if field.choices and kept[field.name] not in field.choices:
            raise InputError(f"{field.label} is one of {', '.join(field.choices)}.")
    chosen.check(kept)
    return kept


def _minutes(minutes: int) -> int:
    if not SHORTEST <= minutes <= LONGEST:
        raise InputError(f"Say {SHORTEST} to {LONGEST:,} minutes between two looks.")
    return minutes


def _locked(source_id: int) -> LiveSource:
    row = LiveSource.objects.select_for_update().filter(pk=source_id).first()
    if row is None:
        raise NotFoundError("There is no such source.")
    return row
