"""What can be done about users and keys. Each writes its row and an AccessChange in one transaction."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from regard.access import throttle
from regard.access.models import AccessChange, ApiKey, Role, User
from regard.access.permissions import Permission, permissions_of, permissions_of_key
from regard.access.rates import network_of
from regard.errors import AccessError, ConflictError, InputError, NotFoundError

KEY_START = "rk"
KEY_USE_PRECISION = timedelta(minutes=1)  # `last_used_at` is written at most this often


def check_password(username: str, password: str, *, request: HttpRequest) -> User:
    """The user whose password this is; throttled per account and address, AccessError otherwise."""
    address = network_of(request.META.get("REMOTE_ADDR", ""))
    throttle.refuse_when_throttled(username, address)
    throttle.count_failure(
        username, address
    )  # before it is one: who asks many times at once is counted as well
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise AccessError("That name and password do not go together.", hint="Check both and try again.")
    throttle.forget_failures(username)
    return user


@transaction.atomic
def make_user(username: str, *, role: str, actor: str, email: str = "", password: str | None = None) -> User:
    """A new person on the staff; without a password they set one through `password_link`."""
    _check_role(role)
    username = username.strip()
    try:
        User.username_validator(username)
        if password is not None:
            validate_password(password, User(username=username, email=email))
    except ValidationError as error:
        raise InputError(" ".join(error.messages)) from error
    if User.objects.filter(username__iexact=username).exists():
        raise ConflictError(f"There is already a user {username}.", hint="Choose another name.")
    user = User(username=username, email=email, role=role)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise ConflictError(f"There is already a user {username}.", hint="Choose another name.") from error
    _record(actor, f"made {role}", username)
    return user


@transaction.atomic
def change_role(user_id: int, role: str, *, actor: str) -> User:
    """Give a user another role; the last administrator stays one."""
    _check_role(role)
    user = _user(user_id)
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    user.role = role
    user.save(update_fields=["role"])
    _record(actor, f"became {role}", user.username)
    return user


@transaction.atomic
def deactivate_user(user_id: int, *, actor: str) -> User:
    """Lock a user out at once, sessions and keys included."""
    user = _user(user_id)
    _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _record(actor, "deactivated", user.username)
    return user


@transaction.atomic
def reactivate_user(user_id: int, *, actor: str) -> User:
    """Let a deactivated user in again."""
    user = _user(user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record(actor, "reactivated", user.username)
    return user


@transaction.atomic
def password_link(user_id: int, *, actor: str) -> tuple[str, str]:
    """User id and token of a link that sets a password once and ends after three days."""
    user = _user(user_id)
    _record(actor, "password link made", user.username)
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def user_of_link(uid: str, token: str) -> User:
    """Who a password link is for; NotFoundError once it was used or is too old."""
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        raise NotFoundError(
            "This link was used already or is too old.",
            hint="Ask an administrator for a new one: Settings, Users.",
        )
    return user


@transaction.atomic
def set_password(user: User, password: str, *, actor: str) -> User:
    """Set a password that keeps the rules."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InputError(" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    throttle.forget_failures(user.username)
    _record(actor, "password set", user.username)
    return user


@transaction.atomic
def make_api_key(
    name: str, *, scopes: Iterable[str], expires_at: datetime, creator: User
) -> tuple[ApiKey, str]:
    """A key and its text, which is shown once and kept nowhere. Nobody gives a key more than they may."""
    wanted = sorted(set(scopes))
    if not name.strip() or not wanted:
        raise InputError("A key needs a name and at least one scope.")
    held = permissions_of(creator)
    for scope in wanted:
        if scope not in set(Permission) or Permission(scope) not in held:
            raise AccessError(
                f"You cannot give a key the scope {scope}.", hint="Choose scopes that you hold yourself."
            )
    if expires_at <= timezone.now():
        raise InputError("A key must end in the future.")
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    text = f"{KEY_START}_{prefix}_{secret}"
    key = ApiKey.objects.create(
        name=name.strip(),
        prefix=prefix,
        hash=_digest(text),
        scopes=wanted,
        created_by=creator,
        expires_at=expires_at,
    )
    _record(creator.username, "key made", f"{key.name} ({prefix})")
    return key, text


@transaction.atomic
def revoke_api_key(key_id: int, *, actor: str) -> ApiKey:
    """End a key at once; revoking twice changes nothing."""
    key = ApiKey.objects.filter(pk=key_id).first()
    if key is None:
        raise NotFoundError("There is no such key.")
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        _record(actor, "key revoked", f"{key.name} ({key.prefix})")
    return key


def check_api_key(text: str) -> ApiKey | None:
    """The key whose text this is, or None: unknown, expired, revoked, or its maker was deactivated.

    The `scopes` of the answer are narrowed to what the key's maker may still do.
    """
    parts = text.split("_", 2)
    prefix = parts[1] if len(parts) == 3 and parts[0] == KEY_START else ""
    key = ApiKey.objects.select_related("created_by").filter(prefix=prefix).first()
    kept = key.hash if key is not None else _digest("")  # the comparison takes as long for an unknown prefix
    genuine = hmac.compare_digest(kept, _digest(text))
    now = timezone.now()
    if key is None or not genuine or key.revoked_at is not None or key.expires_at <= now:
        return None
    if not key.created_by.is_active:
        return None
    if key.last_used_at is None or now - key.last_used_at > KEY_USE_PRECISION:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    key.scopes = sorted(permissions_of_key(key))
    return key


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _user(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFoundError("There is no such user.")
    return user


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise InputError(f"There is no role {role}.", hint=f"Choose one of {', '.join(Role.values)}.")


def _keep_an_administrator(user: User) -> None:
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if user.role != Role.ADMINISTRATOR or not user.is_active:
        return
    if not list(others.order_by("pk").select_for_update()):  # held: two may demote each other at once
        raise ConflictError(
            f"{user.username} is the last administrator.", hint="Make somebody else an administrator first."
        )


def _record(actor: str, what: str, whom: str) -> None:
    AccessChange.objects.create(actor=actor, what=what, whom=whom)
