"""Who may be contacted how often: a customer's agreements, and the rules for all."""

from datetime import timedelta
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission
from regard.know import queries as know
from regard.know.contact import actions
from regard.know.contact import queries as contact
from regard.know.contact.models import ContactRules
from regard.know.contact.returned import revive_address
from regard.know.contact.terms import ANY, CHANNELS, PURPOSES
from regard.web.contact_card import contact_card, standings_of
from regard.web.may import StaffRequest, may

HELD_BACK_DAYS = 30
SHOWN_RETURNED = 100


class ConsentForm(forms.Form):
    given = forms.ChoiceField(choices=[("yes", "agree to"), ("no", "do not want")])
    purpose = forms.ChoiceField(choices=[(name, name) for name in (*PURPOSES, ANY)])
    channel = forms.ChoiceField(choices=[(name, name) for name in (*CHANNELS, ANY)])
    how = forms.CharField(max_length=200)


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    period_days = forms.IntegerField(label="The limits hold for any … days", min_value=1, max_value=366)
    most_overall = forms.IntegerField(
        label="Most contacts in that time",
        min_value=0,
        max_value=1000,
        help_text="Of every kind. 0: no limit.",
    )
    most_survey = forms.IntegerField(label="Of them surveys, at most", min_value=0, max_value=1000)
    most_marketing = forms.IntegerField(label="Of them offers, at most", min_value=0, max_value=1000)
    survey_gap_days = forms.IntegerField(
        label="Days between one survey and the next",
        min_value=0,
        max_value=366,
        help_text="A reminder of the same survey may come sooner.",
    )
    quiet_from = forms.TimeField(
        label="Quiet from", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="On the customer's clock, as far as we know where they live. Not for the website and the shop.",
    )  # fmt: skip
    quiet_until = forms.TimeField(
        label="Quiet until", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_holidays = forms.BooleanField(label="holidays are quiet", required=False)
    survey_needs_consent = forms.BooleanField(label="surveys only for those who agreed", required=False)
    marketing_needs_consent = forms.BooleanField(label="offers only for those who agreed", required=False)

    class Meta:
        model = ContactRules
        exclude = ("actor",)


@may(Permission.SETTINGS_READ)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force and what they held back."""
    return _page(request, RulesForm(instance=contact.rules_in_force()))


@may(Permission.CONTACT_RULES)
@require_POST
def change_rules(request: HttpRequest) -> HttpResponse:
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    actions.change_rules(form.cleaned_data, actor=cast(StaffRequest, request).user.username)
    messages.success(request, "The new rules hold from now on.")
    return redirect("settings-contact")


@may(Permission.CONTACT_RECORD)
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Addresses whose letters come back for good, each with the button to write there again."""
    begins = request.GET.get("q", "").strip()[:320]
    answer = {"q": begins, "shown": SHOWN_RETURNED,
              "addresses": contact.dead_addresses(begins=begins, limit=SHOWN_RETURNED)}  # fmt: skip
    return render(request, "web/contact_returned.html", answer)


@may(Permission.CONTACT_RECORD)
@require_POST
def revive(request: HttpRequest) -> HttpResponse:
    """Write to an address again, because somebody knows that it works now."""
    address = request.POST.get("address", "").strip()[:320]
    if revive_address(address, actor=cast(StaffRequest, request).user.username):
        messages.success(request, f"{address} is written to again.")
    else:
        messages.error(request, "That address is not among those that are given up.")
    return redirect("contact-returned")


@may(Permission.CUSTOMERS_READ)
@require_safe
def of_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Contacts made with a customer and held back, and where to record what they said; htmx asks for that alone."""
    found = know.customer(customer_id)
    answer = {"customer": found, "contact": contact_card(found.id)}
    if cast(StaffRequest, request).htmx:
        page = render(request, "web/parts/contacts.html", answer)
    else:
        page = render(request, "web/contacts.html", {**answer, "standings": standings_of(found.id)})
    page.headers["Vary"] = "HX-Request, Cookie"
    return page


@may(Permission.CONTACT_RECORD)
@require_POST
def record_consent(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Record what a customer told somebody of the staff."""
    found = know.customer(customer_id)
    form = ConsentForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        actions.record_consent(
            know.identities_of(found.id)[0].person,
            purpose=said["purpose"],
            channel=said["channel"],
            given=said["given"] == "yes",
            how=said["how"],
            actor=cast(StaffRequest, request).user.username,
            at=timezone.now(),
        )
        messages.success(request, "Recorded. It holds from now on.")
    else:
        messages.error(
            request, "Nothing was recorded: say what they want, by which way, and how they told us."
        )
    return redirect("customer", key=str(found.id))


def _page(request: HttpRequest, form: RulesForm, *, status: int = 200) -> HttpResponse:
    answer = {
        "form": form,
        "numbers": [form[name] for name in ("period_days", "most_overall", "most_survey", "most_marketing",
                                            "survey_gap_days", "quiet_from", "quiet_until")],
        "choices": [form[name] for name in ("quiet_holidays", "survey_needs_consent", "marketing_needs_consent")],
        "held_back": contact.held_back(timezone.now() - timedelta(days=HELD_BACK_DAYS)),
        "days": HELD_BACK_DAYS, "earlier": contact.earlier_rules(), "draws": contact.draws(),
    }  # fmt: skip
    return render(request, "web/contact_rules.html", answer, status=status)
