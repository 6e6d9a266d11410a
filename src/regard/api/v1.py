"""The API itself: one router a noun, and its description for whoever may ask anything at all."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router

from regard.api import customers, events, fixes, focus, imports, measures, merges, pain_points
from regard.api.authentication import KeyWith, may_read_description
from regard.api.refusals import NO_KEY, refusal, refuse_everything_in_one_shape
from regard.errors import NotFoundError, TooOftenError


def _for_insiders(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The description is for those who hold any valid key or are signed in."""

    @wraps(view, assigned=())
    def asked(request: HttpRequest, **values: Any) -> HttpResponse:
        try:
            return view(request, **values) if may_read_description(request) else refusal(NO_KEY)
        except TooOftenError as error:  # this view answers outside of the API's own handlers
            return refusal(error)

    return asked


def _name_scopes(router: Router) -> None:
    """Let the description say which scope each operation asks for."""
    for path in router.path_operations.values():
        for operation in path.operations:
            key = operation.auth_param if isinstance(operation.auth_param, KeyWith) else router.auth
            operation.openapi_extra = {**(operation.openapi_extra or {}), "x-scope": str(key.permission)}


api = NinjaAPI(
    title="Regard",
    version="1",
    urls_namespace="api",
    docs_url=None,
    docs_decorator=_for_insiders,
    description="Customers, events, measures, what to fix, imports and merges. Send `Authorization: Bearer <key>`.",
)
refuse_everything_in_one_shape(api)
for noun, module in (
    ("customers", customers),
    ("events", events),
    ("measures", measures),
    ("pain-points", pain_points),
    ("fixes", fixes),
    ("index", focus),
    ("imports", imports),
    ("merges", merges),
):
    _name_scopes(module.router)
    api.add_router(f"/{noun}", module.router, tags=[noun])


def no_such_endpoint(request: HttpRequest) -> HttpResponse:
    """Programs get their 404 in the shape of every refusal."""
    hint = "Version 1 lies under /api/v1/; openapi.json there describes it."
    return refusal(NotFoundError("There is no such endpoint.", hint=hint))
