"""The customers behind what a page shows: who passed a step, took a path, answered, is worth so much."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from regard.errors import InputError
from regard.ledger import lake
from regard.understand.doors.customer_value import slipping, valued
from regard.understand.leaving.lines import LEVELS, departures
from regard.understand.measures import measure_named
from regard.understand.slices import Slice, within
from regard.understand.themes.lines import texts_about, theme_named

LONGEST_WORD = 300
Said = Mapping[str, str]


@dataclass(frozen=True)
class Crowd:
    """Some customers: in words, and as rows customer_id, times, last_at."""

    words: str
    rows: ir.Table


def crowd(of: str, said: Said, part: Slice) -> Crowd:
    """The customers that a link of a page leads to; InputError for a kind there is none of."""
    if of not in KINDS:
        raise InputError(f"There is no list of `{of[:40]}`.", hint=f"There are: {', '.join(KINDS)}.")
    return KINDS[of](said, part)


def described(rows: ir.Table) -> ir.Table:
    """The same customers with what their profiles say, those worth most first."""
    profiles = lake.read("profiles")
    known = rows.left_join(profiles, "customer_id").select(
        "customer_id", "times", "last_at", "orders", "revenue", "currency", "worth", "alive", "last_seen"
    )
    brought = [ibis.desc(name, nulls_first=False) for name in ("worth", "revenue")]
    return known.order_by(*brought, "customer_id")


def _word(said: Said, name: str) -> str:
    return said.get(name, "")[:LONGEST_WORD]


def _number(said: Said, name: str) -> float | None:
    text = _word(said, name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"`{text[:40]}` is no number.", hint=f"Say `{name}` like 20.")
    return number


def _counted(rows: ir.Table) -> ir.Table:
    known = rows.filter(rows.customer_id.notnull())
    return known.group_by("customer_id").aggregate(times=ibis._.count(), last_at=ibis._.occurred_at.max())


def _step(said: Said, part: Slice) -> Crowd:
    step, following = _word(said, "step"), _word(said, "next")
    rows = within(lake.read("steps"), part)
    rows = rows.filter(rows.step == step)
    if following:
        rows = rows.filter(rows.next_step == following)
        return Crowd(f"“{step}”, then “{following}”", _counted(rows))
    if said.get("lost"):
        rows = rows.filter(~rows.back)
        return Crowd(f"“{step}”, and no order after it so far", _counted(rows))
    return Crowd(f"“{step}”", _counted(rows))


def _path(said: Said, part: Slice) -> Crowd:
    path = _word(said, "path")
    rows = within(lake.read("episodes"), part)
    return Crowd(f"Path: {path}", _counted(rows.filter(rows.path == path)))


def _handover(said: Said, part: Slice) -> Crowd:
    gave, took = _word(said, "from"), _word(said, "to")
    handled = within(lake.read("handled"), part)
    order = ibis.window(group_by="case_id", order_by=["occurred_at", "department"])
    rows = handled.mutate(took=handled.department.lead().over(order))
    return Crowd(
        f"Cases from {gave} to {took}", _counted(rows.filter((rows.department == gave) & (rows.took == took)))
    )


def _answers(said: Said, part: Slice) -> Crowd:
    measure = measure_named(_word(said, "measure"))
    rows = within(lake.read("measured"), part)
    rows = rows.filter(rows.measure == measure.name)
    return Crowd(f"Behind “{measure.title}”", _counted(rows))


def _worth(said: Said, part: Slice) -> Crowd:
    low, high = _number(said, "low") or 0.0, _number(said, "high")
    rows = valued(part)
    rows = rows.filter(rows.worth >= low)
    upper = f" to {high:,.0f}" if high is not None else " or more"
    if high is not None:
        rows = rows.filter(rows.worth < high)
    return Crowd(f"Worth {low:,.0f}{upper} in the year ahead", _orderers(rows))


def _slipping(said: Said, part: Slice) -> Crowd:
    return Crowd("Valuable, and slipping away", _orderers(slipping(part)))


def _cohort(said: Said, part: Slice) -> Crowd:
    month = _word(said, "month")
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise InputError(f"`{month[:40]}` is no month.", hint="Say it like 2026-03.") from None
    measured = lake.read("measured")
    orders = within(measured.filter(measured.measure == "repeat-purchase-rate"), part.customers_only)
    each = orders.group_by("customer_id").aggregate(
        times=ibis._.count(), last_at=ibis._.occurred_at.max(), started=ibis._.month.min()
    )
    return Crowd(f"First ordered in {month}", each.filter(each.started == ibis.date(first)).drop("started"))


def _theme(said: Said, part: Slice) -> Crowd:
    theme = theme_named(int(_number(said, "number") or 0))
    return Crowd(f"Who wrote about “{theme.name}”", _counted(texts_about(theme, part)))


def _left(said: Said, part: Slice) -> Crowd:
    """Who left, all or with one reason or kind of reason."""
    rows, words = departures(part), "Who left"
    for level in LEVELS:
        if name := _word(said, level):
            rows, words = rows.filter(rows[level] == name), f"Who left: {name}"
    return Crowd(words, _counted(rows))


def _orderers(rows: ir.Table) -> ir.Table:
    return rows.select("customer_id", times=rows.orders, last_at=rows.last_seen)


KINDS: dict[str, Callable[[Said, Slice], Crowd]] = {
    "step": _step,
    "path": _path,
    "handover": _handover,
    "answers": _answers,
    "worth": _worth,
    "slipping": _slipping,
    "cohort": _cohort,
    "theme": _theme,
    "left": _left,
}


def count(rows: ir.Table) -> int:
    """How many customers there are."""
    found: list[dict[str, Any]] = lake.fetch(rows.aggregate(n=ibis._.count())).to_pylist()
    return int(found[0]["n"])
