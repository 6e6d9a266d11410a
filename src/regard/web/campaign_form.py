"""The form in which a campaign is planned, and what it says as a plan."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from regard.know.models import Identity
from regard.listen.campaigns.following import TRIGGERS, UNDOING
from regard.listen.campaigns.models import Campaign
from regard.listen.surveys.questions import Definition

Kind = Campaign.Kind
SEGMENT = ("source", "channel", "orders", "promises", "seen_days", "trait", "value")
LETTER_HELP = "Empty: as the survey says it. A fact stands in braces: {given_name|there}."


class PlanForm(forms.Form):
    """Whom, when and how; fields that a kind of campaign has no use for are taken out."""

    name = forms.CharField(max_length=120, required=False, help_text="For you; customers do not see it.")
    source = forms.ChoiceField(
        required=False, label="Known from", help_text="For employees: the list of them."
    )
    channel = forms.CharField(max_length=40, required=False, label="Who use the channel")
    orders = forms.ChoiceField(
        required=False,
        choices=[("", "any"), ("none", "none"), ("one", "one"), ("several", "two or more")],
    )
    promises = forms.ChoiceField(
        required=False,
        choices=[("", "any"), ("overdue", "overdue"), ("broken", "broken or overdue")],
    )
    seen_days = forms.IntegerField(
        required=False, min_value=1, max_value=3660, label="Seen within so many days"
    )
    trait = forms.CharField(max_length=200, required=False, label="An attribute, such as region")
    value = forms.CharField(max_length=200, required=False, label="and its value")
    percent = forms.FloatField(
        required=False, min_value=0.01, max_value=100, label="Of them, so many in a hundred",
        help_text="Drawn by lot, with the same chance for everybody who may be asked. Empty: everybody.",
    )  # fmt: skip
    count = forms.IntegerField(required=False, min_value=1, max_value=10_000_000, label="or so many people")
    every = forms.ChoiceField(choices=[("week", "week"), ("month", "month")])
    first_at = forms.DateTimeField(
        required=False, label="First time", help_text="Empty: as soon as it is started.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    trigger = forms.ChoiceField(choices=list(TRIGGERS.items()), label="After")
    delay_days = forms.FloatField(min_value=0, max_value=366, initial=3, label="How many days after")
    unless = forms.MultipleChoiceField(
        required=False, choices=list(UNDOING.items()), widget=forms.CheckboxSelectMultiple,
        label="But not when meanwhile",
    )  # fmt: skip
    patience_days = forms.IntegerField(
        min_value=1, max_value=90, initial=7, label="At most so many days late",
        help_text="Who may not be asked yet is asked later, but not later than this.",
    )  # fmt: skip
    remind_after_days = forms.IntegerField(
        min_value=0, max_value=60, initial=7, label="Remind once after so many days",
        help_text="Only who did not answer, and only if they may be written to again. 0: never.",
    )  # fmt: skip

    NEEDLESS = {
        Kind.ONCE: ("every", "first_at", "trigger", "delay_days", "unless"),
        Kind.SCHEDULE: ("trigger", "delay_days", "unless"),
        Kind.EVENT: (*SEGMENT, "percent", "count", "every", "first_at"),
    }

    def __init__(self, data: QueryDict | None = None, *, kind: str, definition: Definition) -> None:
        super().__init__(data)
        self.kind, self.languages = Kind(kind), definition.languages
        sources = Identity.objects.values_list("source", flat=True).distinct().order_by("source")
        self.fields["source"].choices = [("", "any source"), *((each, each) for each in sources)]  # type: ignore[attr-defined]
        for name in self.NEEDLESS[self.kind]:
            del self.fields[name]
        for language in self.languages:
            self.fields[f"subject-{language}"] = forms.CharField(
                max_length=150, required=False, label=f"Subject ({language})", help_text=LETTER_HELP
            )
            self.fields[f"text-{language}"] = forms.CharField(
                max_length=2000, required=False, label=f"Text before the question ({language})",
                widget=forms.Textarea(attrs={"rows": 3}),
            )  # fmt: skip

    def plan(self) -> dict[str, Any]:
        """What to hand to `plan_campaign`."""
        said = self.cleaned_data
        letter = {
            part: {each: said[f"{part}-{each}"] for each in self.languages if said[f"{part}-{each}"].strip()}
            for part in ("subject", "text")
        }
        plan = {"name": said["name"], "patience_days": said["patience_days"],
                "remind_after_days": said["remind_after_days"], **letter}  # fmt: skip
        if self.kind == Kind.EVENT:
            hours = round(said["delay_days"] * 24)
            return plan | {"trigger": said["trigger"], "delay_hours": hours, "unless": said["unless"]}
        plan["segment"] = {name: said[name] for name in SEGMENT if said[name]}
        plan["share"] = said["percent"] / 100 if said["percent"] else None
        plan["count"] = said["count"]
        if self.kind == Kind.SCHEDULE:
            plan |= {"every": said["every"], "next_round_at": said["first_at"] or timezone.now()}
        return plan
