"""What to fix next: one pain point with who, their words and what the figure rests on."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission, permissions_of
from regard.know import queries as know
from regard.show.queries import fixes_about, how_measured
from regard.understand import queries as understand
from regard.understand.doors import queries as doors
from regard.web.csv_export import csv_answer
from regard.web.may import may

MOST_SHOWN = 15
COLUMNS = (
    "customer_id",
    "name",
    "email",
    "befell",
    "last_at",
    "orders",
    "revenue",
    "currency",
    "worth",
    "last_seen",
)


CONTRACT_COLUMNS = (
    "customer_id", "name", "email", "churned", "occurred_at", "reason",
    "category", "a_year", "currency", "chance",
)  # fmt: skip


@may(Permission.MEASURES_READ)
@require_safe
def fix(request: HttpRequest, number: int) -> HttpResponse:
    """One pain point; who it befell and what they wrote only for those who may see customers."""
    point, held = understand.pain_point(number), permissions_of(request.user)
    if point.outcome == point.Outcome.STAY:
        return _of_contracts(request, point, held)
    people, words = [], []
    if Permission.CUSTOMERS_READ in held:
        people = _named(understand.people_of(point, limit=MOST_SHOWN))
        if Permission.EVENTS_READ in held:
            words = _named(understand.words_of(point))
    others = understand.pain_points()
    answer = {
        "point": point, "people": people, "words": words, "changes": fixes_about(point.key),
        "paths": understand.paths_after(point.key),
        "parts": [each for each in others if each.part_of == point.key],
        "whole": next((each for each in others if each.key == point.part_of), None),
    }  # fmt: skip
    return render(request, "web/fix.html", answer)


def _of_contracts(
    request: HttpRequest, point: understand.PainPoint, held: frozenset[Permission]
) -> HttpResponse:
    people, words = [], []
    if Permission.CUSTOMERS_READ in held:
        people = _named(understand.people_of(point, limit=MOST_SHOWN))
        if Permission.EVENTS_READ in held:
            words = _named(understand.words_of(point))
    kept = doors.likely_leavers()
    answer = {
        "point": point, "people": people, "words": words, "changes": fixes_about(point.key),
        "reasons": understand.reasons_with(point), "before": understand.steps_before(point),
        "leaks": kept.get("leaks", []), "undated": kept.get("undated", ""), "measured": how_measured(point.key),
    }  # fmt: skip
    return render(request, "web/fix_contract.html", answer)


@may(Permission.EXPORT)
@require_safe
def fix_csv(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """Every customer whom it befell in the last year."""
    point = understand.pain_point(number)
    columns = CONTRACT_COLUMNS if point.outcome == point.Outcome.STAY else COLUMNS
    rows = ([row.get(column) for column in columns] for row in _named(understand.people_of(point)))
    return csv_answer(f"fix-{point.place}-{point.kind}.csv", columns, rows)


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    customers = know.customers_by_id([row["customer_id"] for row in rows])
    found = ((row, customers.get(row["customer_id"])) for row in rows)
    return [{**row, "name": who.name if who else "", "email": who.email if who else ""} for row, who in found]
