"""Surveys for the staff: all of them, a new one from a template, one with its answers, and its settings."""

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from regard.access.models import User
from regard.access.permissions import Permission
from regard.errors import InputError
from regard.listen.surveys import actions, queries
from regard.listen.surveys.exporting import COLUMNS, answer_rows
from regard.listen.surveys.models import Survey
from regard.listen.surveys.presets import presets
from regard.listen.surveys.questions import Definition, Ratings, Score
from regard.listen.surveys.voicing import LOW
from regard.understand.doors import survey_groups, survey_results
from regard.understand.doors.survey_results import BREAKDOWNS, Figure
from regard.web.charts import Chart, chart_of_series
from regard.web.csv_export import csv_answer
from regard.web.may import StaffRequest, may

SHOWN_INVITATIONS = 100


class SettingsForm(forms.Form):
    """What is about a survey, not what it asks."""

    name = forms.CharField(max_length=150)
    owner = forms.ModelChoiceField(
        User.objects.none(), required=False, label="Who acts on the answers", empty_label="nobody"
    )
    public = forms.BooleanField(
        required=False, label="Open to whoever has the link or stands at the kiosk",
        help_text="Without it, only people who were invited can answer.",
    )  # fmt: skip
    expected_answers = forms.IntegerField(
        required=False, min_value=1, max_value=10_000_000, label="Answers hoped for a month"
    )
    hoped_change = forms.FloatField(
        required=False,
        min_value=0.1,
        max_value=200,
        label="Change you hope to see",
        help_text="In points of the first score.",
    )
    link_days = forms.IntegerField(min_value=1, max_value=366, label="A personal link lives (days)")

    def __init__(self, data: QueryDict | None = None, *, survey: Survey, definition: Definition) -> None:
        super().__init__(data, initial={name: getattr(survey, name) for name in self.base_fields})
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = User.objects.filter(is_active=True)  # type: ignore[type-arg]
        self.rated = [each for each in definition.questions if isinstance(each, Score | Ratings)]
        for question in self.rated:
            usual = LOW.get(question.instrument)
            self.fields[f"low-{question.key}"] = forms.IntegerField(
                required=False, min_value=question.scale[0], max_value=question.scale[-1],
                initial=survey.low.get(question.key, usual), label=f"Low is at most ({question.key})",
                help_text="Such answers are shown to whoever acts on them. Empty: none is low.",
            )  # fmt: skip

    def changes(self) -> dict[str, Any]:
        """What to hand to `change_survey`."""
        plain = {name: self.cleaned_data[name] for name in self.base_fields}
        return plain | {"low": {each.key: self.cleaned_data[f"low-{each.key}"] for each in self.rated}}


@may(Permission.SURVEYS_READ)
@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    return render(request, "web/surveys.html", {"surveys": queries.surveys(), "presets": presets().values()})


@may(Permission.SURVEYS_WRITE)
@require_POST
def new_survey(request: HttpRequest) -> HttpResponse:
    """A draft of one's own, taken over from a template."""
    user = cast(StaffRequest, request).user
    made = actions.create_survey(
        request.POST.get("template", ""), name=request.POST.get("name", ""), owner=user, actor=user.username
    )
    messages.success(request, "The draft is yours. Look at its questions, then publish it.")
    return redirect("survey-page", made.slug)


@may(Permission.SURVEYS_READ)
@require_safe
def one_survey(request: HttpRequest, slug: str) -> HttpResponse:
    """One survey: what its answers say, who did not answer, its versions and settings."""
    survey = queries.survey(slug)
    return _page(request, survey, None)


@may(Permission.SURVEYS_WRITE)
@require_POST
def change_survey(request: HttpRequest, slug: str) -> HttpResponse:
    survey = queries.survey(slug)
    form = SettingsForm(request.POST, survey=survey, definition=queries.newest_definition(survey))
    if not form.is_valid():
        return _page(request, survey, form)
    actions.change_survey(survey.pk, form.changes(), actor=cast(StaffRequest, request).user.username)
    messages.success(request, "Kept.")
    return redirect("survey-page", slug)


@may(Permission.SURVEYS_WRITE)
@require_POST
def set_state(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish, close or open a survey."""
    survey, actor = queries.survey(slug), cast(StaffRequest, request).user.username
    match request.POST.get("do", ""):
        case "publish":
            version = actions.publish(survey.pk, actor=actor, same_meaning="same_meaning" in request.POST)
            messages.success(request, f"Version {version.number} is published: {version.change}.")
        case "close":
            actions.close_survey(survey.pk, actor=actor)
            messages.success(request, "Closed. What was answered stays.")
        case "open":
            actions.reopen_survey(survey.pk, actor=actor)
            messages.success(request, "Open again.")
        case _:
            raise InputError("Say what to do: publish, close or open.")
    return redirect("survey-page", slug)


@may(Permission.EXPORT)
@require_safe
def answers_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """One row an answer; an anonymous survey gives none before it has enough."""
    survey = queries.survey(slug)
    return csv_answer(f"{survey.slug}-answers.csv", COLUMNS, answer_rows(survey))


@may(Permission.SURVEYS_WRITE)
@require_safe
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """Who was asked personally, each with the button that ends their link."""
    survey, person = queries.survey(slug), request.GET.get("q", "").strip()[:300]
    answer = {
        "survey": survey, "q": person, "shown": SHOWN_INVITATIONS, "now": timezone.now(),
        "invitations": queries.newest_invitations(survey, person=person, limit=SHOWN_INVITATIONS),
    }  # fmt: skip
    return render(request, "web/survey_invitations.html", answer)


@may(Permission.SURVEYS_WRITE)
@require_POST
def revoke_invitation(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """End one personal link."""
    found = queries.invitation(queries.survey(slug), number)
    actions.revoke_invitation(found.pk, actor=cast(StaffRequest, request).user.username)
    messages.success(request, f"The link of {found.person} has ended. What was answered by it stays.")
    return redirect("survey-invitations", slug)


@may(Permission.SURVEYS_READ)
@require_safe
def by_group(request: HttpRequest, slug: str) -> HttpResponse:
    """What is known of customers against what they answered, and who did not."""
    survey = queries.survey(slug)
    dimensions = survey_groups.dimensions(survey)
    by = request.GET.get("by") or (dimensions[0] if dimensions else "")
    found = survey_groups.groups(survey, by) if by else []
    answer = {"survey": survey, "dimensions": dimensions, "by": by, "groups": found,
              "unknown": survey_groups.UNKNOWN}  # fmt: skip
    return render(request, "web/survey_groups.html", answer)


@may(Permission.EXPORT)
@require_safe
def groups_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same as rows; an anonymous survey has none."""
    survey, by = queries.survey(slug), request.GET.get("by", "")
    survey_groups.refuse_unknown(survey, by)
    return csv_answer(f"{survey.slug}-by-group.csv", survey_groups.COLUMNS, survey_groups.rows(survey, by))


def _page(request: HttpRequest, survey: Survey, form: SettingsForm | None) -> HttpResponse:
    by = request.GET.get("by", "")
    found = survey_results.results(survey, by=by if by in BREAKDOWNS else "")
    versions = queries.versions(survey)
    definition = queries.newest_definition(survey)
    answer = {
        "survey": survey, "results": found, "versions": versions, "definition": definition, "by": by,
        "groupable": bool(survey_groups.dimensions(survey)),
        "breaks": survey_results.breaks(versions), "warnings": survey_results.warnings(survey),
        "charts": [(each, _chart(each)) for each in found.figures], "breakdowns": BREAKDOWNS,
        "silent": queries.silent(survey, limit=25), "changes": queries.changes(survey, limit=10),
        "form": form or SettingsForm(survey=survey, definition=definition),
        "unpublished": not versions or versions[0].definition != survey.draft,
        "open_link": request.build_absolute_uri(reverse("survey", args=[survey.slug])),
        "kiosk_link": request.build_absolute_uri(reverse("kiosk", args=[survey.slug])),
        "draft": json.dumps(survey.draft, ensure_ascii=False, indent=1),
    }  # fmt: skip
    return render(request, "web/survey_page.html", answer, status=400 if form else 200)


def _chart(figure: Figure) -> Chart:
    rows = [
        {"group": each.month, "line": str(each.series), "value": each.estimate.value, "low": each.estimate.low,
         "high": each.estimate.high, "n": each.estimate.n}
        for each in figure.lines
    ]  # fmt: skip
    return chart_of_series(f"line-{figure.key}", figure.title, rows, unit=figure.unit)
