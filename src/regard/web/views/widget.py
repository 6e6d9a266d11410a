"""What pages of other sites ask for: the script, and a survey question by question. A GET records nothing."""

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from importlib.resources import files
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from regard.errors import AccessError, InputError, RegardError
from regard.listen.surveys import actions, queries
from regard.listen.surveys.languages import accepted, fitting
from regard.listen.surveys.models import Response, Survey, Version
from regard.listen.surveys.questions import read_definition
from regard.listen.surveys.values import MissingAnswerError, checked_value
from regard.listen.tracking.queries import is_origin_of_any_key
from regard.web.may import anyone
from regard.web.public_limits import TooLargeError, refuse_floods, refuse_large
from regard.web.survey_phrases import phrases, spoken
from regard.web.survey_screen import DONE, Screen, Sheet, next_after, screen_of

A_HOUR = 3600
View = Callable[[HttpRequest, str], JsonResponse]


class Given(msgspec.Struct, frozen=True):
    """What a page sends: an answer to `q`, or the wish to go back to `at`."""

    q: str = ""
    value: Any = None
    at: str = ""
    key: str = ""
    lang: str = ""


@anyone
@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """`regard.js`, for every site; looked for again after an hour."""
    text, tag = _script()
    fresh = request.headers.get("If-None-Match") == tag
    answer = HttpResponseNotModified() if fresh else HttpResponse(text, "text/javascript; charset=utf-8")
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = f"public, max-age={A_HOUR}"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@cache
def _script() -> tuple[bytes, str]:
    text = files("regard.web").joinpath("static", "public", "regard.js").read_bytes()
    return text, f'"{hashlib.sha256(text).hexdigest()[:20]}"'


def elsewhere(view: View) -> Callable[..., HttpResponseBase]:
    """For pages of the origins that a write key names, and our own. Without cookies, so no CSRF token is needed."""

    @anyone
    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, slug: str) -> HttpResponse:
        origin = request.headers.get("Origin", "")
        allowed = (
            not origin or origin == f"{request.scheme}://{request.get_host()}" or is_origin_of_any_key(origin)
        )
        try:
            if not allowed:
                raise AccessError(
                    "Pages of this origin may not ask.", hint="Add it to a key under Settings, Tracking."
                )
            refuse_large(request)
            refuse_floods(request, f"widget {slug}", shared=True)
            answer = view(request, slug)
        except RegardError as error:
            said = phrases(_language_of(request, error))
            message = said.get(error.code, error.message)
            answer = JsonResponse({"code": error.code, "message": message}, status=error.http_status)
        if origin and allowed:
            answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Vary"] = "Origin"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return guarded


@elsewhere
def widget(request: HttpRequest, slug: str) -> JsonResponse:
    """The first question, or the one after an answer."""
    if request.method != "POST":
        survey = actions.access_open_survey(slug, key="", at=timezone.now())
        version = actions.newest_version(survey)
        sheet = _sheet(request, version, request.GET.get("lang", ""))
        return JsonResponse(_said(survey, sheet, "", "", {}))
    given = _read(request)
    survey = actions.access_open_survey(slug, key=given.key, at=timezone.now())
    response = queries.response_by_key(survey, given.key)
    version = response.version if response else actions.newest_version(survey)
    sheet = _sheet(request, version, given.lang)
    if given.at:
        return JsonResponse(_said(survey, sheet, given.key, given.at, queries.answers_of(response)))
    return _take(survey, sheet, given, response)


def _take(survey: Survey, sheet: Sheet, given: Given, response: Response | None) -> JsonResponse:
    """Keep an answer and go on to the next question; nothing said skips a question that need not be answered."""
    question = sheet.definition.question(given.q)
    if question is None:
        raise InputError("The survey does not ask this.")
    known, key = queries.answers_of(response), given.key if response else ""
    value = checked_value(question, given.value)
    if value is None and question.required:
        raise MissingAnswerError("Please answer this question.")
    if value is not None or question.key in known:
        kept, key = actions.answer_openly(
            survey.slug, {question.key: value}, key=key, channel="web", language=sheet.language, at=timezone.now()
        )  # fmt: skip
        known = queries.answers_of(kept)
    return JsonResponse(_said(survey, sheet, key, next_after(sheet.definition, question.key, known), known))


def _language_of(request: HttpRequest, error: RegardError) -> str:
    """In which language to refuse: the page's, as a body that may be read says it, else the browser's."""
    if request.method == "POST" and not isinstance(error, TooLargeError):
        try:
            return spoken(request, _read(request).lang)
        except InputError:
            pass  # what cannot be read wishes for no language
    return spoken(request)


def _read(request: HttpRequest) -> Given:
    try:
        given = msgspec.json.decode(request.body, type=Given)
    except msgspec.MsgspecError as error:
        raise InputError("The answer cannot be read.") from error
    if max(len(given.q), len(given.at), len(given.key), len(given.lang)) > 60:
        raise InputError("The answer cannot be read.")
    return given


def _sheet(request: HttpRequest, version: Version, wish: str) -> Sheet:
    definition = read_definition(version.definition)
    wishes = [wish, *accepted(request.headers.get("Accept-Language", ""))]
    return Sheet(definition, fitting(definition.languages, wishes), {})


def _said(survey: Survey, sheet: Sheet, key: str, at: str, known: dict[str, Any]) -> dict[str, Any]:
    """A screen as the script draws it, or the thanks."""
    frame = {name: part for name, part in sheet.frame.items() if name != "languages"}
    screen = None if at == DONE else _plain(screen_of(sheet, at, known))
    intro = sheet.say(sheet.definition.intro)
    return {**frame, "key": key, "screen": screen, "intro": intro, "anonymous": survey.anonymous}


def _plain(screen: Screen) -> dict[str, Any]:
    question = screen.question
    return {
        "q": question.key, "kind": screen.kind, "text": screen.text, "hint": screen.hint, "required": question.required,
        "many": getattr(question, "many", False), "ends": screen.ends, "words": screen.words, "place": screen.place,
        "back": screen.back, "steps": msgspec.to_builtins(screen.steps), "rows": msgspec.to_builtins(screen.rows),
    }  # fmt: skip
