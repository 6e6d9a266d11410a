"""How customers stand with the company: since when, at what price, and whether they left."""

from regard.listen.mapping.model import EventRule, Value, When
from regard.listen.mapping.parts import Setting, currency_of, data_of, event, time_of
from regard.listen.mapping.view import DATES, View
from regard.listen.mapping.words import words_of

YES = ("yes", "y", "true", "1", "ja", "j", "oui", "si", "sí", "churned", "wahr", "vrai")


def churn(view: View, setting: Setting) -> list[EventRule]:
    """A column that says who left, or else the day on which those who left did."""
    columns = [c for c in view.filled if view.meanings[c].get("churn", 0) >= 0.9 and len(view.words(c)) == 2]
    columns.sort(key=lambda c: view.is_number(c))  # Yes/No reads better than 1/0
    left = tuple(w for w in view.words(columns[0]) if w.lower() in YES) if columns else ()
    if not left:
        return _departures(view, setting)
    at = time_of(view, setting, "churned_date", only=True)
    view.take("churned", columns[0], 0.9, f"`{columns[0]}` = {left[0]} says that the customer left.")
    view.taken.update(columns)
    return [
        event(
            view,
            "customer.churned",
            **at,
            id=(setting.who.key,),
            when=When(columns[0], left),
            data=_reasons(view),
        )
    ]


def _departures(view: View, setting: Setting) -> list[EventRule]:
    at = view.find("churned_date", DATES, sure=0.9)
    if not at or not setting.who.key:
        return []
    view.take("churned", at, 0.85, f"`{at}` is when the customer left; who has none is still there.")
    return [event(view, "customer.churned", at=at, when=When(at), id=(setting.who.key,), data=_reasons(view))]


def _reasons(view: View) -> dict[str, Value]:
    return data_of(view, reason=("churn_reason", None, "text"), category=("churn_category", None, "text"))


def billed(view: View, setting: Setting) -> list[EventRule]:
    """Revenue under a contract, summed per customer."""
    candidates = [c for c in view.filled if view.meanings[c].get("billed", 0) >= 0.9 and view.is_number(c)]
    if not candidates or not setting.who.key or not view.profiles[setting.who.key].unique:
        return []
    amount = max(candidates, key=lambda c: ("revenue" in words_of(c) or "umsatz" in "".join(words_of(c)), c))
    if len(candidates) > 1:
        view.ask(
            amount,
            f"Several columns could be the money: {', '.join(candidates)}. `{amount}` is taken.",
            candidates,
        )
    at = time_of(view, setting, "date")
    view.take("amount", amount, 0.8, f"`{amount}` is what the customer was billed.")
    return [
        event(
            view,
            "contract.billed",
            **at,
            id=(setting.who.key,),
            amount=amount,
            currency=currency_of(view, amount),
        )
    ]


def registration(view: View, setting: Setting) -> list[EventRule]:
    """The day from which someone is a customer."""
    at = view.find("registered_date", DATES, sure=0.6)
    if not at and view.describes_person() and setting.who.rules[0].via == "id":
        at = view.find("opened_date", DATES, sure=0.9)
    if not at or not setting.who.key:
        return []
    view.take("registered", at, 0.85, f"`{at}` is when they became a customer.")
    return [event(view, "customer.registered", at=at, when=When(at), id=(setting.who.key,))]
