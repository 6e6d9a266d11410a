"""Read a delivery status notification (RFC 3464): for which letter, and is it over?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser

STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
PASSING = frozenset({"5.2.2"})  # a full mailbox is called permanent, but is emptied some day
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
ORIGINAL_TYPES = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
)
DELIVERED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True)
class Report:
    """What a notification says: hard or not, over or still being tried, and what it may be recognised by."""

    over: bool
    hard: bool
    reason: str
    message_ids: tuple[str, ...]
    delivered_to: tuple[str, ...]


def read_report(raw: bytes) -> Report | None:
    """The report in a message; None when it is something else (an answer by hand, a note of absence)."""
    try:
        message = message_from_bytes(raw)
        parts = list(message.walk())
    except RecursionError:  # parts within parts within parts: no server writes that
        return None
    blocks = [block for part in parts if part.get_content_type() in STATUS_TYPES for block in _blocks(part)]
    about = [block for block in blocks if _field(block, "Action")]
    failed = next((block for block in about if _field(block, "Action").lower() == "failed"), None)
    delayed = next((block for block in about if _field(block, "Action").lower() == "delayed"), None)
    told = failed or delayed
    if told is None:
        return None
    status = STATUS.search(_field(told, "Status"))
    code = status[0] if status else ""
    return Report(
        over=failed is not None,
        hard=failed is not None and not code.startswith("4") and code not in PASSING,
        reason=f"{code} {_field(told, 'Diagnostic-Code')}".strip()[:500],
        message_ids=tuple(_message_ids(parts)),
        delivered_to=tuple(_field(message, name) for name in DELIVERED_TO if _field(message, name)),
    )


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _message_ids(parts: list[Message]) -> Iterator[str]:
    for part in parts:
        if part.get_content_type() not in ORIGINAL_TYPES:
            continue
        payload = part.get_payload()
        original = payload[0] if isinstance(payload, list) and payload else None
        if not isinstance(original, Message):
            decoded = part.get_payload(decode=True)
            # its head is enough; what stands below may be made to keep a parser busy
            original = BytesHeaderParser().parsebytes(decoded if isinstance(decoded, bytes) else b"")
        if found := _field(original, "Message-ID"):
            yield found


def _field(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, "")).replace("\0", "").split())
