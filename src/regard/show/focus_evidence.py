"""What the parts of the focus index are measured from: the facts of the year before a computation."""

from collections.abc import Callable
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from regard import analytics as ra
from regard.analytics import Estimate
from regard.ledger.queries import rhythms
from regard.listen.queries import count_open_rejects, count_rows_read
from regard.understand.facts import ACTIVITY, UTC_TIME, Facts
from regard.understand.measures import MEASURES, Period
from regard.understand.models import Computation
from regard.understand.worth import total_worth

YEAR = timedelta(days=365)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
# the lowest answer that counts as satisfied
SATISFIED = {"csat-5": 4, "csat-2": 1, "ces-7": 5, "rating-5": 4, "rating-10": 7, "stars-5": 4}
ANSWERS = ("survey.answered", "review.written")
REPLIES = ("case.replied", "case.resolved")


def measure_parts(facts: Facts, computation: Computation) -> dict[str, Estimate]:
    """The parts that the facts can carry; those without records, or with too few, are left out."""
    found = {name: part(facts) for name, part in PARTS.items()}
    found["ahead"] = _ahead(facts, computation)
    return {name: one for name, one in found.items() if one is not None and not one.too_few}


def _moment(facts: Facts, before: timedelta) -> ir.TimestampScalar:
    return ibis.literal(facts.as_of - before, type=UTC_TIME)


def _year(facts: Facts) -> ir.Table:
    return facts.events.filter(facts.events.occurred_at >= _moment(facts, YEAR))


def _counted(good: int, n: int) -> Estimate | None:
    """A share of things of which every one was counted: no interval, none is missing."""
    return Estimate(good / n, good / n, good / n, n, method="counted") if n else None


def _linked(facts: Facts) -> Estimate:
    rows = _year(facts)
    return ra.share(rows.select(success=rows.customer_id.notnull())).only()


def _joined(facts: Facts) -> Estimate | None:
    customers = facts.known.group_by("customer_id").aggregate(success=ibis._.source.nunique() > 1)
    several = facts.known.source.nunique().to_pyarrow().as_py() > 1
    return ra.share(customers).only() if several else None


def _response(facts: Facts) -> Estimate | None:
    return _measure("response-rate", facts)


def _heard(facts: Facts) -> Estimate | None:
    if not {*ANSWERS} & facts.names:
        return None
    rows = _year(facts)
    active = rows.filter(rows.name.isin(ACTIVITY) & rows.customer_id.notnull())
    return ra.share(active.mutate(success=active.name.isin(ANSWERS)), unit="customer_id").only()


def _read(facts: Facts) -> Estimate | None:
    n = count_rows_read()
    return _counted(max(n - count_open_rejects(), 0), n)


def _lively(facts: Facts) -> Estimate | None:
    known = [one for one in rhythms(facts.as_of) if not one.name and one.usual_gap is not None]
    return _counted(sum(not one.silent for one in known), len(known))


def _promises(facts: Facts) -> Estimate:
    due = facts.promises.filter(facts.promises.broken.notnull() | facts.promises.overdue)
    due = due.filter(due.occurred_at >= _moment(facts, YEAR))
    return ra.share(due.select(success=~due.broken.fill_null(True))).only()


def _cases(facts: Facts) -> ir.Table:
    """One row a case opened in the year: when it was opened, first answered and solved, and whether opened again."""
    events = facts.events.filter(facts.events.subject.notnull() & facts.events.name.startswith("case."))
    at = events.occurred_at
    cases = events.group_by("source", "subject").aggregate(
        opened_at=at.min(where=events.name == "case.opened"),
        answered_at=at.min(where=events.name.isin(REPLIES)),
        solved_at=at.min(where=events.name == "case.resolved"),
        reopened=(events.name == "case.reopened").any(),
    )
    return cases.filter(cases.opened_at >= _moment(facts, YEAR))


def _within(facts: Facts, needed: str, column: str, limit: timedelta) -> Estimate | None:
    """Cases old enough to be judged for which it happened within the limit."""
    if needed not in facts.names:
        return None
    cases = _cases(facts)
    old = cases.filter(cases.opened_at <= _moment(facts, limit))
    soon = old[column] <= old.opened_at + ibis.interval(seconds=int(limit.total_seconds()))
    return ra.share(old.select(success=soon.fill_null(False))).only()


def _answered(facts: Facts) -> Estimate | None:
    return _within(facts, "case.replied", "answered_at", DAY)


def _solved(facts: Facts) -> Estimate | None:
    return _within(facts, "case.resolved", "solved_at", WEEK)


def _lasting(facts: Facts) -> Estimate | None:
    if "case.reopened" not in facts.names:
        return None
    cases = _cases(facts)
    return ra.share(cases.filter(cases.solved_at.notnull()).mutate(success=~ibis._.reopened)).only()


def _satisfied(facts: Facts) -> Estimate:
    rows = _year(facts)
    answers = rows.filter(rows.name.isin(ANSWERS) & rows.instrument.isin([*SATISFIED]) & rows.score.notnull())
    lowest = ibis.cases(*((answers.instrument == name, least) for name, least in SATISFIED.items()))
    return ra.share(answers.select(success=answers.score >= lowest)).only()


def _returning(facts: Facts) -> Estimate:
    sales = facts.sales.filter(facts.sales.customer_id.notnull())
    sales = sales.filter(sales.occurred_at >= _moment(facts, 2 * YEAR))
    late = sales.occurred_at >= _moment(facts, YEAR)
    buyers = sales.group_by("customer_id").aggregate(before=(~late).any(), success=late.any())
    return ra.share(buyers.filter(buyers.before)).only()


def _repeating(facts: Facts) -> Estimate:
    buys = ra.mark_repeats(facts.sales)
    return ra.repeat_purchase(buys.filter(buys.occurred_at >= _moment(facts, YEAR))).only()


def _recommended(facts: Facts) -> Estimate | None:
    return _measure("nps", facts)


def _spread(facts: Facts) -> Estimate | None:
    """In the currency that most customers pay in."""
    measure = MEASURES["top-20-share"]
    each = list(measure.figure(measure.rows(facts, Period(facts.as_of - YEAR)), ()))
    return max(each, key=lambda one: one.n, default=None)


def _ahead(facts: Facts, computation: Computation) -> Estimate | None:
    """The worth of all over the revenue of the year behind, which is a fact; both of orders in one currency."""
    worth = total_worth(computation.worth)
    if worth is None or worth.value is None or worth.low is None or worth.high is None:
        return None
    sales = facts.sales
    chosen = sales.filter(
        sales.is_order
        & sales.customer_id.notnull()
        & (sales.currency == computation.worth["currency"])
        & (sales.occurred_at >= _moment(facts, YEAR))
    )
    behind = float(chosen.amount.sum().to_pyarrow().as_py() or 0)
    if behind <= 0:
        return None
    return Estimate(
        worth.value / behind, worth.low / behind, worth.high / behind, worth.n, method=worth.method
    )


def _measure(name: str, facts: Facts) -> Estimate | None:
    measure = MEASURES[name]
    if not measure.needs & facts.names:
        return None
    return measure.figure(measure.rows(facts, Period(facts.as_of - YEAR)), ()).only()


PARTS: dict[str, Callable[[Facts], Estimate | None]] = {
    "linked": _linked, "joined": _joined, "response": _response, "heard": _heard, "read": _read,
    "lively": _lively, "promises": _promises, "answered": _answered, "solved": _solved, "lasting": _lasting,
    "satisfied": _satisfied, "returning": _returning, "repeating": _repeating, "recommended": _recommended,
    "spread": _spread,
}  # fmt: skip
