"""Signatures of webhooks, as Standard Webhooks says: HMAC-SHA256 over id, time and body, several keys at once."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

from regard.errors import AccessError, InputError

PREFIX = "whsec_"
VERSION = "v1,"
WINDOW = 300  # seconds that a message may be old, or ahead of our clock
LONGEST_ID = 80


def make_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def check_secret(secret: str) -> None:
    """Refuse a secret that is not one or too short to keep anything."""
    if len(_key(secret)) < 24:
        raise InputError("A secret needs 24 bytes or more.", hint=f"It looks like {PREFIX}… in Base64.")


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    digest = hmac.digest(_key(secret), b"%s.%d." % (message_id.encode(), timestamp) + body, hashlib.sha256)
    return VERSION + base64.b64encode(digest).decode()


def verify(keys: Sequence[str], headers: Mapping[str, str], body: bytes, *, now: float) -> str:
    """The id of a message signed with one of the keys within the window, or AccessError."""
    message_id = headers.get("webhook-id", "")
    written = headers.get("webhook-timestamp", "")
    if not 0 < len(message_id) <= LONGEST_ID or not message_id.isascii() or not message_id.isprintable():
        raise AccessError("The header `webhook-id` is missing or too long.")
    if not written.isascii() or not written.isdigit() or abs(int(written[:15]) - now) > WINDOW:
        raise AccessError("The header `webhook-timestamp` is missing, too old or ahead of our clock.")
    given = headers.get("webhook-signature", "")[:1000].split(" ")
    good = False
    for key in keys:  # all are tried, so that the time says nothing
        made = sign(key, message_id, int(written), body).encode()
        for one in given:
            good |= hmac.compare_digest(made, one.encode(errors="replace"))
    if not good:
        raise AccessError("The signature does not fit.")
    return message_id


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("The secret is not Base64.") from error
