"""What Home and Value show of customers under contract who left, and of who may be next."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from regard.access.permissions import Permission, permissions_of
from regard.understand.doors import queries as doors
from regard.understand.leaving.lines import LEVELS
from regard.web.slicing import Narrowing
from regard.web.views.people import named

MOST_SHOWN = 10


def shown_leaving(narrowing: Narrowing) -> dict[str, Any]:
    """The reasons with a link to the people behind each, the scale of their bars, and which level is the coarse one."""
    found = doors.leaving(narrowing.part)
    if not found:
        return {}
    people = reverse("people")
    levels = {
        level: [{**row, "address": narrowing.link(people, of="left", **{level: row["name"]})}
                for row in found[level]["rows"]]
        for level in LEVELS
    }  # fmt: skip
    coarse = next((level for level in LEVELS if levels[level]), LEVELS[0])
    return {
        **found, **levels, "coarse": levels[coarse], "said": found[coarse]["said"], "unsaid": found[coarse]["unsaid"],
        "detailed": levels["reason"] if coarse != "reason" else [],
        "all": found["left"] + found["there"], "share": found["left"] / (found["left"] + found["there"]),
        "ceiling": max((row["lost_high"] or 0.0 for row in levels[coarse]), default=1.0),
        "address": narrowing.link(people, of="left"), "csv": f"{reverse('leaving-csv')}{narrowing.own}",
    }  # fmt: skip


def likely_next(request: HttpRequest, narrowing: Narrowing) -> dict[str, Any]:
    """What the model of leavers is worth, and whom to ask first; nothing where a page is narrowed."""
    kept = doors.likely_leavers()
    if narrowing.part or not kept:
        return {}
    may_see = Permission.CUSTOMERS_READ in permissions_of(request.user)
    people = named(kept["model"].get("likely", [])[:MOST_SHOWN]) if may_see else []
    return {**kept["model"], "how": kept["how"], "leaks": kept["leaks"], "people": people}
