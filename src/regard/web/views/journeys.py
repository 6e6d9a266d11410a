"""Journeys: what customers do step after step, where they stay away, and what hand-overs add."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission
from regard.understand import queries as understand
from regard.understand.doors import queries as doors
from regard.understand.doors.steps import FIRST_ORDER
from regard.web.csv_export import csv_answer
from regard.web.journey_drawing import draw_journey
from regard.web.may import may
from regard.web.slicing import read_narrowing, shown_narrowing

MOST_SHOWN, MOST_HANDOVERS = 20, 12
COLUMNS = ("step", "next_step", "passages", "median_wait")


@may(Permission.MEASURES_READ)
@require_safe
def journeys(request: HttpRequest) -> HttpResponse:
    narrowing = shown_narrowing(request.GET.dict())
    found, people = doors.journeys(narrowing.part), reverse("people")
    answer: dict[str, Any] = {
        "narrowing": narrowing,
        "computation": understand.latest_computation(),
        "found": found,
    }
    if found:
        steps = [row | {"address": narrowing.link(people, of="step", step=row["step"]),
                        "lost_address": narrowing.link(people, of="step", step=row["step"], lost="yes")}
                 for row in found["steps"]]  # fmt: skip
        passages = [row | {"address": narrowing.link(people, of="step", step=row["step"], next=row["next_step"])}
                    for row in found["passages"]]  # fmt: skip
        handovers = [
            row | {"address": narrowing.link(people, of="handover", **_between(row))}
            for row in found["handovers"]
        ]
        answer |= {
            "drawing": draw_journey(steps, passages), "steps": steps, "passages": passages[:MOST_SHOWN],
            "passage_count": len(passages),
            "paths": [row | {"address": narrowing.link(people, of="path", path=row["path"])}
                      for row in found["paths"]],
            "handovers": handovers[:MOST_HANDOVERS], "handover_count": len(handovers),
            "ladder": found["ladder"],
            **_worst(steps),
        }  # fmt: skip
    return render(request, "web/journeys.html", answer)


def _worst(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The step after which customers most surely stay away, if more do than after a first order."""
    first = next((row for row in steps if row["step"] == FIRST_ORDER and row["high"] is not None), None)
    sure = [row for row in steps if first and row["low"] is not None and row["low"] > first["high"]]
    return {"first": first, "worst": max(sure, key=lambda row: row["low"], default=None)}


def _between(row: dict[str, Any]) -> dict[str, str]:
    return {"from": row["from_department"], "to": row["to_department"]}


@may(Permission.EXPORT)
@require_safe
def passages_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every step that directly follows another."""
    found = doors.journeys(read_narrowing(request.GET.dict()).part)
    rows = ([row[column] for column in COLUMNS] for row in found.get("passages", []))
    return csv_answer("journey-passages.csv", (*COLUMNS[:-1], "median_wait_seconds"), rows)
