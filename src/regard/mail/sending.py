"""Send what is due. Before a letter is offered its row says so, and after it what became of it.

A process that dies in between leaves a row that says `sending`: nobody can know whether the server took the
letter. It is offered once more, under the same Message-ID; if that ends as openly, it is given up. So a letter
arrives at most twice, and only then.
"""

import logging
import smtplib
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.dispatch import Signal

from regard.errors import RegardError
from regard.mail import signals
from regard.mail.message import compose, return_address
from regard.mail.models import Letter
from regard.mail.transport import Fate, Outcome, connect, hand_over

log = logging.getLogger(__name__)

MOST_A_RUN = 200
MOST_ATTEMPTS = 14  # about a day and a half
MOST_UNSURE = 2
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
CLAIM_HOLDS = timedelta(minutes=15)  # longer than any one conversation with a server


@dataclass(frozen=True)
class Sent:
    """What one run did."""

    sent: int = 0
    failed: int = 0
    postponed: int = 0


def send_due(now: datetime) -> Sent:
    """Send the letters that are due; call it outside a transaction. Nothing happens while no server is set."""
    if not settings.REGARD_SMTP_HOST:
        return Sent()
    _give_up_claims(now)
    due = Letter.objects.filter(state=Letter.State.WAITING, next_try_at__lte=now).order_by(
        "next_try_at", "id"
    )
    numbers = list(due.values_list("id", flat=True)[:MOST_A_RUN])
    if not numbers:
        return Sent()
    try:
        server = connect()
    except (smtplib.SMTPException, OSError, RegardError) as error:
        log.warning("mail: no connection to %s: %s", settings.REGARD_SMTP_HOST, error)
        fates = [_settle_unreached(number, now, f"No connection: {error}") for number in numbers]
        return _sum_up(fates)
    fates = []
    began = time.monotonic()
    try:
        for number in numbers:
            # a claim begins when it is made: late in a long run it must not look like one that was left behind
            letter = _claim(number, now + timedelta(seconds=time.monotonic() - began))
            if letter is None:
                continue  # another worker has it
            outcome = _offer(server, letter)
            fates.append(_settle(letter, outcome, now))
            if not outcome.connected:
                break
    finally:
        _leave(server)
    return _sum_up(fates)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 5 minutes, 10, 20, … up to 6 hours."""
    return min(FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 20)), LONGEST_PAUSE)


def _claim(number: int, now: datetime) -> Letter | None:
    """Say in the row that this letter is being sent, unless somebody else has."""
    claimed = Letter.objects.filter(pk=number, state=Letter.State.WAITING).update(
        state=Letter.State.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    return Letter.objects.get(pk=number) if claimed else None


def _offer(server: smtplib.SMTP, letter: Letter) -> Outcome:
    try:
        content = compose(letter).as_bytes().rstrip(b"\r\n")
        return hand_over(server, return_address(letter), letter.to, content)
    except (RegardError, ValueError) as error:  # the letter cannot be written: no server was asked
        return Outcome(Fate.REFUSED, f"{error}"[:500])


def _settle_unreached(number: int, now: datetime, answer: str) -> str:
    letter = _claim(number, now)
    return _settle(letter, Outcome(Fate.LATER, answer[:500]), now) if letter else ""


def _settle(letter: Letter, outcome: Outcome, now: datetime) -> str:
    """Write down what became of an attempt, then tell whoever listens."""
    letter.answer, letter.unsure = outcome.answer, letter.unsure + (outcome.fate is Fate.UNSURE)
    letter.state = _state_after(outcome.fate, letter)
    if letter.state == Letter.State.SENT:
        letter.sent_at = now
    else:
        letter.next_try_at = now + pause_after(letter.attempts)
    letter.save(update_fields=["answer", "unsure", "state", "sent_at", "next_try_at"])
    if letter.state == Letter.State.SENT:
        tell(signals.letter_sent, letter)
    elif letter.state == Letter.State.FAILED:
        tell(signals.letter_failed, letter)
    return str(letter.state)


def _state_after(fate: Fate, letter: Letter) -> str:
    if fate is Fate.TAKEN:
        return Letter.State.SENT
    given_up = letter.attempts >= MOST_ATTEMPTS or letter.unsure >= MOST_UNSURE
    return Letter.State.FAILED if fate is Fate.REFUSED or given_up else Letter.State.WAITING


def _give_up_claims(now: datetime) -> None:
    """Letters whose sender died: their fate is open."""
    left = Letter.objects.filter(state=Letter.State.SENDING, claimed_at__lt=now - CLAIM_HOLDS)
    for number in list(left.values_list("id", flat=True)):
        with transaction.atomic():
            letter = left.select_for_update().filter(pk=number).first()
            if letter is not None:
                _settle(
                    letter, Outcome(Fate.UNSURE, "The worker ended while this letter was being sent."), now
                )


def tell(signal: Signal, letter: Letter) -> None:
    """Let listeners hear; one that fails is logged, for the letter is out all the same."""
    for listener, answer in signal.send_robust(Letter, letter=letter):
        if isinstance(answer, Exception):
            log.error("mail: %r failed on letter %s", listener, letter.pk, exc_info=answer)


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()  # it had gone already; what it took it has answered for


def _sum_up(fates: list[str]) -> Sent:
    counted = Counter(fates)
    return Sent(counted["sent"], counted["failed"], counted["waiting"])
