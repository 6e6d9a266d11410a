"""Index: how customer-focused the company is by its records, and by its managers' own account."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission
from regard.analytics import Estimate
from regard.analytics.index.focus_questions import ELEMENTS, FOCUS_QUESTIONS
from regard.analytics.index.self_assessment import MINIMUM_RESPONDENTS
from regard.errors import InputError
from regard.show import actions
from regard.show import queries as show
from regard.show.focus_words import PART_WORDS
from regard.web.charts import Chart, chart_of_series
from regard.web.csv_export import csv_answer
from regard.web.may import StaffRequest, may

COLUMNS = (
    "kind", "group", "name", "title", "weight", "measured", "measured_low", "measured_high", "n",
    "score", "score_low", "score_high", "missing_weight", "evidence", "verdict",
)  # fmt: skip
FEWEST_READINGS = 2


class AssessmentForm(forms.Form):
    """A choice from 1 to 5 for each question; an empty one stays open."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for question in FOCUS_QUESTIONS:
            texts = {1: question.one, 3: question.three, 5: question.five}
            choices = [(str(n), f"{n}: {texts[n]}" if n in texts else str(n)) for n in range(1, 6)]
            self.fields[question.code] = forms.ChoiceField(
                label=question.text, choices=[*choices, ("", "open")], required=False,
                widget=forms.RadioSelect,
            )  # fmt: skip

    def by_element(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The questions under their elements."""
        return [
            (element, [self[one.code] for one in FOCUS_QUESTIONS if one.element == element])
            for element in ELEMENTS
        ]


@may(Permission.MEASURES_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The index with its pillars and parts, its course, and the newest self-assessment."""
    every, quarters = show.readings(), show.quarters()
    reading = every[-1] if every else None
    asked = request.GET.get("quarter", "")
    if asked and asked not in quarters:
        raise InputError(f"Nobody answered in `{asked[:20]}`.", hint="Choose a quarter on the page.")
    answer = {
        "reading": reading,
        "pillars": [_shown(pillar) for pillar in reading.index.pillars] if reading else [],
        "missing": [one for pillar in reading.index.pillars for one in _shown(pillar)["missing"]] if reading else [],
        "chart": _course(every), "quarters": quarters, "quarter": show.quarter_of(timezone.localdate()),
        "own": show.own_answers(cast(StaffRequest, request).user.username, timezone.localdate()),
        "fewest": MINIMUM_RESPONDENTS,
        "assessed": show.self_assessment(asked or quarters[0]) if quarters else None,
    }  # fmt: skip
    return render(request, "web/focus.html", answer)


@may(Permission.INDEX_ASSESS)
@require_safe
def assessment(request: HttpRequest) -> HttpResponse:
    """The questions, with what this person answered this quarter so far."""
    own = show.own_answers(cast(StaffRequest, request).user.username, timezone.localdate())
    return _form(request, AssessmentForm(initial={code: str(answer) for code, answer in own.items()}))


@may(Permission.INDEX_ASSESS)
@require_POST
def assess(request: HttpRequest) -> HttpResponse:
    form = AssessmentForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=400)
    answers = {code: int(said) for code, said in form.cleaned_data.items() if said}
    if not answers:
        form.add_error(None, "Answer at least one question.")
        return _form(request, form, status=400)
    actions.assess(answers, actor=cast(StaffRequest, request).user.username, on=timezone.localdate())
    messages.success(request, "Your answers are kept. You can change them until the quarter ends.")
    return redirect("focus")


@may(Permission.EXPORT)
@require_safe
def index_csv(request: HttpRequest) -> StreamingHttpResponse:
    """One row a part of the newest index, a pillar, the index, and a question of the newest self-assessment."""
    return csv_answer("focus-index.csv", COLUMNS, _rows())


def _form(request: HttpRequest, form: AssessmentForm, *, status: int = 200) -> HttpResponse:
    answer = {"form": form, "quarter": show.quarter_of(timezone.localdate())}
    return render(request, "web/focus_assessment.html", answer, status=status)


def _shown(pillar: Any) -> dict[str, Any]:
    """A pillar with its measured parts and the missing ones, each with its words and share of the pillar's weight."""
    total = sum(one.part.weight for one in pillar.parts)
    rows = [
        {
            "scored": one,
            "words": PART_WORDS[one.part.name],
            "weight": one.part.weight / total,
            "anchors": [
                _anchor(end, PART_WORDS[one.part.name].unit) for end in (one.part.zero, one.part.hundred)
            ],
        }
        for one in pillar.parts
    ]
    return {
        "pillar": pillar,
        "there": [row for row in rows if not row["scored"].missing],
        "missing": [row | {"pillar": pillar.name} for row in rows if row["scored"].missing],
    }


def _anchor(value: float, unit: str) -> str:
    return f"{value * 100:g}".replace("-", "−") + (" %" if unit == "share" else "")


def _course(every: list[show.Reading]) -> Chart | None:
    """The index day by day, in whole points; n is how many parts were measured."""
    rows = [_point(reading) for reading in every]
    known = [row for row in rows if row["value"] is not None]
    if len(known) < FEWEST_READINGS:
        return None
    first, last = known[0], known[-1]
    words = (
        f"Index: {last['value']} of 100 on {last['group']} (95 % sure: {last['low']} to {last['high']}), "
        f"after {first['value']} ({first['low']} to {first['high']}) on {first['group']}."
    )
    return replace(chart_of_series("course", "Index", rows, unit="of 100"), sentence=words, head="Day")


def _point(reading: show.Reading) -> dict[str, Any]:
    index = reading.index
    value, low, high = (None if end is None else round(end) for end in _three(index.score))
    measured = sum(len(pillar.parts) for pillar in index.pillars) - len(index.missing)
    return {"group": str(reading.day), "value": value, "low": low, "high": high, "n": measured,
            "line": ", ".join(index.missing)}  # fmt: skip


def _rows() -> Iterator[tuple[Any, ...]]:
    reading, quarters = show.newest_reading(), show.quarters()
    if reading:
        found = reading.index
        yield (
            "index",
            "",
            "index",
            str(reading.day),
            "",
            *_four(None),
            *_three(found.score),
            found.missing_weight,
            "",
            "",
        )
        for pillar in found.pillars:
            yield (
                "pillar",
                "",
                pillar.name,
                "",
                "",
                *_four(None),
                *_three(pillar.score),
                pillar.missing_weight,
                "",
                "",
            )
            for one in pillar.parts:
                part = one.part
                yield ("part", pillar.name, part.name, part.title, part.weight, *_four(one.measured),
                       *_three(one.score), "", "", "missing" if one.missing else "")  # fmt: skip
    for element in show.self_assessment(quarters[0]).elements if quarters else ():
        for each in element.questions:
            yield ("question", element.element, each.question.code, each.question.text, "", *_four(None)[:3],
                   each.score.n, *_three(each.score), "", each.evidence.value, each.verdict)  # fmt: skip


def _three(one: Estimate) -> tuple[float | None, ...]:
    return one.value, one.low, one.high


def _four(one: Estimate | None) -> tuple[float | None, ...]:
    return (*_three(one), one.n) if one else (None, None, None, None)
