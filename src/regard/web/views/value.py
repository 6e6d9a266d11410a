"""Value: what the year ahead may bring, who carries it, cohorts, and who slips away."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission, permissions_of
from regard.understand import queries as understand
from regard.understand.doors import queries as doors
from regard.understand.doors.loyalty import economics, figures
from regard.understand.leaving.lines import LEVELS
from regard.web.csv_export import csv_answer
from regard.web.door_charts import chart_of_bands, chart_of_lorenz
from regard.web.economics import read_costs, shown_loyalty
from regard.web.leaving import likely_next, shown_leaving
from regard.web.may import may
from regard.web.slicing import Narrowing, read_narrowing, shown_narrowing
from regard.web.views.people import named

SHADES = 5
COHORT_COLUMNS = ("month", "customers", "months_since", "share_ordering", "revenue_each", "currency")
LEAVING_COLUMNS = (
    "level", "name", "customers", "share", "share_low", "share_high", "best",
    "worst", "lost", "lost_low", "lost_high", "currency",
)  # fmt: skip
LOYALTY_COLUMNS = ("figure", "value", "low", "high", "n", "currency")


@may(Permission.MEASURES_READ)
@require_safe
def value(request: HttpRequest) -> HttpResponse:
    narrowing = shown_narrowing(request.GET.dict())
    found, whole = doors.value(narrowing.part), understand.worth_of_all()
    answer: dict[str, Any] = {
        "narrowing": narrowing,
        "computation": understand.latest_computation(),
        "found": found,
    }
    if found:
        answer |= {
            "cohorts": [_shaded(row, narrowing) for row in reversed(found["cohorts"])],
            "ages": range(1, max((len(row["cells"]) for row in found["cohorts"]), default=0) + 1),
        }
    if found.get("loyalty"):
        answer |= shown_loyalty(found["loyalty"], request.GET.dict(), narrowing)
    if leaving := shown_leaving(narrowing):
        answer |= {"leaving": leaving, "likely": likely_next(request, narrowing)}
    if "bands" in found and whole:
        total, currency = whole
        people = reverse("people")
        answer |= {
            "total": None if narrowing.part else total, "currency": currency,
            "bands": [{**band, "address": _band_address(narrowing, people, band)} for band in found["bands"]],
            "band_chart": chart_of_bands("bands", found["bands"], currency),
            "lorenz": chart_of_lorenz("lorenz", found) if found["lorenz"] else None,
            **_slipping(request, narrowing),
        }  # fmt: skip
    return render(request, "web/value.html", answer)


@may(Permission.EXPORT)
@require_safe
def cohorts_csv(request: HttpRequest) -> StreamingHttpResponse:
    """One row a cohort and month since its first order."""
    found = doors.value(read_narrowing(request.GET.dict()).part)
    rows = ((row["month"], row["size"], cell["age"], cell["share"], row["each"], row["currency"])
            for row in found.get("cohorts", []) for cell in row["cells"])  # fmt: skip
    return csv_answer("cohorts.csv", COHORT_COLUMNS, rows)


@may(Permission.EXPORT)
@require_safe
def leaving_csv(request: HttpRequest) -> StreamingHttpResponse:
    """One row a reason for leaving, by category and in detail."""
    found = doors.leaving(read_narrowing(request.GET.dict()).part)
    rows = ((level, *(row[column] for column in LEAVING_COLUMNS[1:-1]), found["currency"])
            for level in LEVELS for row in (found[level]["rows"] if found else []))  # fmt: skip
    return csv_answer("reasons.csv", LEAVING_COLUMNS, rows)


@may(Permission.EXPORT)
@require_safe
def loyalty_csv(request: HttpRequest) -> StreamingHttpResponse:
    """What staying is worth, figure by figure, with the costs that the address says."""
    found = doors.value(read_narrowing(request.GET.dict()).part).get("loyalty") or {}
    costs = read_costs(request.GET.dict())
    rows = figures(economics(found, costs)) if found else []
    lines = ((name, one.value, one.low, one.high, one.n, found["currency"]) for name, one in rows)
    return csv_answer("staying.csv", LOYALTY_COLUMNS, lines)


def _slipping(request: HttpRequest, narrowing: Narrowing) -> dict[str, Any]:
    if Permission.CUSTOMERS_READ not in permissions_of(request.user):
        return {}
    first, count = doors.most_slipping(narrowing.part)
    return {"slipping": named(first), "slipping_count": count,
            "slipping_address": narrowing.link(reverse("people"), of="slipping")}  # fmt: skip


def _band_address(narrowing: Narrowing, people: str, band: dict[str, Any]) -> str:
    upper = {} if band["high"] is None else {"high": f"{band['high']:g}"}
    return narrowing.link(people, of="worth", low=f"{band['low']:g}", **upper)


def _shaded(row: dict[str, Any], narrowing: Narrowing) -> dict[str, Any]:
    cells = [{**cell, "shade": min(SHADES, round(cell["share"] * 2 * SHADES))} for cell in row["cells"]]
    address = Narrowing(narrowing.part.customers_only, []).link(
        reverse("people"), of="cohort", month=row["month"]
    )
    return {**row, "cells": cells, "address": address}
