"""What to fix next, as the newest computation ranked it."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith
from regard.api.shapes import REFUSALS
from regard.understand import queries

router = Router(auth=KeyWith(Permission.MEASURES_READ))


class PainPointRow(Schema):
    """An association with coming back, or with staying under contract, until a fix proves it. A customer whom two
    befell counts in both."""

    id: int
    place: int
    standing: str
    outcome: str  # "back": ordering again within half a year; "stay": staying under contract
    reason: str
    kind: str
    key: str
    title: str
    sentence: str
    customers: int
    orders: int  # of contracts how many of the customers left
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    cost: float | None
    cost_low: float | None
    cost_high: float | None
    currency: str
    trend: str
    since: str  # month in which it turned, such as 2026-03; empty without a trend
    trend_said: str  # what the trend compares, or why none can be told
    part_of: str  # key of another with largely the same orders
    overlap: float | None  # share of its orders that the other befell, too
    assumptions: list[str]


@router.get("", response={200: list[PainPointRow], **REFUSALS})
def pain_points(request: HttpRequest) -> list[Any]:
    """What keeps customers from coming back or drives them away, and what it may cost a year; the dearest in front."""
    return queries.pain_points()
