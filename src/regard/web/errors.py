"""The one handler for the pages: every RegardError becomes a page (or a note, for htmx) in plain words."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render

from regard.errors import RegardError, TooOftenError
from regard.web.may import StaffRequest, anyone


class ErrorsMiddleware:
    """Turns a RegardError that a view raised, and a refused method, into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if isinstance(answer, HttpResponseNotAllowed) and not answer.content:
            page = error_page(request, 405, "This address only takes what a form sends.",
                              "Go back to the page with the form.")  # fmt: skip
            page["Allow"] = answer["Allow"]
            return page
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RegardError):
            return None
        page = error_page(request, error.http_status, error.message, error.hint)
        if isinstance(error, TooOftenError):
            page["Retry-After"] = str(error.retry_after)
        return page


def error_page(request: HttpRequest, status: int, message: str, hint: str) -> HttpResponse:
    """What happened and what to do next, as whoever asked can read it."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"message": message, "hint": hint}, status=status)
    template = (
        "web/parts/problem.html" if getattr(cast(StaffRequest, request), "htmx", False) else "web/error.html"
    )
    return render(request, template, {"status": status, "message": message, "hint": hint}, status=status)


@anyone
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404, "There is no such page.", "Check the address, or start again from Home.")


@anyone
def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403, "You may not see this page.", "An administrator can change your role.")


@anyone
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400, "That request cannot be read.", "Go back and try once more.")


@anyone
def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, 403, "This form was open too long, or in another browser. Nothing was changed.",
                      "Go back, reload the page and send it again.")  # fmt: skip


@anyone
def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours; it needs no database and no user."""
    return render(request, "web/broken.html", status=500)
