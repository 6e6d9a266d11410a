"""The verbs of the outbox: queue a letter, send what is due, try one again, read what came back."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from regard.errors import ConflictError, InputError, NotFoundError
from regard.mail.addresses import plain_address
from regard.mail.bounces import read_bounces
from regard.mail.cleaning import clean_html
from regard.mail.message import sender_domain
from regard.mail.models import Letter
from regard.mail.sending import send_due

__all__ = ["queue_letter", "read_bounces", "retry_letter", "send_due"]

MOST_TEXT = 200_000
MOST_HTML = 500_000
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
FREE_HEADERS = re.compile(
    r"X-[A-Za-z0-9-]{1,60}|Auto-Submitted|Feedback-ID|In-Reply-To|List-Id|Precedence|References|Reply-To"
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@transaction.atomic
def queue_letter(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    language: str = "en",
    about: str,
    reference: str,
    unsubscribe_url: str | None = None,
    headers: Mapping[str, str] | None = None,
    not_before: datetime | None = None,
) -> Letter:
    """Put a letter into the outbox, within the caller's transaction; the worker sends it.

    `about` groups letters (survey:nps), `reference` is the caller's own name for this one. `html` is cleaned.
    """
    _check(subject, text, html, language, unsubscribe_url, headers or {})
    if not_before is not None and not_before.tzinfo is None:
        raise InputError("`not_before` has no time zone.")
    return Letter.objects.create(
        to=plain_address(to), subject=subject, text=text, html=clean_html(html), language=language,
        headers=dict(headers or {}), unsubscribe_url=unsubscribe_url or "", about=about[:200],
        reference=reference[:200], message_id=f"<{secrets.token_hex(16)}@{sender_domain()}>",
        next_try_at=not_before or timezone.now(),
    )  # fmt: skip


def _check(
    subject: str, text: str, html: str, language: str, unsubscribe_url: str | None, headers: Mapping[str, str]
) -> None:
    if not subject.strip() or len(subject) > 300 or CONTROL.search(subject):
        raise InputError("A subject has 1 to 300 characters in one line.")
    if not text.strip() or len(text) > MOST_TEXT or len(html) > MOST_HTML:
        raise InputError(
            f"A letter has a text of up to {MOST_TEXT} characters, and HTML of up to {MOST_HTML}."
        )
    if not LANGUAGE.fullmatch(language) or len(language) > 20:
        raise InputError(f"`{language[:20]}` is no language.", hint="Say one like de or pt-BR.")
    if unsubscribe_url and not re.fullmatch(r"https?://[!-;=?-~]{1,480}", unsubscribe_url):
        raise InputError("The address for unsubscribing must begin with https:// and hold no spaces.")
    for name, value in headers.items():
        if not FREE_HEADERS.fullmatch(name):
            raise InputError(f"The header `{name[:40]}` cannot be set.")
        if len(value) > 500 or CONTROL.search(value):
            raise InputError(f"The header {name} must be one line of up to 500 characters.")


@transaction.atomic
def retry_letter(letter_id: int, *, actor: str) -> Letter:
    """Send a letter that failed or bounced once more."""
    letter = Letter.objects.select_for_update().filter(pk=letter_id).first()
    if letter is None:
        raise NotFoundError(f"There is no letter {letter_id}.")
    if letter.state not in (Letter.State.FAILED, Letter.State.BOUNCED):
        raise ConflictError(f"Letter {letter_id} is {letter.state}; only failed ones are sent again.")
    letter.state, letter.attempts, letter.unsure = Letter.State.WAITING, 0, 0
    letter.next_try_at, letter.answer = timezone.now(), f"sent again by {actor}"[:500]
    letter.bounce = letter.bounce_reason = ""
    letter.bounced_at = None
    letter.save()
    return letter
