"""What every page knows: the doors this person may open, the look they chose, the company."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from regard.access.permissions import Permission, permissions_of

APPEARANCES = ("system", "light", "dark")


@dataclass(frozen=True)
class Door:
    """An entry of the rail; `key` is the letter after `g`."""

    view: str
    title: str
    key: str
    permission: Permission


DOORS = (
    Door("home", "Home", "h", Permission.MEASURES_READ),
    Door("customers", "Customers", "c", Permission.CUSTOMERS_READ),
    Door("value", "Value", "w", Permission.MEASURES_READ),
    Door("voice", "Voice", "v", Permission.MEASURES_READ),
    Door("journeys", "Journeys", "j", Permission.MEASURES_READ),
    Door("show", "Show", "p", Permission.MEASURES_READ),
    Door("focus", "Index", "x", Permission.MEASURES_READ),
    Door("measures", "Measures", "m", Permission.MEASURES_READ),
    Door("imports", "Imports", "i", Permission.IMPORTS_READ),
    Door("review", "Review", "r", Permission.CUSTOMERS_MERGE),
    Door("settings", "Settings", "s", Permission.SETTINGS_READ),
)


def face(request: HttpRequest) -> dict[str, object]:
    """The context processor behind base.html."""
    held = permissions_of(request.user) if hasattr(request, "user") else frozenset()
    chosen = request.COOKIES.get("appearance", "system")
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match is not None else ""
    return {
        "company": settings.REGARD_COMPANY,
        "appearance": chosen if chosen in APPEARANCES else "system",
        "doors": _drawn("web/parts/doors.html", held, here),
        "keys": _drawn("web/parts/keys.html", held),
        "here": here,
        "held": {permission.name: True for permission in held},
    }


@lru_cache(maxsize=512)
def _drawn(template: str, held: frozenset[Permission], here: str = "") -> SafeString:
    """What looks the same on every page of one kind for everybody of one role, so that it is drawn once."""
    doors = [door for door in DOORS if door.permission in held]
    return render_to_string(template, {"doors": doors, "here": here})
