"""The verbs of tracking: make and revoke write keys, take in what clients send."""

import hashlib
import re
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from regard.errors import InputError, NotFoundError
from regard.ledger.actions import keep_payload
from regard.listen.tracking import calls
from regard.listen.tracking.decoding import FORMAT, check_call
from regard.listen.tracking.models import WriteKey

SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
OWN_SOURCE = "regard"
ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
EVERYWHERE = "*"
MOST_ORIGINS = 50


@transaction.atomic
def make_write_key(source: str, *, actor: str, allowed_origins: Sequence[str] = ()) -> tuple[WriteKey, str]:
    """A key that sends events of a source, and its text, which is shown once and kept nowhere."""
    if not SOURCE.fullmatch(source) or source == OWN_SOURCE or source == "anon":
        raise InputError(
            f"`{source[:100]}` cannot be a source's name.", hint="Use small letters, digits, _ and -."
        )
    text = secrets.token_urlsafe(24)
    key = WriteKey.objects.create(
        source=source, prefix=text[:6], hash=hash_of(text), created_by=actor,
        allowed_origins=_origins(allowed_origins),
    )  # fmt: skip
    return key, text


@transaction.atomic
def change_origins(key_id: int, allowed_origins: Sequence[str], *, actor: str) -> WriteKey:
    """Say anew which web pages may send with a key."""
    key = _key(key_id)
    key.allowed_origins = _origins(allowed_origins)
    key.save(update_fields=["allowed_origins"])
    return key


@transaction.atomic
def revoke_write_key(key_id: int, *, actor: str) -> WriteKey:
    """End a key; revoking twice changes nothing."""
    key = _key(key_id)
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = timezone.now(), actor
        key.save(update_fields=["revoked_at", "revoked_by"])
    return key


def receive(kind: str, body: bytes, *, source: str) -> None:
    """Acknowledge the call or batch in a body: it is durable once this returns.

    A batch is taken whatever its calls look like; those that cannot be used become rejects at the flush.
    A single call that cannot be used is refused.
    """
    if kind in calls.SEVERAL:
        count = len(calls.several_in(body).batch)
    else:
        check_call(kind, body, source=source)
        count = 1
    if count:
        keep_payload(body, source=source, form=f"{FORMAT}/{kind}", event_count=count)


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _key(key_id: int) -> WriteKey:
    key = WriteKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise NotFoundError("There is no such write key.")
    return key


def _origins(said: Sequence[str]) -> list[str]:
    """Origins as browsers write them: scheme and host, small letters, no path."""
    origins = [one.strip().lower().rstrip("/") for one in said]
    for origin in origins:
        if origin != EVERYWHERE and not ORIGIN.fullmatch(origin):
            raise InputError(
                f"`{origin[:100]}` is no origin.", hint="Write https://www.example.org, without a path."
            )
    if len(origins) > MOST_ORIGINS:
        raise InputError(f"A key can have at most {MOST_ORIGINS} origins.")
    return sorted(set(origins))
