"""What a tracking client sends: a call, or a batch of calls. Read once, refused with a sentence."""

import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw

from regard.errors import InputError

LARGEST_CALL = 32 * 1024
LARGEST_BODY = 4 * 1024 * 1024  # Segment's clients send up to 500 KB, RudderStack's up to 4 MB
MOST_CALLS = 2500
TYPES = ("identify", "track", "page", "screen", "group", "alias")
SEVERAL = ("batch", "import")
GZIP = b"\x1f\x8b"

Id = str | int | float | None
NOTHING = Raw(b"")
UNREADABLE = (msgspec.MsgspecError, RecursionError)  # the latter of things within things without end


class Call(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """One call of a client. What differs from client to client and event to event is left as it came."""

    type: str | None = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    message_id: Id = None
    event: str | None = None
    name: str | None = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None
    properties: Raw = NOTHING
    traits: Raw = NOTHING
    context: Raw = NOTHING
    integrations: Raw = NOTHING


class Several(msgspec.Struct, rename="camel"):
    """A batch whose calls have not been looked at."""

    batch: list[Raw]
    sent_at: Any = None
    context: Raw = NOTHING
    integrations: Raw = NOTHING


class Calls(msgspec.Struct, rename="camel"):
    """A batch all of whose calls can be read."""

    batch: list[Call]
    sent_at: Any = None
    context: Raw = NOTHING
    integrations: Raw = NOTHING


class _OnlyKey(msgspec.Struct, rename="camel"):
    write_key: str | None = None


read_object = msgspec.json.Decoder(dict[str, Any]).decode
_read_call = msgspec.json.Decoder(Call).decode
_read_several = msgspec.json.Decoder(Several).decode
_read_calls = msgspec.json.Decoder(Calls).decode
_read_key = msgspec.json.Decoder(_OnlyKey).decode


@dataclass(frozen=True)
class Sent:
    """What holds for all calls of one batch."""

    batch_id: int
    source: str
    kind: str
    received: datetime
    sent_at: datetime | None = None
    context: bytes = b""
    integrations: bytes = b""


def unpack(body: bytes, *, packed: bool) -> bytes:
    """The body itself: many clients pack it, and some do not say so."""
    if packed or body.startswith(GZIP):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            body = unpacker.decompress(body, LARGEST_BODY + 1)
        except zlib.error as error:
            raise InputError(f"The body is not the gzip it is said to be: {error}.") from error
        if len(body) <= LARGEST_BODY and not unpacker.eof:
            raise InputError("The gzip body ends too early.")
    if len(body) > LARGEST_BODY:
        raise too_large()
    return body


def too_large() -> InputError:
    return InputError(f"The body is larger than {LARGEST_BODY // 1024**2} MB.", hint="Send it in parts.")


def tidy(body: bytes) -> bytes:
    """The body as strict JSON. Python clients write NaN and halves of characters, which JSON does not have."""
    try:
        body.decode()
        msgspec.json.decode(body, type=Raw)
    except UnicodeDecodeError as error:
        raise InputError("The body is not UTF-8.") from error
    except (msgspec.MsgspecError, RecursionError):
        try:
            said = json.loads(body, parse_constant=lambda _: None)
            return json.dumps(said, ensure_ascii=False).encode(errors="replace")
        except (ValueError, RecursionError) as error:
            raise InputError("The body is not JSON.") from error
    return body


def key_within(body: bytes) -> str:
    """The write key that the body names, or nothing."""
    try:
        return _read_key(body).write_key or ""
    except UNREADABLE:
        return ""


def several_in(body: bytes) -> Several:
    """The calls of a batch, none looked at yet."""
    try:
        several = _read_several(body)
    except UNREADABLE as error:
        raise InputError(f"The batch cannot be read: {error}.") from error
    if len(several.batch) > MOST_CALLS:
        raise InputError(f"The batch has more than {MOST_CALLS} calls.", hint="Send it in parts.")
    return several


def calls_in(body: bytes) -> Calls | None:
    """All calls of a batch at once, which is the fast way, or None if one of them cannot be read."""
    try:
        return _read_calls(body)
    except UNREADABLE:
        return None


def call_in(text: bytes | Raw) -> Call:
    """One call, or InputError that says what is wrong with it."""
    try:
        return _read_call(text)
    except UNREADABLE as first:
        try:
            return msgspec.convert(_with_times(msgspec.json.decode(text)), Call)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            raise InputError(f"It cannot be read: {first}.") from error


def _with_times(said: Any) -> dict[str, Any]:
    """Times that are ISO 8601 but not RFC 3339 as such, and objects as they came."""
    if not isinstance(said, dict):
        raise TypeError
    for name in ("timestamp", "originalTimestamp", "sentAt"):
        if isinstance(said.get(name), str):
            said[name] = datetime.fromisoformat(said[name])
    for name in ("properties", "traits", "context", "integrations"):
        if name in said:
            said[name] = Raw(msgspec.json.encode(said[name]))
    return said


def object_in(text: bytes, name: str) -> dict[str, Any]:
    """A JSON object; null or nothing is an empty one."""
    if text in (b"", b"null"):
        return {}
    try:
        return read_object(text)
    except UNREADABLE as error:
        raise InputError(f"`{name}` must be an object.") from error
