"""The builder: a draft's questions, order, conditions and languages, and how they will look."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from regard.access.permissions import Permission
from regard.errors import InputError
from regard.listen.surveys import actions, queries
from regard.listen.surveys.checking import checked_definition
from regard.listen.surveys.languages import fitting
from regard.listen.surveys.models import Survey
from regard.understand.doors import survey_results
from regard.web.may import StaffRequest, may
from regard.web.survey_cards import KINDS, cards, frame_words
from regard.web.survey_draft import changed_draft
from regard.web.survey_screen import Sheet, screen_of


@may(Permission.SURVEYS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def build(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft as a form. Answers go on being taken by the published version until the draft is published."""
    survey = queries.survey(slug)
    problem: InputError | None = None
    draft = survey.draft
    if request.method == "POST":
        try:
            draft = changed_draft(survey.draft, request.POST)
            actions.save_draft(survey.pk, draft, actor=cast(StaffRequest, request).user.username)
        except InputError as error:
            problem = error
        else:
            looks = {name: request.POST[name] for name in ("show", "show_language") if name in request.POST}
            return redirect(f"{reverse('survey-build', args=[slug])}?{urlencode({'kept': '', **looks})}")
    asked = request.POST if problem else request.GET
    answer = {
        "survey": survey, "cards": cards(draft), "frame": frame_words(draft),
        "spoken": ", ".join(draft["languages"]), "kinds": KINDS.items(), "problem": problem,
        "warnings": survey_results.warnings(survey), "kept": "kept" in request.GET,
        **_previewed(survey, survey.draft if problem else draft, asked.get("show", ""), asked.get("show_language", "")),
    }  # fmt: skip
    return render(request, "web/survey_builder.html", answer, status=400 if problem else 200)


@may(Permission.SURVEYS_WRITE)
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """How the form as it stands would look; nothing is kept."""
    survey = queries.survey(slug)
    draft = changed_draft(survey.draft, request.POST)
    form = request.POST
    answer = _previewed(survey, draft, form.get("show", ""), form.get("show_language", ""))
    return render(request, "web/parts/survey_preview.html", answer)


def _previewed(survey: Survey, draft: dict[str, Any], key: str, language: str) -> dict[str, Any]:
    definition = checked_definition(draft, anonymous=survey.anonymous)
    sheet = Sheet(definition, fitting(definition.languages, [language]), {})
    alone = next((each for each in definition.questions if each.key == key), definition.questions[0])
    # shown by itself, whatever it depends on
    kept = [_unbound(each) for each in draft["questions"] if each["key"] == alone.key]
    only = checked_definition({**draft, "questions": kept}, anonymous=survey.anonymous)
    screen = screen_of(Sheet(only, sheet.language, {}), alone.key, {})
    return {**sheet.frame, "screen": screen, "codes": definition.languages, "shown": alone.key}


def _unbound(question: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in question.items() if key not in ("show_if", "about", "by_score")}
