"""Every view says who may: `@may(Permission.X)`, `@signed_in` or `@anyone`. A test walks the URLs and asks."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

from regard.access.models import User
from regard.access.permissions import PERMISSION_WORDS, Permission, permissions_of
from regard.errors import AccessError

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request whose user is known to be signed in; for types only."""

    user: User
    htmx: Any


def may(permission: Permission) -> Callable[[View], View]:
    """The view is for those who hold `permission`."""
    return lambda view: _guard(view, permission)


def signed_in(view: View) -> View:
    """The view is for whoever is signed in: their own account."""
    return _guard(view, None)


def anyone(view: View) -> View:
    """The view is for everybody, signed in or not."""

    @wraps(view)
    def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    cast(Any, open_view).who_may = "anyone"
    return open_view


def _guard(view: View, permission: Permission | None) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        if permission is not None and permission not in permissions_of(request.user):
            raise AccessError(
                f"Your role does not let you {PERMISSION_WORDS[permission]}.",
                hint="An administrator can change your role in Settings, Users.",
            )
        return view(request, *args, **kwargs)

    cast(Any, guarded).who_may = permission or "signed in"
    return guarded


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if cast(StaffRequest, request).htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
    target = request.get_full_path() if request.method == "GET" else resolve_url("home")
    return redirect_to_login(target)
