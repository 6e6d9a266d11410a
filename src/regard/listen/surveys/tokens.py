"""Personal links: one invitation each, signed, expiring, revocable. Pure but for the clock and the secret.

The token is a random key (128 bits), the moment it ends and a signature over both. Only the key is stored: who reads
the database cannot make a link without the secret, and who has the secret cannot guess a key.
"""

import re
import secrets
from datetime import UTC, datetime

from django.core.signing import BadSignature, Signer

from regard.errors import NotFoundError

KEY = re.compile(r"[A-Za-z0-9_-]{22}")
LONGEST = 120


class LinkEndedError(NotFoundError):
    """The link was good once."""

    code = "link_ended"
    http_status = 410


class LinkUsedError(LinkEndedError):
    """An anonymous answer came by it already."""

    code = "link_used"


class SurveyClosedError(LinkEndedError):
    """No answers are taken any more."""

    code = "survey_closed"


def new_key() -> str:
    """22 characters nobody can guess."""
    return secrets.token_urlsafe(16)


def token_of(key: str, ends_at: datetime) -> str:
    """The token for the link of an invitation."""
    return _signer().sign(f"{key}.{int(ends_at.timestamp()):x}")


def key_of(token: str, *, now: datetime) -> str:
    """The invitation's key, if the token is ours and has not ended."""
    key, ends = _read(token)
    if datetime.fromtimestamp(int(ends, 16), UTC) <= now:
        raise LinkEndedError("This link has ended.", hint="Thank you for coming by all the same.")
    return key


def key_once(token: str) -> str:
    """The invitation's key, if the token was ever ours: of an ended link one can still say for whom it was."""
    return _read(token)[0]


def _read(token: str) -> tuple[str, str]:
    if len(token) > LONGEST:
        raise _unknown()
    try:
        key, _, ends = _signer().unsign(token).partition(".")  # compares in constant time
    except BadSignature:
        raise _unknown() from None
    return key, ends


def _signer() -> Signer:
    return Signer(salt="regard.surveys.invitation", sep=".")


def _unknown() -> NotFoundError:
    return NotFoundError("There is no such survey.", hint="Please use the whole link, as it was sent to you.")
