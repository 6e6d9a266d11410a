"""Did it work? The registered fixes, each with its verdict."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith
from regard.api.shapes import REFUSALS
from regard.show import queries

router = Router(auth=KeyWith(Permission.MEASURES_READ))


class ProofRow(Schema):
    as_of: datetime
    verdict: str
    reason: str
    effect: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    notes: list[str]


class FixRow(Schema):
    """`effect`, `baseline` and `smallest_effect` are in `unit`, unscaled; `proof` is null until it was judged."""

    id: int
    title: str
    about: str
    about_title: str
    dimension: str
    groups: list[str]
    started_on: date
    judged_from: date
    window_days: int
    smallest_effect: float
    direction: str
    unit: str
    baseline: float
    power: float
    owner: str
    registered_at: datetime
    registered_late: bool
    proof: ProofRow | None

    @staticmethod
    def resolve_proof(fix: Any) -> Any:
        return getattr(fix, "proof", None)


@router.get("", response={200: list[FixRow], **REFUSALS})
def fixes(request: HttpRequest) -> list[Any]:
    """Every fix that was not withdrawn, newest first, with the verdict of the newest computation."""
    return queries.fixes()
