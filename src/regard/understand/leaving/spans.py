"""From when until when each customer was under contract, as far as anybody can tell."""

from dataclasses import dataclass
from datetime import UTC, datetime

import ibis
import numpy as np
import pyarrow as pa

from regard.errors import InputError
from regard.ledger import lake
from regard.understand.facts import BILLED, Facts
from regard.understand.leaving.contracts import LEFT, Flags, Floats
from regard.understand.measures import MEASURES, Period
from regard.understand.pains.orders import Ints

DAY = 86_400
MOST_QUIET = 7  # days without anybody leaving, at the end of what was heard
SIGNED = ("customer.registered", BILLED)  # say that somebody is under contract, whoever tells it
FEWEST_DAYS = 4  # on which somebody left; fewer are those of the files
NEEDED = "Import the day on which each contract began and ended."
NOBODY = "No source tells who left."


@dataclass(frozen=True)
class Spans:
    """The customers of whom something was known before they left, in order; times in seconds, `ended` inf for who is
    still there. `until` is how far leaving was heard of."""

    customers: Ints
    began: Floats
    ended: Floats
    until: float

    @property
    def left(self) -> Flags:
        return np.isfinite(self.ended)

    def rows(self, chosen: Flags) -> "Spans":
        """Only some of them."""
        return Spans(self.customers[chosen], self.began[chosen], self.ended[chosen], self.until)


def read_spans(facts: Facts) -> Spans:
    """When each customer who could leave was first heard of, and when they left.

    Leaving counts as heard of up to the last one who left, and as long after that as nobody left in between before:
    what comes then, nobody has told yet.
    """
    if LEFT not in facts.names:
        raise InputError(NOBODY, hint=NEEDED)
    there = MEASURES["churn-rate"].rows(facts, Period())
    each = there.group_by("customer_id").aggregate(
        first_seen=there.first_seen.min(), churned_at=there.churned_at.min()
    )
    events = facts.events.filter(facts.events.name.isin(SIGNED) & facts.events.customer_id.notnull())
    signed = events.group_by("customer_id").aggregate(signed_at=events.occurred_at.min())
    joined = each.left_join(signed, "customer_id").select(
        "customer_id", "churned_at", began=ibis.least(each.first_seen, signed.signed_at)
    )
    found = lake.fetch(joined.order_by("customer_id"))
    began, ended = seconds_of(found["began"]), seconds_of(found["churned_at"])
    known = np.isnan(ended) | (began < ended)
    return Spans(
        found["customer_id"].to_numpy()[known], began[known], np.where(np.isnan(ended), np.inf, ended)[known],
        min(facts.as_of.timestamp(), _heard_until(ended[~np.isnan(ended)])),
    )  # fmt: skip


def why_not_followed(spans: Spans) -> str:
    """Why nobody can say how many left of how many in a month or a quarter; empty where it can be said.

    A file that only says who left dates all of them by its own day, and imported again moves them to the next one.
    """
    if len(np.unique(spans.ended[spans.left] // DAY)) >= FEWEST_DAYS:
        return ""
    day = datetime.fromtimestamp(spans.until, UTC)
    return f"The files tell who had left by {day.day} {day:%B %Y}, not when each of them did. {NEEDED}"


def there_in(first: Ints, last: Ints, periods: Ints) -> Ints:
    """How many were there in each period, of those there from their first to their last one, both included."""
    came = np.searchsorted(np.sort(first), periods, side="right")
    went = np.searchsorted(np.sort(last), periods, side="left")
    return np.asarray(came - went, dtype=np.int64)


def _heard_until(ended: Floats) -> float:
    last = float(ended.max(initial=0.0))
    days = np.unique(ended[ended > last - 365 * DAY] // DAY)
    return last + min(float(np.diff(days).max(initial=0)), MOST_QUIET) * DAY


def seconds_of(times: pa.ChunkedArray) -> Floats:
    """As seconds; nan where there is none."""
    micros = times.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
    return np.asarray(micros, dtype=np.float64) / 1_000_000
