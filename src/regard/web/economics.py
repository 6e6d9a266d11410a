"""What staying is worth, as Value shows it, and the form in which a company says its costs; nothing of it is stored."""

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from regard.analytics import Spending
from regard.errors import InputError
from regard.understand.doors.loyalty import Costs, economics
from regard.web.slicing import Narrowing
from regard.web.templatetags.regard import money_about, number

MOST_MONEY, MOST_CUSTOMERS = 1e12, 10**9


def _money(label: str) -> forms.FloatField:
    return forms.FloatField(label=label, required=False, min_value=0, max_value=MOST_MONEY)


def _count(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_CUSTOMERS)


class CostsForm(forms.Form):
    """Percentages as people write them; what is left empty is not said."""

    margin = forms.FloatField(
        label="Margin, % of revenue (100)", required=False, min_value=0.1, max_value=100
    )
    discount = forms.FloatField(label="Discount, % a year (10)", required=False, min_value=0.1, max_value=100)
    winning = _money("Spent on winning customers")
    won = _count("Customers it won")
    keeping = _money("Spent on keeping customers")
    treated = _count("Customers it was spent on")
    treated_stayed = _count("Of these stayed")
    others = _count("Alike, not spent on")
    others_stayed = _count("Of those stayed")

    def costs(self) -> Costs:
        """As the arithmetic takes them."""
        said = {name: value for name, value in self.cleaned_data.items() if value is not None}
        shares = {name: said[name] / 100 for name in ("margin", "discount") if name in said}
        return Costs(**(said | shares))

    def clean(self) -> None:
        for whole, part in (("treated", "treated_stayed"), ("others", "others_stayed")):
            if (self.cleaned_data.get(part) or 0) > (self.cleaned_data.get(whole) or 0):
                self.add_error(part, "More stayed than there were.")


def costs_form(asked: Mapping[str, str]) -> CostsForm:
    """The form as filled in the address."""
    return CostsForm({name: asked.get(name, "") for name in CostsForm.base_fields})


def read_costs(asked: Mapping[str, str]) -> Costs:
    """What the address says of costs; InputError for what is no number."""
    form = costs_form(asked)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise InputError(f"{form.fields[name].label}: {errors[0]}", hint="Go back and mend it.")
    return form.costs()


def shown_loyalty(found: dict[str, Any], asked: Mapping[str, str], narrowing: Narrowing) -> dict[str, Any]:
    """What the part of the page takes; a form with a mistake says so itself, and counts as empty."""
    form = costs_form(asked)
    costs = form.costs() if form.is_valid() else Costs()
    worked_out, currency = economics(found, costs), found["currency"]
    named = (("Winning one", worked_out.winning), ("Keeping one who would have left", worked_out.keeping))
    said = urlencode({name: value for name, value in form.data.items() if value})
    return {
        "loyalty": worked_out, "loyalty_currency": currency, "loyalty_new": found["new"],
        "costs_form": form, "costs_said": costs, "costs_said_any": bool(said),
        "spendings": [(name, _cells(one, currency)) for name, one in named if one],
        "loyalty_csv": f"{reverse('loyalty-csv')}?{said}{narrowing.query}",
    }  # fmt: skip


def _cells(one: Spending, currency: str) -> list[tuple[str, ...]]:
    """Label, value and ends of each figure as they are read; none where too few were told apart."""
    if one.cost.value is None:
        return []
    shown = (
        ("Costs", one.cost, currency),
        ("Brings", one.worth, currency),
        ("For each one spent", one.ratio, ""),
        ("Years until back", one.payback, ""),
    )
    return [
        (label, *(_written(end, money) for end in (figure.value, figure.low, figure.high)))
        for label, figure, money in shown
    ]


def _written(value: float | None, currency: str) -> str:
    if value is not None and math.isinf(value):
        return "without end"
    return money_about(value, currency) if currency else number(value, 1)
