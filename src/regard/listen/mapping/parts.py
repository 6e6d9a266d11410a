"""The parts that events of every family share: their time, key, words and money."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from regard.listen.mapping.model import EventRule, Value
from regard.listen.mapping.people import Who
from regard.listen.mapping.view import DATES, NUMBERS, WORDY, View
from regard.listen.mapping.words import currency_named


@dataclass(frozen=True)
class Setting:
    """What families need beyond the sheet: who it is about, the other sheets, the day of a table without dates."""

    who: Who
    others: list[View]
    snapshot: date
    ordered_elsewhere: bool  # another table of the source gives order.completed


def event(view: View, name: str, *, id: tuple[str, ...], **fields: Any) -> EventRule:
    """One event rule; ids that only count within their table are kept apart from those of others."""
    scope = fields.pop("scope", "") or (view.name if id == (view.bare_id(),) else "")
    fields["separate"] = fields.get("separate", False) or id == tuple(view.filled)
    return EventRule(name=name, id=id, scope=scope, **fields)


def time_of(
    view: View, setting: Setting, *meanings: str, only: bool = False, elsewhere: bool = False
) -> dict[str, Any]:
    """When the event happened: a column, the order's own date, or one day for the whole table."""
    column = next((c for m in meanings if (c := view.find(m, DATES, sure=0.6, free=False))), "")
    if not column and elsewhere and setting.ordered_elsewhere:
        view.choices.append(
            view.choice("occurred at", "", 0.7, "There is no date: it counts as of the order's.")
        )
        return {"at": "", "at_event": "order.completed"}
    column = column or ("" if only else view.any_date(*meanings))
    if column:
        view.take(
            "occurred at", column, max(view.sure_of("date", column), 0.6), f"`{column}` is when it happened."
        )
        return {"at": column}
    if not any(choice.what == "snapshot" for choice in view.choices):
        sentence = f"The table has no date for this; its rows count as of {setting.snapshot}."
        view.choices.append(view.choice("snapshot", "", 0.5, sentence))
    return {"at": "", "snapshot": setting.snapshot}


def key_of(view: View, setting: Setting, thing: str) -> tuple[str, ...]:
    """The columns by which a row is known again: an id, the person and the day, or all of them."""
    own = [c for c in view.ids(thing) if view.profiles[c].unique]
    if own or view.row_id():
        return (own[0] if own else view.row_id(),)
    who = setting.who.key
    if who and view.profiles[who].unique:
        return (who,)
    dates = [c.column for c in view.choices if c.what == "occurred at" and c.column]
    if who and dates:
        return (who, *dates[:1])
    return tuple(view.filled)


def voice_of(view: View) -> dict[str, Any]:
    """What was said, on which channel, to whom."""
    text = view.take("text", view.find("text", WORDY, sure=0.6), 0.8, "It holds the customer's words.")
    return {
        "text": text,
        "channel": optional(view, "channel"),
        "department": optional(view, "department"),
        "actor": optional(view, "agent"),
    }


def optional(view: View, meaning: str) -> Value | None:
    """A column for a meaning, if there is one."""
    column = view.take(meaning, view.find(meaning, sure=0.6), 0.8, f"It says the {meaning}.")
    return Value(column) if column else None


def data_of(view: View, **wanted: tuple[str, frozenset[str] | None, str]) -> dict[str, Value]:
    """Further things an event says, by name: (meaning, kinds of column, form)."""
    found = {}
    for name, (meaning, kinds, form) in wanted.items():
        column = view.take(name, view.find(meaning, kinds, sure=0.6), 0.8, f"It says the {name}.")
        if column:
            found[name] = Value(column, form=form)
    return found


def currency_of(view: View, amount: str) -> Value | None:
    """The currency's column, or the one that the amount's heading names; signs beside amounts are read row by row."""
    column = view.find("currency", sure=0.9, free=False)
    if column:
        view.taken.add(column)
        return Value(column)
    return Value(constant=code) if (code := currency_named(amount)) else None


def choose_amount(view: View, amount: str) -> None:
    """Take the amount, and say so when another column could be it as well."""
    if not amount:
        return
    others = [c for c in view.filled if c != amount and c not in view.taken and view.profiles[c].kind in NUMBERS
              and view.meanings[c].get("amount", 0) >= view.meanings[amount].get("amount", 0) > 0]  # fmt: skip
    view.take("amount", amount, 0.9 if not others else 0.6, f"`{amount}` is the amount.")
    if others:
        view.ask(
            amount,
            f"`{amount}` is taken for the amount; it could also be {', '.join(others)}.",
            [amount, *others],
        )
