"""What `understand` answers: findings as they were computed, profiles, and measures taken live."""

from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
from django.utils import timezone

from regard.analytics import Estimate
from regard.errors import InputError, NotFoundError
from regard.ledger import lake, lookup
from regard.ledger.queries import events as ledger_events
from regard.understand.changes import Change, what_changed
from regard.understand.concerns import Concern, look_first
from regard.understand.facts import Facts, month_of, read_facts, start_of
from regard.understand.figures import EVERYTHING, ROW_DIMENSIONS, Row, figures_by, rows_of
from regard.understand.leaving.before import reasons_with, steps_before, words_before
from regard.understand.leaving.lines import people_touched
from regard.understand.measures import Measure, Period, measure_named
from regard.understand.models import Finding, PainPoint
from regard.understand.newest import latest_computation
from regard.understand.pains.paths import paths_after
from regard.understand.slices import EVERYTHING as WHOLE
from regard.understand.slices import Slice, within
from regard.understand.traits import customer_traits
from regard.understand.worth import Prospect, prospect, total_worth

__all__ = [
    "Change",
    "Concern",
    "PainPoint",
    "Prospect",
    "befell",
    "dimensions",
    "latest_computation",
    "latest_findings",
    "look_first",
    "measure",
    "pain_point",
    "pain_points",
    "paths_after",
    "people_of",
    "profile",
    "profiles",
    "reasons_with",
    "rows_behind",
    "series",
    "steps_before",
    "what_changed",
    "words_of",
    "worth_ahead",
    "worth_of_all",
]

WORDS_WITHIN = 60  # days


def latest_findings(
    measure: str = "", dimension: str | None = EVERYTHING, *, unit: str = ""
) -> list[Finding]:
    """Findings of the newest computation, by group; `dimension=None` gives those of every dimension."""
    computation = latest_computation()
    if computation is None:
        return []
    found = computation.findings.order_by("measure", "dimension", "unit", "group")
    if measure:
        found = found.filter(measure=measure)
    if dimension is not None:
        found = found.filter(dimension=dimension)
    if unit:
        found = found.filter(unit=unit)
    return list(found)


def series(measure: str, dimension: str = "month", *, unit: str = "") -> list[Finding]:
    """One measure group by group, months oldest first; of money, one currency at a time with `unit`."""
    return latest_findings(measure_named(measure).name, dimension, unit=unit)


def dimensions(measure: str) -> list[str]:
    """The dimensions by which the newest computation has findings of this measure."""
    computation = latest_computation()
    if computation is None:
        return []
    found = computation.findings.filter(measure=measure).exclude(dimension=EVERYTHING)
    return sorted(found.values_list("dimension", flat=True).distinct())


def pain_points() -> list[PainPoint]:
    """What the newest computation looked at, what to fix first in front."""
    computation = latest_computation()
    return list(computation.pain_points.order_by("place")) if computation else []


def pain_point(number: int) -> PainPoint:
    """One pain point of the newest computation; NotFoundError for others, whose orders are no longer known."""
    for point in pain_points():
        if point.pk == number:
            return point
    raise NotFoundError(
        f"There is no pain point {number}, or no longer.", hint="Home lists those of the newest computation."
    )


def people_of(point: PainPoint, *, limit: int | None = None) -> list[dict[str, Any]]:
    """The customers it befell in the last year, those worth most first, with their orders that it befell; of contracts
    those whom it touches, who are still there first."""
    if point.outcome == PainPoint.Outcome.STAY:
        return people_touched(point, limit=limit)
    touched = lake.read("touched")
    each = (
        touched.filter(touched.key == point.key)
        .group_by("customer_id")
        .aggregate(befell=ibis._.count(), last_at=ibis._.ordered_at.max())
    )
    rows = each.left_join(profiles(), "customer_id").select(
        "customer_id", "befell", "last_at", "orders", "revenue", "currency", "worth", "last_seen"
    )
    rows = rows.order_by(ibis.desc("worth", nulls_first=False), "customer_id")
    found: list[dict[str, Any]] = lake.fetch(rows.limit(limit) if limit else rows).to_pylist()
    return found


def befell(part: Slice) -> dict[str, int]:
    """How many customers of a slice each pain point befell in the last year, by its key; those that befell none are
    left out."""
    touched = lake.read("touched")
    rows = within(touched.mutate(month=month_of(touched.ordered_at)), part)
    counts = rows.group_by("key").aggregate(n=ibis._.customer_id.nunique())
    return {row["key"]: row["n"] for row in lake.fetch(counts).to_pylist()}


def words_of(point: PainPoint, *, limit: int = 8) -> list[dict[str, Any]]:
    """What those customers wrote in the two months after such an order, newest first; of contracts what those who left
    wrote in the year before that."""
    if point.outcome == PainPoint.Outcome.STAY:
        return words_before(point, limit=limit)
    touched, people, events = lake.read("touched"), lake.read("people"), ledger_events()
    keys = touched.filter(touched.key == point.key).inner_join(people, "customer_id")
    spoke = events.filter(events.text.notnull() & (events.text != "") & (events.name != "message.sent"))
    heard = spoke.inner_join(keys, "person")
    near = heard.filter(
        (heard.occurred_at >= heard.ordered_at)
        & (heard.occurred_at <= heard.ordered_at + ibis.interval(days=WORDS_WITHIN))
    )
    rows = near.select("customer_id", "occurred_at", "name", "channel", "text").distinct()
    rows = rows.order_by(ibis.desc("occurred_at"), "text").limit(limit)
    found: list[dict[str, Any]] = lake.fetch(rows).to_pylist()
    return found


def profiles() -> ir.Table:
    """One row a customer, as last computed; filter, sort and page it in the engine."""
    return lake.read("profiles")


def count_with_open_cases() -> int:
    """How many customers had a case open when their profiles were last computed."""
    counted = lake.select("profiles", "WHERE open_cases > 0", columns="count(*)")
    return int(counted.column(0)[0].as_py())


def profile(customer_id: int) -> dict[str, Any] | None:
    """What was last computed of one customer, or None if nothing was yet."""
    found = lookup.find("profiles", "customer_id", [customer_id], keep=True)
    if found is None:
        found = lake.select("profiles", "WHERE customer_id = ?", [customer_id])
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows[0] if rows else None


def worth_ahead(known: dict[str, Any] | None) -> Prospect | None:
    """What the customer of a profile may bring in the next year, with its range; None for who never ordered."""
    computation = latest_computation() if known else None
    return prospect(known, computation.worth) if known and computation else None


def worth_of_all() -> tuple[Estimate, str] | None:
    """What all customers together may bring in the next year, and its currency; None where no range can be told."""
    computation = latest_computation()
    total = total_worth(computation.worth) if computation else None
    return (total, computation.worth["currency"]) if computation and total and total.low is not None else None


def measure(name: str, *, by: str = "", since: date | None = None, until: date | None = None) -> list[Row]:
    """One measure now, straight from the events, over everything or by a dimension; both days included."""
    chosen = measure_named(name)
    facts, period = _asked(chosen, since, until)
    with lake.store_errors(f"Measuring {name}"):
        return figures_by(chosen, facts, by, period, _traits(chosen, by))


def rows_behind(
    name: str, *, dimension: str = "", group: str = "", since: date | None = None, until: date | None = None,
    part: Slice = WHOLE, limit: int | None = None,
) -> ir.Table:  # fmt: skip
    """The rows a figure stands on, newest first, for a page or a CSV; nothing runs until the table is read."""
    chosen = measure_named(name)
    facts, period = _asked(chosen, since, until)
    traits = _traits(chosen, dimension)
    rows = rows_of(chosen, facts, dimension, period)
    if traits is not None:
        rows = rows.semi_join(
            traits.filter((traits.dimension == dimension) & (traits.group == group)), "customer_id"
        )
    elif dimension == "month":
        rows = rows.filter(rows.month == ibis.date(_first_of(group)))
    elif dimension:
        rows = rows.filter(rows[dimension] == group)
    rows = within(rows, part)
    rows = rows.order_by(ibis.desc("occurred_at"))
    return rows.limit(limit) if limit else rows


def _asked(chosen: Measure, since: date | None, until: date | None) -> tuple[Facts, Period | None]:
    """The facts and the period of a question; a measure that looks back so many days does so from `until`."""
    if since and until and since > until:
        raise InputError(f"{since} is after {until}.", hint="Say the earlier day first.")
    end = start_of(until + timedelta(days=1)) if until else None
    facts = read_facts(end or timezone.now())
    if since is None and until is None:
        return facts, None
    start = start_of(since) if since else None
    if start is None and end is not None and chosen.window_days:
        start = end - timedelta(days=chosen.window_days)
    return facts, Period(start, end)


def _first_of(group: str) -> date:
    try:
        return date.fromisoformat(f"{group}-01")
    except ValueError:
        raise InputError(f"`{group[:40]}` is no month.", hint="Say it like 2026-03.") from None


def _traits(chosen: Measure, dimension: str) -> ir.Table | None:
    """The attributes, if the dimension is one; NotFoundError naming those there are, if it is none."""
    columns = (*ROW_DIMENSIONS, *chosen.own_dimensions)
    if dimension == EVERYTHING or dimension in columns:
        return None
    traits = customer_traits()
    names = (
        lake.fetch(traits.select("dimension").distinct().order_by("dimension"))
        .column("dimension")
        .to_pylist()
    )
    if dimension not in names:
        there = ", ".join([*columns, *names][:40])
        raise NotFoundError(f"There is no dimension `{dimension[:60]}`.", hint=f"There are: {there}.")
    return traits
