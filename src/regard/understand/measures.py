"""The measures Regard knows: what each says, the rows it stands on and how its figure is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from regard import analytics as ra
from regard.analytics import Estimates
from regard.errors import NotFoundError
from regard.understand.facts import ACTIVITY, BILLED, ORDERED, UTC_TIME, Facts, month_of


@dataclass(frozen=True)
class Period:
    """From `since` (included) to `until` (excluded); None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def within(self, table: ir.Table) -> ir.Table:
        """The rows whose occurred_at lies in the period."""
        if self.since is not None:
            table = table.filter(table.occurred_at >= ibis.literal(self.since, type=UTC_TIME))
        if self.until is not None:
            table = table.filter(table.occurred_at < ibis.literal(self.until, type=UTC_TIME))
        return table


Rows = Callable[[Facts, Period], ir.Table]
Figure = Callable[[ir.Table, Sequence[str]], Estimates]


@dataclass(frozen=True)
class Measure:
    """One measure. `rows` have customer_id, occurred_at, month, source and channel beside what `figure` needs.

    `unit` is "share" (0 to 1), "points" (NPS, -1 to 1), "stars", "effort", "orders", "customers" or "money": then
    every figure is per currency. `better` is the good direction, "" where neither is. Totals grow with the length of
    the period and are compared per day.
    """

    name: str
    title: str
    sentence: str
    unit: str
    rows: Rows
    figure: Figure
    needs: frozenset[str]  # names of events (and instruments) without which there is nothing to count
    better: str = "up"
    is_total: bool = False
    own_dimensions: tuple[str, ...] = ()  # columns of the rows beyond month, source and channel
    monthly_rows: Rows | None = None  # where the rows of a month are not those that happened in it
    window_days: int | None = None  # the figure over everything looks only this far back
    complex_rows: bool = False  # worth keeping while several figures are made of them
    version: str = "1"

    @property
    def scale(self) -> int:
        """What to multiply a value by to show it: shares and NPS are shown out of a hundred."""
        return 100 if self.unit in ("share", "points") else 1


def _answers(name: str, instruments: Sequence[str]) -> Rows:
    def rows(facts: Facts, period: Period) -> ir.Table:
        events = facts.events
        chosen = (events.name == name) & events.instrument.isin(list(instruments)) & events.score.notnull()
        return period.within(events.filter(chosen))

    return rows


def _reviews(facts: Facts, period: Period) -> ir.Table:
    """Starred reviews; those of an order whose delivery was promised also say whether it was late."""
    reviews = _answers("review.written", ["stars-5"])(facts, period)
    settled = facts.promises.filter((facts.promises.kind == "delivery") & facts.promises.broken.notnull())
    late = settled.select("customer_id", "subject", delivery=settled.broken.ifelse("late", "on time"))
    return reviews.left_join(late, ["customer_id", "subject"]).select(reviews, late.delivery)


def _csat(rows: ir.Table, by: Sequence[str]) -> Estimates:
    # a good-or-bad answer lies on the five-point scale at its ends
    five = ibis.ifelse(ibis._.instrument == "csat-2", 1 + 4 * ibis._.score, ibis._.score)
    return ra.csat(rows.mutate(score=five), by)


def _invitations(facts: Facts, period: Period) -> ir.Table:
    """One row a customer asked about a survey (reminders are one invitation), and whether an answer came."""
    events = facts.events.filter(facts.events.customer_id.notnull())
    key = ["customer_id", "instrument", "survey"]
    invited = period.within(events.filter(events.name == "survey.invited"))
    asked = (
        invited.mutate(survey=ibis._.subject.fill_null(""))
        .group_by(key)
        .aggregate(
            occurred_at=ibis._.occurred_at.min(), source=ibis._.source.min(), channel=ibis._.channel.max()
        )
    )
    answers = events.filter(events.name == "survey.answered").mutate(survey=ibis._.subject.fill_null(""))
    last = answers.group_by(key).aggregate(answered_at=ibis._.occurred_at.max())
    return asked.left_join(last, key).select(
        asked,
        month=month_of(asked.occurred_at),
        answered=(last.answered_at >= asked.occurred_at).fill_null(False),
    )


def _orders(facts: Facts, period: Period) -> ir.Table:
    return period.within(facts.sales.filter(facts.sales.is_order))


def _sales(facts: Facts, period: Period) -> ir.Table:
    return period.within(facts.sales)


def _marked_orders(facts: Facts, period: Period) -> ir.Table:
    return period.within(ra.mark_repeats(facts.sales.filter(facts.sales.is_order)))


def _activity(facts: Facts, period: Period) -> ir.Table:
    events = period.within(facts.events.filter(facts.events.name.isin(list(ACTIVITY))))
    complaint = (events.name == "complaint.made") | (
        (events.name == "case.opened") & (events.kind == "complaint").fill_null(False)
    )
    return events.mutate(complaint=complaint)


def _top_share(rows: ir.Table, by: Sequence[str]) -> Estimates:
    known = rows.filter(rows.customer_id.notnull())
    customers = known.group_by([*by, "currency", "customer_id"]).aggregate(revenue=ibis._.amount.sum())
    return ra.top_share(customers.filter(ibis._.revenue > 0), [*by, "currency"])


def _deliveries(facts: Facts, period: Period) -> ir.Table:
    promises = facts.promises
    return period.within(promises.filter((promises.kind == "delivery") & promises.delivered_at.notnull()))


def _leavers(facts: Facts, period: Period) -> ir.Table:
    """One row a customer who could have left, of the sources that tell when somebody does."""
    left = facts.events.filter((facts.events.name == "customer.churned") & facts.events.customer_id.notnull())
    left = left.group_by(["customer_id", "source"]).aggregate(churned_at=ibis._.occurred_at.min())
    known = facts.known.semi_join(left.select("source").distinct(), "source")
    rows = known.left_join(left, ["customer_id", "source"]).select(known, left.churned_at)
    if period.until is not None:
        rows = rows.filter(rows.first_seen < ibis.literal(period.until, type=UTC_TIME))
    if period.since is not None:
        rows = rows.filter(
            rows.churned_at.isnull() | (rows.churned_at >= ibis.literal(period.since, type=UTC_TIME))
        )
    churned = rows.churned_at.notnull()
    if period.until is not None:
        churned = churned & (rows.churned_at < ibis.literal(period.until, type=UTC_TIME))
    rows = rows.mutate(
        occurred_at=ibis.coalesce(rows.churned_at, rows.first_seen),
        churned=churned,
        channel=ibis.null("string"),
    )
    return rows.mutate(month=month_of(rows.occurred_at))


def _leavers_by_month(facts: Facts, period: Period) -> ir.Table:
    """One row a customer and month in which they were there and could have left."""
    rows = _leavers(facts, period).drop("month")
    months = facts.events.select("month").distinct()
    there = (month_of(rows.first_seen) <= months.month) & (
        rows.churned_at.isnull() | (month_of(rows.churned_at) >= months.month)
    )
    joined = rows.inner_join(months, there)
    return joined.mutate(churned=(month_of(joined.churned_at) == joined.month).fill_null(False))


def _refunds(facts: Facts, period: Period) -> ir.Table:
    return period.within(facts.events.filter(facts.events.name == "order.refunded"))


def _money(rows: ir.Table, by: Sequence[str]) -> Estimates:
    return ra.total(rows, [*by, "currency"], amount="amount")


_ORDERED, _SOLD = frozenset({ORDERED}), frozenset({ORDERED, BILLED})
_ALL = (
    Measure("nps", "Would recommend us", "Of a hundred who answered, how many more would recommend us than "
            "warn against us.", "points", _answers("survey.answered", ["nps"]), ra.nps,
            frozenset({"survey.answered nps"})),
    Measure("csat", "Satisfied", "Of those who rated us, the share who were satisfied.", "share",
            _answers("survey.answered", ["csat-5", "csat-2"]), _csat,
            frozenset({"survey.answered csat-5", "survey.answered csat-2"})),
    Measure("ces", "Found it easy", "How easy it was to get something done with us, from 1 to 7.", "effort",
            _answers("survey.answered", ["ces-7"]), ra.ces,
            frozenset({"survey.answered ces-7"})),
    Measure("review-score", "Stars in reviews", "The mean of the stars in reviews, from 1 to 5.", "stars",
            _reviews, ra.mean,
            frozenset({"review.written stars-5"}), own_dimensions=("delivery",), complex_rows=True),
    Measure("response-rate", "Answered when asked", "Of those we asked, the share who answered.", "share",
            _invitations, ra.response_rate, frozenset({"survey.invited"}), complex_rows=True),
    Measure("orders", "Orders", "How many orders came in, cancelled ones left out.", "orders", _orders, ra.total,
            _ORDERED, is_total=True),
    Measure("revenue", "Revenue", "What customers ordered or were billed for, cancelled orders left out.", "money",
            _sales, _money, _SOLD, is_total=True),
    Measure("repeat-purchase-rate", "Coming back", "Of the customers who bought, the share who had bought from us "
            "before or came back.", "share", _marked_orders, ra.repeat_purchase, _ORDERED, complex_rows=True),
    Measure("active-customers", "Active customers", "How many different customers bought, asked, answered or visited "
            "in the year before.", "customers", _activity, ra.active_customers, frozenset(ACTIVITY), window_days=365),
    Measure("top-20-share", "Carried by the best fifth", "The share of revenue that comes from the fifth of customers "
            "who spend most.", "share", _sales, _top_share, _SOLD, better=""),
    Measure("late-delivery-rate", "Late deliveries", "Of the deliveries promised for a time, the share that came "
            "later.", "share", _deliveries, lambda rows, by: ra.late_delivery_rate(rows, by, promised_at="due_at"),
            frozenset({"order.delivered"}), better="down"),
    Measure("complaint-rate", "Complained", "Of the customers who had to do with us, the share who complained.",
            "share", _activity, ra.complaint_rate, frozenset({"complaint.made", "case.opened"}), better="down"),
    Measure("churn-rate", "Left us", "Of the customers who could leave, the share who did.", "share", _leavers,
            ra.churn_rate, frozenset({"customer.churned"}), better="down", monthly_rows=_leavers_by_month,
            complex_rows=True),
    Measure("refunds", "Refunds", "What went back to customers.", "money", _refunds, _money,
            frozenset({"order.refunded"}), better="down", is_total=True),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}


def measure_named(name: str) -> Measure:
    """The measure of that name, or NotFoundError listing the names there are."""
    if name not in MEASURES:
        raise NotFoundError(f"There is no measure `{name[:60]}`.", hint=f"There are: {', '.join(MEASURES)}.")
    return MEASURES[name]
