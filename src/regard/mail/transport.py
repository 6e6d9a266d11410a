"""The conversation with the SMTP server, one letter at a time, with an outcome for whatever it says."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from enum import Enum

from django.conf import settings

from regard.errors import SettingError
from regard.outside.trust import trusting

TIMEOUT = 60.0  # seconds for each step
LINE_DOT = re.compile(rb"(?m)^\.")
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Fate(Enum):
    """What became of one attempt."""

    TAKEN = "taken"
    REFUSED = "refused"  # for good
    LATER = "later"
    UNSURE = "unsure"  # the connection broke after the letter was out: it may have been taken


@dataclass(frozen=True)
class Outcome:
    """The fate of an attempt, what the server said, and whether it is still listening."""

    fate: Fate
    answer: str
    connected: bool = True


def tls_context() -> ssl.SSLContext:
    """The system's certificates, and the company's own where it named some."""
    return trusting(settings.REGARD_SMTP_CA)


def connect() -> smtplib.SMTP:
    """A connection ready for letters; smtplib's errors and OSError pass through."""
    host, port, secured = settings.REGARD_SMTP_HOST, settings.REGARD_SMTP_PORT, settings.REGARD_SMTP_TLS
    if settings.REGARD_SMTP_USER and secured == "none" and host not in LOCAL_HOSTS:
        raise SettingError("The SMTP password would cross the network in the clear.",
                           hint="Set REGARD_SMTP_TLS to starttls or tls.")  # fmt: skip
    server: smtplib.SMTP
    if secured == "tls":
        server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=tls_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if secured == "starttls":
            server.starttls(context=tls_context())
        server.ehlo_or_helo_if_needed()
        if settings.REGARD_SMTP_USER:
            server.login(settings.REGARD_SMTP_USER, settings.REGARD_SMTP_PASSWORD)
    except BaseException:
        server.close()
        raise
    return server


def hand_over(server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> Outcome:
    """Offer one letter to the server."""
    out = False
    try:
        code, answer = server.mail(sender)
        if code == 250:
            code, answer = server.rcpt(recipient)
        if code in (250, 251):
            code, answer = server.docmd("DATA")
            if code == 354:
                out = True  # from here on a broken line leaves it open whether the server has taken it
                server.send(LINE_DOT.sub(b"..", content) + b"\r\n.\r\n")
                code, answer = server.getreply()
                if code == 250:
                    return Outcome(Fate.TAKEN, _text(code, answer))
        if code != 421:
            server.rset()
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(Fate.UNSURE if out else Fate.LATER, f"{error}"[:500], connected=False)
    fate = Fate.REFUSED if code >= 500 else Fate.LATER
    return Outcome(fate, _text(code, answer), connected=code != 421)


def _text(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}".replace("\n", " ").replace("\0", "")[:500]
