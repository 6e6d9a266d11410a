"""The same or not: merges, their undo, and pairs that wait for a person."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith, actor_of
from regard.api.shapes import REFUSALS, Limit, Number, Words
from regard.know import actions, queries

router = Router(auth=KeyWith(Permission.CUSTOMERS_MERGE))


class MergeRow(Schema):
    id: int
    actor: str
    reason: str
    made_at: datetime
    undone_at: datetime | None


class NewMerge(Schema):
    left: Words
    right: Words
    reason: Annotated[str, Field(max_length=200)] = "said so"


class CandidateRow(Schema):
    id: int
    left_id: int
    right_id: int
    probability: float
    evidence: dict[str, Any]
    state: str


class Decision(Schema):
    decision: Literal["same", "different", "later"]


@router.get("", response={200: list[MergeRow], **REFUSALS}, auth=KeyWith(Permission.CUSTOMERS_READ))
def newest(request: HttpRequest, limit: Limit = 50) -> list[Any]:
    """The newest merges, undone ones too."""
    return queries.newest_merges(limit=limit)


@router.post("", response={200: MergeRow, **REFUSALS})
def merge(request: HttpRequest, body: NewMerge) -> Any:
    """Say that two customers (by number, record key or e-mail) are the same."""
    left, right = queries.customer(body.left), queries.customer(body.right)
    return actions.merge_customers(left.id, right.id, actor=actor_of(request), reason=body.reason)


@router.post("/{merge_id}/undo", response={200: MergeRow, **REFUSALS})
def undo(request: HttpRequest, merge_id: Number) -> Any:
    """Undo a merge; what was merged later stays."""
    return actions.undo_merge(merge_id, actor=actor_of(request))


@router.get("/candidates", response={200: list[CandidateRow], **REFUSALS})
def candidates(request: HttpRequest, limit: Limit = 50) -> list[Any]:
    """Pairs of records that may be the same and wait for a person, likeliest first."""
    return queries.open_candidates(limit=limit)


@router.post("/candidates/{candidate_id}", response={204: None, **REFUSALS})
def decide(request: HttpRequest, candidate_id: Number, body: Decision) -> Status[None]:
    """Decide a pair."""
    actions.decide_candidate(candidate_id, body.decision, actor=actor_of(request))
    return Status(204, None)
