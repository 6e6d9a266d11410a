"""What came back: find the letter a report is about and write down what it says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from regard.mail import signals
from regard.mail.mailboxes import imap_messages, maildir_messages
from regard.mail.message import letter_of_mark
from regard.mail.models import Letter
from regard.mail.reports import Report, read_report
from regard.mail.sending import tell

MARK = re.compile(r"\b(\d{1,18}-[0-9a-f]{12})(?=@)", re.IGNORECASE)


@dataclass(frozen=True)
class Collected:
    """How many messages were about letters of ours, and how many about anything else."""

    bounced: int = 0
    delayed: int = 0
    others: int = 0


def collect_bounces() -> Collected:
    """Read the mailboxes that the settings name."""
    total = Collected()
    if settings.REGARD_BOUNCE_MAILDIR:
        total = _add(total, read_bounces(maildir_messages(Path(settings.REGARD_BOUNCE_MAILDIR))))
    if settings.REGARD_BOUNCE_IMAP:
        total = _add(total, read_bounces(imap_messages(settings.REGARD_BOUNCE_IMAP)))
    return total


def read_bounces(mailbox: Iterable[bytes]) -> Collected:
    """Take in every report of a mailbox; taking one in again changes nothing."""
    bounced = delayed = others = 0
    for raw in mailbox:
        report = read_report(raw)
        letter = _letter_of(report) if report else None
        if report is None or letter is None:
            others += 1
        elif report.over:
            bounced += _note_bounce(letter, report)
        else:
            delayed += _note_delay(letter, report)
    return Collected(bounced, delayed, others)


def _letter_of(report: Report) -> Letter | None:
    """By the mark in the address it came back to, else by the Message-ID, which nobody else can guess."""
    for address in report.delivered_to:
        for mark in MARK.findall(address):
            number = letter_of_mark(mark)
            found = Letter.objects.filter(pk=number).first() if number is not None else None
            if found is not None:
                return found
    return Letter.objects.filter(message_id__in=report.message_ids).first()


def _note_bounce(letter: Letter, report: Report) -> bool:
    """A letter still waiting has bounced too: it had arrived somewhere although nobody knew."""
    with transaction.atomic():
        open_states = [Letter.State.SENT, Letter.State.SENDING, Letter.State.WAITING]
        changed = Letter.objects.filter(pk=letter.pk, state__in=open_states).update(
            state=Letter.State.BOUNCED,
            bounce=Letter.Bounce.HARD if report.hard else Letter.Bounce.SOFT,
            bounce_reason=report.reason,
            bounced_at=timezone.now(),
        )
    if changed:
        letter.refresh_from_db()
        tell(signals.letter_bounced, letter)
    return bool(changed)


def _note_delay(letter: Letter, report: Report) -> bool:
    """Its server still tries: nothing is over, but the page shows why it takes so long."""
    return bool(
        Letter.objects.filter(pk=letter.pk, state=Letter.State.SENT, bounce="").update(
            bounce=Letter.Bounce.SOFT, bounce_reason=report.reason
        )
    )


def _add(one: Collected, other: Collected) -> Collected:
    return Collected(one.bounced + other.bounced, one.delayed + other.delayed, one.others + other.others)
