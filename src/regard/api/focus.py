"""How customer-focused the company is by its records: the index with the parts it is made of."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith
from regard.api.shapes import REFUSALS
from regard.show import queries

router = Router(auth=KeyWith(Permission.MEASURES_READ))


class Reckoned(Schema):
    """A figure with its interval; too little measured gives no value."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class PartRow(Schema):
    """`measured` is as it was counted and null where nothing was, `score` the same from 0 to 100."""

    name: str
    title: str
    weight: float
    measured: Reckoned | None
    score: Reckoned


class PillarRow(Schema):
    name: str
    score: Reckoned
    missing_weight: float
    parts: list[PartRow]


class IndexRow(Schema):
    """`lowest` and `highest` are what it would be if every missing part stood at 0 or at 100."""

    day: date
    score: Reckoned
    missing_weight: float
    lowest: float
    highest: float
    missing: list[str]
    pillars: list[PillarRow]


@router.get("", response={200: IndexRow | None, **REFUSALS})
def focus_index(request: HttpRequest) -> dict[str, Any] | None:
    """The focus index as last computed; null before the first computation."""
    reading = queries.newest_reading()
    if reading is None:
        return None
    index = reading.index
    pillars = [
        {"name": pillar.name, "score": pillar.score, "missing_weight": pillar.missing_weight,
         "parts": [{"name": one.part.name, "title": one.part.title, "weight": one.part.weight,
                    "measured": one.measured, "score": one.score} for one in pillar.parts]}
        for pillar in index.pillars
    ]  # fmt: skip
    return {"day": reading.day, "score": index.score, "missing_weight": index.missing_weight, "lowest": index.lowest,
            "highest": index.highest, "missing": index.missing, "pillars": pillars}  # fmt: skip
