"""The pages on which customers answer: by their own link, by an open link, at a kiosk. Looking records nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regard.errors import RegardError
from regard.listen.surveys import actions, queries
from regard.listen.surveys.languages import accepted, fitting
from regard.listen.surveys.models import Response, Survey, Version
from regard.listen.surveys.questions import AnyQuestion, read_definition
from regard.listen.surveys.values import AnswerError, MissingAnswerError, checked_value
from regard.web.may import anyone
from regard.web.public_limits import refuse_floods, refuse_large
from regard.web.survey_phrases import phrases, sorry_page, spoken
from regard.web.survey_screen import DONE, Sheet, next_after, raw_answer, screen_of

KIOSK_THANKS, KIOSK_IDLE = 8, 90  # seconds until the kiosk begins again
Keep = Callable[[dict[str, Any]], tuple[Response, str]]
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Visit:
    """Somebody who answers: with what, what they said so far and where their form goes."""

    survey: Survey
    sheet: Sheet
    answers: Mapping[str, Any]
    address: str
    keep: Keep
    key: str = ""  # of an open response; the browser carries it
    kiosk: bool = False

    def link(self, at: str, **more: str) -> str:
        """The address of one of its screens."""
        known = {"at": at, "lang": self.sheet.language, "r": self.key, **more}
        return f"{self.address}?{urlencode({name: value for name, value in known.items() if value})}"


def public(view: View) -> Callable[..., HttpResponseBase]:
    """A page for customers: limited, never cached, its refusals in their language.

    It needs no CSRF token: nobody is signed in, and what it takes is the answer of whoever holds the link.
    """

    @anyone
    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, link: str) -> HttpResponse:
        try:
            refuse_large(request)
            refuse_floods(request, link, shared="." not in link)  # a name, which all visitors have alike
            answer = view(request, link)
        except RegardError as error:
            known = queries.language_of_link(link) if "." in link else ""
            answer = sorry_page(request, error, spoken(request, known))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    return guarded


@public
def personal(request: HttpRequest, link: str) -> HttpResponse:
    """The page behind a personal link."""
    invitation = actions.access_invitation(link, at=timezone.now())
    if invitation.survey.anonymous:
        actions.refuse_when_used(invitation)
    sheet = _sheet(request, invitation.version, invitation.language, invitation.facts)
    so_far = queries.answers_of(queries.response_of_invitation(invitation))

    def keep(raw: dict[str, Any]) -> tuple[Response, str]:
        return actions.answer(link, raw, language=sheet.language, at=timezone.now())

    return _serve(request, Visit(invitation.survey, sheet, so_far, reverse("answer", args=[link]), keep))


@public
def by_open_link(request: HttpRequest, link: str) -> HttpResponse:
    """The page that whoever knows its address may answer."""
    return _serve(request, _open_visit(request, link, "survey"))


@public
def at_kiosk(request: HttpRequest, link: str) -> HttpResponse:
    """The same for a screen in a shop: big, one visitor after another, nothing of the one before."""
    visit = replace(_open_visit(request, link, "kiosk"), kiosk=True)
    answer = _serve(request, visit)
    if request.method != "POST" and visit.key:
        wait = KIOSK_THANKS if request.GET.get("at") == DONE else KIOSK_IDLE
        answer.headers["Refresh"] = f"{wait}; url={reverse('kiosk', args=[link])}"
    return answer


def _open_visit(request: HttpRequest, slug: str, where: str) -> Visit:
    key = (request.POST if request.method == "POST" else request.GET).get("r", "")[:40]
    survey = actions.access_open_survey(slug, key=key, at=timezone.now())
    response = queries.response_by_key(survey, key)
    version = response.version if response else actions.newest_version(survey)
    sheet = _sheet(request, version, response.language if response else "", {})

    def keep(raw: dict[str, Any]) -> tuple[Response, str]:
        channel = "kiosk" if where == "kiosk" else "web"
        return actions.answer_openly(
            slug,
            raw,
            key=key if response else "",
            channel=channel,
            language=sheet.language,
            at=timezone.now(),
        )

    found = queries.answers_of(response)
    return Visit(survey, sheet, found, reverse(where, args=[slug]), keep, key if response else "")


def _sheet(request: HttpRequest, version: Version, stored: str, facts: Mapping[str, str]) -> Sheet:
    """The survey in the language asked for, else the one they are known by, else their browser's."""
    definition = read_definition(version.definition)
    asked = (request.POST if request.method == "POST" else request.GET).get("lang", "")
    wishes = [asked, stored, *accepted(request.headers.get("Accept-Language", ""))]
    return Sheet(definition, fitting(definition.languages, wishes), facts)


def _serve(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        return _take(request, visit)
    at = request.GET.get("at", "")
    if at == DONE and visit.answers:
        return _render(request, visit, "web/survey/thanks.html", {})
    return _show(request, visit, at or request.GET.get("q", ""), request.GET)


def _show(
    request: HttpRequest, visit: Visit, key: str, form: QueryDict, problem: str = "", status: int = 200
) -> HttpResponse:
    """A question; what the address (of a link in a mail) or a refused form says is chosen, not stored."""
    pending = None
    question = visit.sheet.definition.question(key)
    if question is not None and form.get("q") == key:
        pending = _readable(question, form)
    # at the kiosk nobody sees what the one before them said
    known = {} if visit.kiosk and not visit.key else visit.answers
    answer = {"screen": screen_of(visit.sheet, key, known, pending), "problem": problem}
    return _render(request, visit, "web/survey/question.html", answer, status)


def _readable(question: AnyQuestion, form: QueryDict) -> Any:
    try:
        return checked_value(question, raw_answer(question, form))
    except AnswerError:
        return None


def _take(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Keep the answer to one question and go on to the next."""
    form = request.POST
    definition = visit.sheet.definition
    question = definition.question(form.get("q", ""))
    if question is None:
        return redirect(visit.link(""))
    if "skip" in form and not question.required:
        return redirect(visit.link(next_after(definition, question.key, visit.answers)))
    try:
        value = checked_value(question, raw_answer(question, form))
        if value is None and question.required:
            raise MissingAnswerError("Please answer this question.")
        if value is None and question.key not in visit.answers:
            return redirect(visit.link(next_after(definition, question.key, visit.answers)))
        response, key = visit.keep({question.key: value})
    except AnswerError as error:
        problem = phrases(visit.sheet.language).get(error.code, error.message)
        return _show(request, visit, question.key, form, problem, error.http_status)
    onward = replace(visit, key=key)
    if key and not visit.key and visit.address.startswith("/s/"):
        # an anonymous answer goes on without the link that it came by
        onward = replace(onward, address=reverse("survey", args=[visit.survey.slug]))
    return redirect(onward.link(next_after(definition, question.key, queries.answers_of(response))))


def _render(
    request: HttpRequest, visit: Visit, template: str, answer: dict[str, Any], status: int = 200
) -> HttpResponse:
    screen = answer.get("screen")
    at = screen.question.key if screen else DONE
    known = {
        **visit.sheet.frame, **answer, "visit": visit, "intro": visit.sheet.say(visit.sheet.definition.intro),
        "switch": [(each, name, way, visit.link(at, lang=each)) for each, name, way in visit.sheet.frame["languages"]],
        "back_link": visit.link(screen.back) if screen and screen.back else "", "first_link": visit.link(""),
        "fresh_link": visit.address,
    }  # fmt: skip
    return render(request, template, known, status=status)
