"""Home: how are we doing, what changed, what to do first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission, permissions_of
from regard.analytics.comparisons import CANNOT_TELL
from regard.listen import queries as listen
from regard.show import queries as show
from regard.understand import queries as understand
from regard.web.drivers import first_to_fix
from regard.web.figures import picture, sentence_of
from regard.web.home import concerns, sentence_of_the_month, tasks, value_of_the_base
from regard.web.leaving import shown_leaving
from regard.web.may import may
from regard.web.slicing import shown_narrowing

TILES = ("nps", "csat", "churn-rate", "repeat-purchase-rate", "revenue")
MOST_TILES = 4
MOST_FIXES, MOST_IMPORTS = 5, 5


@may(Permission.MEASURES_READ)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    computation = understand.latest_computation()
    if computation is None:
        handed_in = listen.recent_imports(limit=MOST_IMPORTS)
        return render(request, "web/home_empty.html", {"imports": handed_in})
    narrowing = shown_narrowing(request.GET.dict())
    seen = picture(narrowing.part)
    found = concerns(timezone.now())
    first = [figure for name in TILES for figure in seen.figures if figure.measure.name == name]
    tiles = first + [figure for figure in seen.figures if figure not in first]
    base = None if narrowing.part else value_of_the_base()
    points = [] if narrowing.part else understand.pain_points()
    answer = {
        "first": next((point for point in points if point.clear), None),
        "narrowing": narrowing, "computation": computation, "sentence": sentence_of_the_month(seen),
        "base": base, "tiles": tiles[: MOST_TILES - 1 if base else MOST_TILES],
        "changed": [(change, sentence_of(change)) for change in seen.changes if change.verdict != CANNOT_TELL],
        "compared": len(seen.changes), "fixes": show.fixes()[:MOST_FIXES],
        "silent": [each for each in found if each.kind == "silent"],
        "tasks": tasks(seen, found, permissions_of(request.user)),
        "leaving": shown_leaving(narrowing), "drivers_first": first_to_fix(),
        "befell": understand.befell(narrowing.part) if narrowing.part else None,
    }  # fmt: skip
    return render(request, "web/home.html", answer)
