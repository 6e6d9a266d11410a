"""What endpoints answer with, where several share it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Query, Schema
from pydantic import Field

Limit = Query[Annotated[int, Field(ge=1, le=1000)]]
Names = Query[list[str]]
Moment = Query[datetime | None]


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
    """A measured figure: never without its interval, number and definition."""

    group: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    n: int
    level: float
    method: str
    version: str
    unit: str


REFUSALS = {400: Refusal, 401: Refusal, 403: Refusal, 404: Refusal, 409: Refusal}
