"""Voice: what customers say of us, how sure that is, what it hangs on, and their own words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission, permissions_of
from regard.know import queries as know
from regard.understand import queries as understand
from regard.understand.doors import queries as doors
from regard.understand.doors.page_tables import SCORES
from regard.understand.themes.finding import hidden_themes
from regard.understand.themes.lines import theme_lines
from regard.web.charts import chart_of_series
from regard.web.door_charts import chart_of_map
from regard.web.drivers import first_to_fix
from regard.web.figures import Figure, figures_of, rows_of
from regard.web.may import may
from regard.web.slicing import Narrowing, shown_narrowing

ASKED = "response-rate"


@may(Permission.MEASURES_READ)
@require_safe
def voice(request: HttpRequest) -> HttpResponse:
    narrowing = shown_narrowing(request.GET.dict())
    computation = understand.latest_computation()
    figures = {figure.measure.name: figure for figure in figures_of(narrowing.part)}
    held = permissions_of(request.user)
    lowest = request.GET.get("words", "") == "lowest"
    notes = {} if narrowing.part else doors.score_notes()  # they are of everybody
    words = []
    if {Permission.CUSTOMERS_READ, Permission.EVENTS_READ} <= held:
        words = doors.words_said(narrowing.part, lowest=lowest)
    answer = {
        "narrowing": narrowing, "computation": computation,
        "scores": [
            {**_score(figures[name], narrowing), "notes": notes.get(name)} for name in SCORES if name in figures
        ],
        "asked": _score(figures[ASKED], narrowing) if ASKED in figures else None,
        "themes": theme_lines(narrowing.part, computation.as_of) if computation else [],
        "hidden": hidden_themes() if Permission.THEMES_EDIT in held else [],
        "drivers": _drivers(narrowing), "drivers_first": first_to_fix(), "words": _named(words), "lowest": lowest,
        "newest_address": f"?words=newest{narrowing.query}#words",
        "lowest_address": f"?words=lowest{narrowing.query}#words",
    }  # fmt: skip
    return render(request, "web/voice.html", answer)


def _score(figure: Figure, narrowing: Narrowing) -> dict[str, Any]:
    name = figure.measure.name
    csv, title = narrowing.link(reverse("measure-csv", args=[name]), by="month"), figure.measure.title
    return {
        "figure": figure,
        "chart": chart_of_series(f"months-{name}", title, rows_of(figure.months), unit=figure.unit, csv=csv),
        "people": narrowing.link(reverse("people"), of="answers", measure=name),
        "rows": narrowing.link(reverse("measure-rows", args=[name])),
    }  # fmt: skip


def _drivers(narrowing: Narrowing) -> dict[str, Any]:
    """The map of the group the page is narrowed to, if it was large enough for one, else of everybody."""
    found = doors.drivers()
    if not found:
        return {}
    maps = {(one["dimension"], one["group"]): one for one in found["maps"]}
    own = maps.get((narrowing.part.dimension, narrowing.part.group))
    shown = own or maps["", ""]
    ranked = sorted(shown["points"], key=lambda point: -(point["importance"]["value"] or 0.0))
    return {"outcome": found["outcome"], "map": shown, "ranked": ranked, "own": own is not None,
            "answers": found["answers"], "chart": chart_of_map("drivers", found["outcome"], shown),
            "narrower": narrowing.words}  # fmt: skip


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    customers = know.customers_by_id([row["customer_id"] for row in rows])
    found = ((row, customers.get(row["customer_id"])) for row in rows)
    return [{**row, "name": who.name if who else ""} for row, who in found]
