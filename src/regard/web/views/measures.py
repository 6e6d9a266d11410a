"""Measures: all of them, and one with its months, its groups and its definition."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission
from regard.ledger import lake
from regard.understand import queries as understand
from regard.understand.doors import queries as doors
from regard.understand.measures import MEASURES, measure_named
from regard.web.charts import chart_of_groups, chart_of_series
from regard.web.csv_export import csv_answer
from regard.web.figures import picture, rows_of
from regard.web.may import may
from regard.web.slicing import read_narrowing

COLUMNS = ("measure", "version", "dimension", "group", "value", "low", "high", "n", "level", "method", "unit")

MOST_ROWS = 1_000_000


@may(Permission.MEASURES_READ)
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    known = picture().figures
    have = {figure.measure.name for figure in known}
    waiting = [measure for name, measure in MEASURES.items() if name not in have]
    answer = {"figures": known, "waiting": waiting, "computation": understand.latest_computation()}
    return render(request, "web/measures.html", answer)


@may(Permission.MEASURES_READ)
@require_safe
def measure(request: HttpRequest, name: str) -> HttpResponse:
    chosen = measure_named(name)
    dimensions = [each for each in understand.dimensions(name) if each != "month"]
    wished = request.GET.get("by", "")
    by = wished if wished in dimensions else (dimensions[0] if dimensions else "")
    csv = reverse("measure-csv", args=[name])
    found = [figure for figure in picture().figures if figure.measure.name == name]
    charts = []
    for place, figure in enumerate(found):
        months = chart_of_series(f"months-{place}", chosen.title, rows_of(figure.months), unit=figure.unit,
                                 csv=f"{csv}?by=month")  # fmt: skip
        groups = understand.latest_findings(name, by, unit=figure.unit) if by else []
        compared = chart_of_groups(f"groups-{place}", chosen.title, by.capitalize(), rows_of(groups), unit=figure.unit,
                                   csv=f"{csv}?by={by}") if groups else None  # fmt: skip
        charts.append({"figure": figure, "months": months, "groups": compared})
    answer = {"measure": chosen, "charts": charts, "dimensions": dimensions, "by": by, "csv": csv,
              "computation": understand.latest_computation()}  # fmt: skip
    return render(request, "web/measure.html", answer)


@may(Permission.EXPORT)
@require_safe
def figures_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The figures of one measure by one dimension, or overall, with everything that says what they are."""
    chosen = measure_named(name)
    by, part = request.GET.get("by", ""), read_narrowing(request.GET.dict()).part
    found = understand.latest_findings(name, by)
    if part:
        found = [
            each for each in doors.narrowed_findings(part) if each.measure == name and each.dimension == by
        ]
    rows = ([getattr(each, column) for column in COLUMNS] for each in found)
    return csv_answer(f"{chosen.name}-{by or 'overall'}.csv", COLUMNS, rows)


@may(Permission.EXPORT)
@require_safe
def rows_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The rows that a measure's figure stands on, newest first."""
    chosen = measure_named(name)
    by, group = request.GET.get("by", ""), request.GET.get("group", "")
    # fetched whole: a download that somebody breaks off must not leave a result open on the lake's connection
    part = read_narrowing(request.GET.dict()).part
    behind = understand.rows_behind(name, dimension=by, group=group, part=part, limit=MOST_ROWS)
    table = lake.fetch(behind)
    rows = (
        list(row.values()) for batch in table.to_batches(max_chunksize=10_000) for row in batch.to_pylist()
    )
    return csv_answer(f"{chosen.name}-rows.csv", table.column_names, rows)
