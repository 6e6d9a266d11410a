"""What it means: every figure with interval, n and definition version."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith
from regard.api.shapes import REFUSALS, Figure, Words
from regard.understand import queries
from regard.understand.figures import Row
from regard.understand.measures import MEASURES, Measure

router = Router(auth=KeyWith(Permission.MEASURES_READ))


class Definition(Schema):
    name: str
    title: str
    sentence: str
    unit: str
    scale: int
    version: str


@router.get("", response={200: list[Definition], **REFUSALS})
def definitions(request: HttpRequest) -> list[Measure]:
    """The measures there are, with what each says."""
    return list(MEASURES.values())


@router.get("/{name}", response={200: list[Figure], **REFUSALS})
def measure(
    request: HttpRequest,
    name: Words,
    by: Annotated[str, Field(max_length=200)] = "",
    since: date | None = None,
    until: date | None = None,
) -> list[dict[str, Any]]:
    """One measure now, over all or by a dimension (`month`, `source`, `channel` or an attribute's name)."""
    return [_figure(row) for row in queries.measure(name, by=by, since=since, until=until)]


def _figure(row: Row) -> dict[str, Any]:
    names = ("value", "low", "high", "n", "level", "method", "version")
    return {
        "measure": row.measure, "dimension": row.dimension, "group": row.group, "unit": row.unit,
        "scale": MEASURES[row.measure].scale,
        **{name: getattr(row.estimate, name) for name in names},
    }  # fmt: skip
