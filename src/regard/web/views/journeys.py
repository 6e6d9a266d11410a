"""Journeys: what customers do step after step, where they stay away, and what hand-overs add."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission
from regard.understand import doors
from regard.understand import queries as understand
from regard.web.csv_export import csv_answer
from regard.web.journey_drawing import draw_journey
from regard.web.may import may
from regard.web.slicing import read_narrowing

MOST_SHOWN, MOST_HANDOVERS = 20, 12
COLUMNS = ("step", "next_step", "passages", "customers", "median_wait")


@may(Permission.MEASURES_READ)
@require_safe
def journeys(request: HttpRequest) -> HttpResponse:
    narrowing = read_narrowing(request.GET.dict())
    found, people = doors.journeys(narrowing.part), reverse("people")
    answer = {"narrowing": narrowing, "computation": understand.latest_computation(), "found": found}
    if found:
        steps = [row | {"address": narrowing.link(people, of="step", step=row["step"]),
                        "lost_address": narrowing.link(people, of="step", step=row["step"], lost="yes")}
                 for row in found["steps"]]  # fmt: skip
        passages = [row | {"address": narrowing.link(people, of="step", step=row["step"], next=row["next_step"])}
                    for row in found["passages"]]  # fmt: skip
        answer |= {
            "drawing": draw_journey(steps, passages), "steps": steps, "passages": passages[:MOST_SHOWN],
            "passage_count": len(passages),
            "paths": [row | {"address": narrowing.link(people, of="path", path=row["path"])}
                      for row in found["paths"]],
            "handovers": [row | {"address": narrowing.link(people, of="handover", **{
                "from": row["from_department"], "to": row["to_department"]})} for row in found["handovers"][:MOST_HANDOVERS]],
            "handover_count": len(found["handovers"]),
            "ladder": found["ladder"],
        }  # fmt: skip
    return render(request, "web/journeys.html", answer)


@may(Permission.EXPORT)
@require_safe
def passages_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every step that directly follows another."""
    found = doors.journeys(read_narrowing(request.GET.dict()).part)
    rows = ([row[column] for column in COLUMNS] for row in found.get("passages", []))
    return csv_answer("journey-passages.csv", (*COLUMNS[:-1], "median_wait_seconds"), rows)
