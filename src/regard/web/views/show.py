"""Show: what was changed, and did it work? A fix is written down before it starts."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission
from regard.errors import RegardError
from regard.show import actions
from regard.show import queries as show
from regard.show.watching import OUTCOMES
from regard.understand import queries as understand
from regard.understand.doors import queries as doors
from regard.understand.leaving.lines import LEVELS
from regard.understand.leaving.watched import ALL, REASON
from regard.understand.measures import MEASURES
from regard.understand.slices import EVERYTHING
from regard.web.csv_export import csv_answer
from regard.web.fix_charts import chart_of_proof
from regard.web.may import StaffRequest, may

MOST_REASONS = 12  # of each kind to choose from
NO_TRAITS = ("source", "channel")  # ways in, not what customers are
COLUMNS = ("period", "changed", "changed_n", "others", "others_n", "expected")


class FixForm(forms.Form):
    """What is changed, where and from when."""

    title = forms.CharField(label="What is changed", max_length=200, help_text="As colleagues call it.")
    about = forms.ChoiceField(label="What it is to help against, or to raise")
    where = forms.MultipleChoiceField(
        label="For whom", required=False,
        help_text="Groups of one attribute. The others are compared with. None: everybody, a weaker verdict.",
    )  # fmt: skip
    since = forms.DateField(
        label="First day", widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Best before it starts. Registered later, readers are told so.",
    )  # fmt: skip
    smallest = forms.FloatField(
        label="Smallest effect worth having", required=False, min_value=0.0001,
        help_text="In points of a hundred for shares. Empty: a quarter of what it is now.",
    )  # fmt: skip
    days = forms.IntegerField(
        label="Days until a case has shown how it went", min_value=0, max_value=365, initial=actions.WINDOW
    )
    owner = forms.CharField(label="Who sees to it", max_length=200, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        points = [(point.key, point.title) for point in understand.pain_points()]
        measures = [(name, MEASURES[name].title) for name in OUTCOMES]
        left = doors.leaving(EVERYTHING)
        reasons = [
            (f"{REASON}:{row['name']}", row["name"])
            for level in (LEVELS if left else ()) for row in left[level]["rows"][:MOST_REASONS]
        ]  # fmt: skip
        if left:
            measures.append((ALL, MEASURES[ALL].title))
        groups = [
            (name, [(f"{name}={each['group']}", each["group"]) for each in each_of])
            for name, each_of in doors.segments().items()
            if name not in NO_TRAITS
        ]
        cast(forms.ChoiceField, self.fields["about"]).choices = [
            ("What to fix", points),
            *([("Why they left", list(dict(reasons).items()))] if reasons else []),
            ("Measures", measures),
        ]
        cast(forms.MultipleChoiceField, self.fields["where"]).choices = groups

    def clean_where(self) -> tuple[str, list[str]]:
        """The attribute and its chosen groups."""
        said = [each.partition("=") for each in self.cleaned_data["where"]]
        names = {name for name, _, _ in said}
        if len(names) > 1:
            raise forms.ValidationError("Choose groups of one attribute only.")
        return (names.pop() if names else "", [group for _, _, group in said])


@may(Permission.MEASURES_READ)
@require_safe
def show_fixes(request: HttpRequest) -> HttpResponse:
    """Every registered fix with its verdict."""
    return render(request, "web/show.html", {"fixes": show.fixes()})


@may(Permission.MEASURES_READ)
@require_safe
def one_fix(request: HttpRequest, number: int) -> HttpResponse:
    """One fix: what was promised, what came, and what that rests on."""
    fix = show.fix_numbered(number)
    proof = getattr(fix, "proof", None)
    chart = chart_of_proof(fix, proof) if proof and proof.series else None
    answer = {
        "fix": fix, "proof": proof, "chart": chart, "measured": show.how_measured(fix.about),
        "each_month": show.is_of_contracts(fix.about),
    }  # fmt: skip
    return render(request, "web/show_fix.html", answer)


@may(Permission.EXPORT)
@require_safe
def proof_csv(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """The series that the verdict rests on."""
    fix = show.fix_numbered(number)
    proof = getattr(fix, "proof", None)
    rows = ([row.get(name) for name in COLUMNS] for row in (proof.series if proof else []))
    return csv_answer(f"fix-{fix.pk}.csv", COLUMNS, rows)


@may(Permission.FIXES_WRITE)
@require_safe
def new_fix(request: HttpRequest) -> HttpResponse:
    """The form, with what it is about filled in where the address says so."""
    started = {"about": request.GET.get("about", ""), "since": timezone.localdate().isoformat()}
    return render(request, "web/show_new.html", {"form": FixForm(initial=started)})


@may(Permission.FIXES_WRITE)
@require_POST
def register_fix(request: HttpRequest) -> HttpResponse:
    form = FixForm(request.POST)
    if form.is_valid():
        try:
            fix = _register(form.cleaned_data, cast(StaffRequest, request).user.username)
        except RegardError as error:
            form.add_error(None, f"{error}")
        else:
            messages.success(
                request, f"Written down. There can be a verdict from {fix.judged_from:%d %B %Y}."
            )
            return redirect("show-fix", fix.pk)
    return render(request, "web/show_new.html", {"form": form}, status=422)


@may(Permission.FIXES_WRITE)
@require_POST
def withdraw_fix(request: HttpRequest, number: int) -> HttpResponse:
    fix = actions.withdraw_fix(number, actor=cast(StaffRequest, request).user.username)
    messages.success(request, f"“{fix.title}” is withdrawn; it stays in the books.")
    return redirect("show")


def _register(said: dict[str, Any], actor: str) -> show.Fix:
    dimension, groups = said["where"]
    since: date = said["since"]
    smallest = said["smallest"]
    if smallest and (said["about"] not in MEASURES or MEASURES[said["about"]].unit in ("share", "points")):
        smallest /= 100
    return actions.register_fix(
        said["title"], about=said["about"], since=since, dimension=dimension, groups=groups,
        smallest_effect=smallest, window_days=said["days"], owner=said["owner"], actor=actor,
    )  # fmt: skip
