"""No body larger than its page takes is read: Django would write it to the disk whole, whoever sent it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from regard.web.errors import error_page

ENVELOPE = 1024 * 1024  # what a form has besides its file


class BodyLimitMiddleware:
    """Refuses by the length that is said, before the check of the form's token reads the form.

    Whoever is not signed in has no file to hand in. Addresses without that check (the API, the pages on which
    customers answer) have limits of their own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _named: Any
    ) -> HttpResponse | None:
        if getattr(view, "csrf_exempt", False):
            return None
        length = request.META.get("CONTENT_LENGTH") or "0"
        forms = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        most = settings.REGARD_UPLOAD_LIMIT + ENVELOPE if request.user.is_authenticated else forms
        if length.isdecimal() and int(length) <= most:
            return None
        return error_page(request, 413, f"That is larger than {most // 1024**2:,} MB.",
                          "Import large files on the command line: regard import FILE.")  # fmt: skip
