"""The shape of an event and of the lake's other tables."""

import hashlib
from datetime import datetime
from decimal import Decimal

import msgspec
import pyarrow as pa


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened. Never changed; a correction is `event.retracted` and a new event."""

    event_id: str
    name: str
    occurred_at: datetime
    source: str
    person: str
    recorded_at: datetime | None = None
    channel: str | None = None
    touchpoint: str | None = None
    department: str | None = None
    actor: str | None = None
    subject: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    instrument: str | None = None
    score: float | None = None
    text: str | None = None
    data: dict[str, object] | None = None


TIMESTAMP = pa.timestamp("us", tz="UTC")

EVENT_SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("occurred_at", TIMESTAMP, nullable=False),
        pa.field("recorded_at", TIMESTAMP, nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("person", pa.string(), nullable=False),
        pa.field("channel", pa.string()),
        pa.field("touchpoint", pa.string()),
        pa.field("department", pa.string()),
        pa.field("actor", pa.string()),
        pa.field("subject", pa.string()),
        pa.field("amount", pa.decimal128(18, 4)),
        pa.field("currency", pa.string()),
        pa.field("instrument", pa.string()),
        pa.field("score", pa.float64()),
        pa.field("text", pa.string()),
        pa.field("data", pa.string()),
    ]
)


def event_id_of(source: str, name: str, *natural_key: str) -> str:
    """The id of an event that its sender gave none: 32 hexadecimal digits of source, name and natural key."""
    parts = "\x1f".join((source, name, *natural_key))
    return hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()
