"""What every page knows: the doors this person may open, the look they chose, the company."""

from django.conf import settings
from django.http import HttpRequest

from regard.access.permissions import permissions_of
from regard.web.doors import open_doors

APPEARANCES = ("system", "light", "dark")


def face(request: HttpRequest) -> dict[str, object]:
    """The context processor behind base.html."""
    held = permissions_of(request.user) if hasattr(request, "user") else frozenset()
    chosen = request.COOKIES.get("appearance", "system")
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match is not None else ""
    return {
        "company": settings.REGARD_COMPANY,
        "appearance": chosen if chosen in APPEARANCES else "system",
        "doors": open_doors(held, here=here),
        "here": here,
        "held": {permission.name: True for permission in held},
    }
