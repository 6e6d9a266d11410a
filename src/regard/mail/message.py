"""A letter as it goes over the wire: headers, both bodies, and the address it comes back to."""

import hmac
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from django.conf import settings
from django.utils import timezone

from regard.errors import SettingError
from regard.mail.addresses import plain_address, sender
from regard.mail.models import Letter

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
MARK_LENGTH = 12  # hexadecimal digits of the signature in a return address


def sender_for(language: str) -> Address:
    """Whom a letter in this language is from."""
    by_language: dict[str, str] = settings.REGARD_MAIL_FROM_BY_LANGUAGE
    wanted = language.lower()
    raw = by_language.get(wanted) or by_language.get(wanted.partition("-")[0]) or settings.REGARD_MAIL_FROM
    if not raw:
        raise SettingError(
            "Nobody is named as the sender of letters.", hint="Set REGARD_MAIL_FROM, then restart."
        )
    return sender(raw)


def sender_domain() -> str:
    """The domain that letters are from; `localhost` while no sender is set."""
    return sender(settings.REGARD_MAIL_FROM).domain if settings.REGARD_MAIL_FROM else "localhost"


def return_address(letter: Letter) -> str:
    """Where a letter goes back to: the bounce address, marked with the letter where it has room for it."""
    template = settings.REGARD_BOUNCE_ADDRESS
    if not template:
        return sender_for(letter.language).addr_spec
    return plain_address(template.replace("{}", mark_of(letter.pk)))


def mark_of(letter_id: int) -> str:
    """The letter's number, signed, so that nobody else can make a bounce of it."""
    key = f"regard.mail.mark:{settings.SECRET_KEY}".encode()
    return f"{letter_id}-{hmac.digest(key, str(letter_id).encode(), 'sha256').hex()[:MARK_LENGTH]}"


def letter_of_mark(mark: str) -> int | None:
    """The letter that a mark was made for; None when we did not make it."""
    number, _, _ = mark.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return int(number) if hmac.compare_digest(mark.lower().encode(), mark_of(int(number)).encode()) else None


def compose(letter: Letter) -> EmailMessage:
    """The message; the policy refuses line breaks in headers whatever was stored."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender_for(letter.language)
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.claimed_at or timezone.now())
    message["Message-ID"] = letter.message_id
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in letter.headers.items():
        message[name] = value
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(_page(letter), subtype="html")
    message["Content-Language"] = letter.language
    return message


def _page(letter: Letter) -> str:
    direction = "rtl" if letter.language.lower().partition("-")[0] in RIGHT_TO_LEFT else "ltr"
    return (
        f'<!doctype html><html lang="{escape(letter.language)}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{escape(letter.subject)}</title></head><body>{letter.html}</body></html>"
    )
