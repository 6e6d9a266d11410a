"""How the API says no: one shape for every answer that is no success, and what each error becomes."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from regard.errors import InputError, NotFoundError, RegardError, StoreError, TooOftenError

RETRY_AFTER = "5"  # seconds
ENVELOPE = 1 << 20  # what a multipart body may have besides its file

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponse]


class TooLargeError(InputError):
    code = "too_large"
    http_status = 413


class KeyMissingError(RegardError):
    code = "no_key"
    http_status = 401


class BrokenError(RegardError):
    code = "broken"


NO_KEY = KeyMissingError(
    "No valid API key came with the request.",
    hint="Send `Authorization: Bearer <key>`; keys are made under Settings.",
)


def refusal(error: RegardError) -> JsonResponse:
    """The answer that an error becomes."""
    answer = {"code": error.code, "message": error.message, "hint": error.hint}
    response = JsonResponse(answer, status=error.http_status, headers=when_to_come_back(error))
    if error.http_status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def when_to_come_back(error: RegardError) -> dict[str, str]:
    """The header that tells a client how long to wait, where waiting helps."""
    if isinstance(error, TooOftenError):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": RETRY_AFTER} if error.http_status == 503 else {}


def refuse_large_files(view: View) -> View:
    """Refuse a body beyond REGARD_UPLOAD_LIMIT_MB before it is read."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.REGARD_UPLOAD_LIMIT
        if length.isdigit() and int(length) > limit + ENVELOPE:
            return refusal(
                TooLargeError(
                    f"The file is larger than {limit // 1024**2:,} MB.",
                    hint="Import it on the command line (`regard import FILE`).",
                )
            )
        return view(request, *args, **values)

    return asked


def refuse_everything_in_one_shape(api: NinjaAPI) -> None:
    """Let `api` answer every error with `refusal`."""
    for kind in (
        RegardError, ValidationError, AuthenticationError, HttpError, Http404, SuspiciousOperation,
        MultiPartParserError, OperationalError, InterfaceError, Exception,
    ):  # fmt: skip
        api.add_exception_handler(kind, lambda _, error: refusal(_as_regard_error(error)))


def _as_regard_error(error: Exception | type[Exception]) -> RegardError:
    match error:
        case RegardError():
            return error
        case ValidationError():
            return InputError("; ".join(_sentence(item) for item in error.errors))
        case AuthenticationError():
            return NO_KEY
        case RequestDataTooBig():
            limit = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1024**2
            return TooLargeError(f"The request is larger than {limit} MB.", hint="Send it in parts.")
        case HttpError() | SuspiciousOperation() | MultiPartParserError():
            return InputError(f"The request cannot be read: {error}.")
        case Http404():
            return NotFoundError("There is no such thing.")
        case OperationalError() | InterfaceError():
            logger.warning("the database is away: %s", error)
            return StoreError("The database is busy or away.", hint="Nothing was changed; try again.")
    logger.error("an endpoint broke", exc_info=error if isinstance(error, Exception) else True)
    return BrokenError(
        "Something broke here; it is written down.", hint="Try again, or tell an administrator."
    )


def _sentence(item: dict[str, Any]) -> str:
    """One complaint of the checks: where, and what is wrong; never what was sent."""
    loc = [str(part) for part in item["loc"]]  # kind of parameter, its name, and the way into it
    place = loc[2:] if loc[0] == "body" else loc[1:]
    return f"{'.'.join(place) or 'body'}: {item['msg']}"
