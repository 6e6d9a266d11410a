"""One theme of what customers write: the texts, their writers, and what people change about it."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission, permissions_of
from regard.errors import InputError
from regard.understand import actions
from regard.understand import queries as understand
from regard.understand.themes.finding import told_themes
from regard.understand.themes.lines import theme_named, words_about
from regard.web.csv_export import csv_answer
from regard.web.may import StaffRequest, may
from regard.web.slicing import read_narrowing, shown_narrowing
from regard.web.views.people import named

MOST_SHOWN, MOST_ROWS = 12, 20_000
COLUMNS = ("occurred_at", "customer_id", "name", "channel", "instrument", "score", "text")
SAID = {
    "rename": "The name stays, also in later computations.",
    "join": "They are one theme now. What it costs is found at the next computation.",
    "hide": "Hidden. Voice lists it under hidden themes.",
    "show": "Shown again.",
}


@may(Permission.MEASURES_READ)
@require_safe
def theme(request: HttpRequest, number: int) -> HttpResponse:
    """The theme; texts and writers only for those who may see customers."""
    return _page(request, number)


def _page(request: HttpRequest, number: int, *, refused: dict[str, str] | None = None) -> HttpResponse:
    """The page; `refused` says beside the form of each kind of change why it was not made."""
    found, narrowing = theme_named(number), shown_narrowing(request.GET.dict())
    held = permissions_of(request.user)
    words = []
    if {Permission.CUSTOMERS_READ, Permission.EVENTS_READ} <= held:
        words = named(words_about(found, narrowing.part, limit=MOST_SHOWN))
    answer = {
        "theme": found, "narrowing": narrowing, "words": words, "most": MOST_SHOWN,
        "people": narrowing.link(reverse("people"), of="theme", number=found.number),
        "csv": f"{reverse('theme-csv', args=[found.number])}{narrowing.own}",
        "points": [point for point in understand.pain_points() if point.key == f"theme:{found.number}"],
        "others": [each for each in told_themes() if each.number != found.number],
        "refused": refused, "name": request.POST.get("name", found.name),
    }  # fmt: skip
    return render(request, "web/theme.html", answer, status=400 if refused else 200)


@may(Permission.EXPORT)
@require_safe
def texts_csv(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """The newest texts about it, twenty thousand at most."""
    found, part = theme_named(number), read_narrowing(request.GET.dict()).part
    rows = named(words_about(found, part, limit=MOST_ROWS))
    return csv_answer(
        f"theme-{found.number}.csv", COLUMNS, ([row[column] for column in COLUMNS] for row in rows)
    )


@may(Permission.THEMES_EDIT)
@require_POST
def change_theme(request: HttpRequest, number: int) -> HttpResponse:
    """Rename, join, hide or show again."""
    said = request.POST.get("change", "")
    if said not in SAID:
        raise InputError("Say rename, join, hide or show.")
    try:
        _change(said, number, request.POST.dict(), cast(StaffRequest, request).user.username)
    except InputError as error:
        return _page(request, number, refused={said: error.message})
    messages.success(request, SAID[said])
    return redirect("theme", number) if said in ("rename", "join") else redirect("voice")


def _change(said: str, number: int, form: dict[str, str], actor: str) -> None:
    match said:
        case "rename":
            actions.rename_theme(number, form.get("name", ""), actor=actor)
        case "join":
            other = form.get("other", "")
            if not other.isascii() or not other.isdecimal():
                raise InputError("Choose the theme to join.")
            actions.join_themes(number, int(other[:9]), actor=actor)
        case "hide":
            actions.hide_theme(number, actor=actor)
        case "show":
            actions.show_theme(number, actor=actor)
