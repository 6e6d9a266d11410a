"""What endpoints answer with, where several share it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import AwareDatetime, Field

# Ninja keeps one default a marker, so these are plain types: the same marker in two endpoints would share it.
Words = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]*$")]
Limit = Annotated[int, Field(ge=1, le=1000)]
Number = Annotated[int, Field(ge=1, lt=2**63)]
Key = Annotated[Words, Field(description="A customer's number, a record's key or an e-mail address.")]


class Refusal(Schema):
    """Every answer that is no success."""

    code: str
    message: str
    hint: str = ""


class CustomerRow(Schema):
    id: int
    kind: str
    name: str
    email: str
    phone: str
    place: str


class EventFilter(Schema):
    """Which events are asked for, newest first."""

    name: Annotated[list[Words], Field(max_length=50)] = []
    before: Annotated[AwareDatetime | None, Field(description="Only what was before; with a zone.")] = None
    limit: Limit = 50

    def narrowing(self) -> dict[str, Any]:
        """As the ledger's queries take it."""
        return {"names": self.name, "before": self.before, "limit": self.limit}


class EventRow(Schema):
    event_id: str
    name: str
    occurred_at: datetime
    recorded_at: datetime
    source: str
    person: str
    channel: str | None
    touchpoint: str | None
    department: str | None
    actor: str | None
    subject: str | None
    amount: Decimal | None
    currency: str | None
    instrument: str | None
    score: float | None
    text: str | None
    data: dict[str, Any] | None


class Figure(Schema):
    """A measured figure: never without its interval, number and definition. Too few answers give no value.

    `value`, `low` and `high` times `scale` are in `unit`: a share of 0.3 is 30 %.
    """

    measure: str
    dimension: str
    group: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    level: float
    method: str
    version: str
    unit: str
    scale: int


REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 413, 503), Refusal)
