"""Home: how are we doing, what changed, what to do first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission, permissions_of
from regard.ledger import queries as ledger
from regard.understand import queries as understand
from regard.web.figures import figures
from regard.web.home import sentence_of_the_month, tasks
from regard.web.may import may

TILES = ("nps", "csat", "repeat-purchase-rate", "revenue")
MOST_TILES = 4


@may(Permission.MEASURES_READ)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    computation = understand.latest_computation()
    if computation is None:
        return render(request, "web/home_empty.html")
    known = figures()
    first = [figure for name in TILES for figure in known if figure.measure.name == name]
    tiles = (first + [figure for figure in known if figure not in first])[:MOST_TILES]
    answer = {
        "computation": computation, "sentence": sentence_of_the_month(known), "tiles": tiles,
        "changed": [figure for figure in known if figure.change and figure.change.verdict != "cannot tell"],
        "compared": sum(figure.change is not None for figure in known),
        "silent": [rhythm for rhythm in ledger.rhythms(timezone.now()) if rhythm.silent],
        "tasks": tasks(known, permissions_of(request.user)),
    }  # fmt: skip
    return render(request, "web/home.html", answer)
