"""The API itself: one router a noun, one handler for everything that Regard refuses."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from regard.api import customers, events, imports, measures, merges
from regard.errors import RegardError

api = NinjaAPI(
    title="Regard",
    version="1",
    urls_namespace="api",
    docs_url=None,
    description="Customers, events, measures, imports and merges. Send `Authorization: Bearer <key>`.",
)
for noun, module in (
    ("customers", customers),
    ("events", events),
    ("measures", measures),
    ("imports", imports),
    ("merges", merges),
):
    api.add_router(f"/{noun}", module.router, tags=[noun])


@api.exception_handler(RegardError)
def refuse(request: HttpRequest, error: RegardError) -> HttpResponse:
    answer = {"code": error.code, "message": error.message, "hint": error.hint}
    response = api.create_response(request, answer, status=error.http_status)
    if error.http_status == 503:
        response["Retry-After"] = "5"
    return response


@api.exception_handler(ValidationError)
def refuse_values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = "; ".join(
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors
    )
    return api.create_response(request, {"code": "bad_input", "message": wrong, "hint": ""}, status=400)


@api.exception_handler(AuthenticationError)
def refuse_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = {
        "code": "no_key",
        "message": "No valid API key came with the request.",
        "hint": "Send `Authorization: Bearer <key>`; keys are made under Settings.",
    }
    return api.create_response(request, answer, status=401)
