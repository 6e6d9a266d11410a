"""What a fix is about, as rows to be watched: whose, when, and the outcome of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.errors import InputError
from regard.understand.facts import Facts, start_of
from regard.understand.leaving.spans import there_in
from regard.understand.leaving.watched import Concerned, concerned_by, is_of_contracts
from regard.understand.measures import MEASURES, Period
from regard.understand.pains.orders import EVERY_TIME, Exposure, Orders

DAY, WEEK, MONTH = 86_400, 7, 365.2425 / 12  # seconds, days, days
MONTHS_WATCHED = 18  # at most, before a change
KNOWN_OF = 0.5  # of the customers there when a change began were so in a month before it, or that is left out
MOST_FOLLOWED = (
    10_000  # customers with the change and as many without; more make the answer slower, not surer
)

# the outcome of one row of those measures that are a share or a mean of rows
OUTCOMES: dict[str, Callable[[ir.Table], ir.Value]] = {
    "nps": lambda rows: (rows.score >= 9).cast("float64") - (rows.score <= 6).cast("float64"),
    "csat": lambda rows: ibis.ifelse(rows.instrument == "csat-2", rows.score >= 1, rows.score >= 4),
    "ces": lambda rows: rows.score,
    "review-score": lambda rows: rows.score,
    "response-rate": lambda rows: rows.answered,
    "late-delivery-rate": lambda rows: rows.delivered_at > rows.due_at,
}
SHARES = frozenset({"csat", "response-rate", "late-delivery-rate"})


@dataclass(frozen=True)
class Watched:
    """Rows of what a fix is about, those of known customers only. `share` says that outcomes are 0 or 1; where
    everybody got the fix, series are looked at by `every` so many days."""

    customers: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.int64]
    outcomes: npt.NDArray[np.float64]
    share: bool
    better: str  # "up" or "down"
    unit: str
    every: float = WEEK

    def rows(self, chosen: npt.NDArray[np.bool_]) -> "Watched":
        """Only the chosen rows."""
        return replace(
            self,
            customers=self.customers[chosen],
            seconds=self.seconds[chosen],
            outcomes=self.outcomes[chosen],
        )


def watch(
    about: str, facts: Facts, orders: Orders | None, exposures: Sequence[Exposure], since: date
) -> Watched:
    """The rows of a pain point or a measure for a change on that day; InputError when there is no such thing, or it
    cannot be watched."""
    if is_of_contracts(about):
        return customer_months(concerned_by(about, facts, start_of(since)), since)
    for exposure in exposures:
        if exposure.key == about and orders is not None:
            return _of_exposure(exposure, orders)
    if about in OUTCOMES:
        return _of_measure(about, facts)
    if about in MEASURES:
        known = ", ".join(OUTCOMES)
        raise InputError(f"`{about}` is not made of single answers or orders.", hint=f"Take one of: {known}.")
    keys = ", ".join([*OUTCOMES, *(exposure.key for exposure in exposures)][:40])
    raise InputError(f"There is nothing to watch under `{about[:80]}`.", hint=f"There are: {keys}.")


def _of_exposure(exposure: Exposure, orders: Orders) -> Watched:
    base = exposure.base
    customers = orders.column("customer_id").astype(np.int64)[base]
    return Watched(
        customers, orders.seconds[base], exposure.hit[base].astype(np.float64), True, "down", "share"
    )


def customer_months(found: Concerned, since: date) -> Watched:
    """One row a customer and month under contract, counted from the change, and whether they left in it."""
    month, began = MONTH * DAY, start_of(since).timestamp()
    last = int((found.spans.until - began) // month) - 1  # the last full one
    came, ended = (np.floor((each - began) / month) for each in (found.spans.began, found.spans.ended))
    went = np.minimum(ended, last).astype(np.int64)
    first = _first_known(came.astype(np.int64), went, min(last, -1))
    came = np.maximum(came, first).astype(np.int64)
    size = np.maximum(went - came + 1, 0)
    row = np.repeat(np.arange(len(size)), size)
    period = came[row] + np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    left = found.counts[row] & (period == ended[row])
    seconds = (began + (period + 0.5) * month).astype(np.int64)
    return Watched(
        found.spans.customers[row], seconds, left.astype(np.float64), True, "down", "share", every=MONTH
    )


def _first_known(came: npt.NDArray[np.int64], went: npt.NDArray[np.int64], before: int) -> int:
    """The first of the months up to the last one before a change of which enough customers are known."""
    months = np.arange(before - MONTHS_WATCHED + 1, before + 1)
    there = there_in(came, went, months)
    few = np.flatnonzero(there < KNOWN_OF * there[-1])
    return int(months[few[-1] + 1]) if len(few) else int(months[0])


def _of_measure(name: str, facts: Facts) -> Watched:
    measure = MEASURES[name]
    rows = measure.rows(facts, Period())
    rows = rows.filter(rows.customer_id.notnull() & rows.occurred_at.notnull())
    found = rows.select(
        "customer_id", "occurred_at", outcome=OUTCOMES[name](rows).cast("float64")
    ).to_pyarrow()
    found = found.filter(found["outcome"].is_valid())
    seconds = found["occurred_at"].cast(EVERY_TIME).cast(pa.int64()).to_numpy() // 1_000_000
    return Watched(
        found["customer_id"].to_numpy(), seconds, found["outcome"].to_numpy(), name in SHARES, measure.better,
        measure.unit,
    )  # fmt: skip


def customers_in(
    traits: ir.Table, dimension: str, groups: Sequence[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The customers of whom the dimension is known, in order, and whether each is in one of the groups."""
    said = traits.filter(traits.dimension == dimension).order_by("customer_id").to_pyarrow()
    there = sorted(set(said["group"].to_pylist()))
    if not there:
        raise InputError(f"Nothing parts customers by `{dimension[:60]}`.")
    if missing := sorted(set(groups) - set(there)):
        raise InputError(
            f"No customer has {dimension} `{missing[0][:60]}`.", hint=f"There are: {', '.join(there)}."
        )
    if set(groups) == set(there):
        raise InputError(
            f"That is every {dimension} there is: nobody is left to compare with.",
            hint="Leave the place out, and the series is compared with itself before.",
        )
    return said["customer_id"].to_numpy(), np.isin(said["group"].to_numpy(zero_copy_only=False), groups)


def membership(
    watched: Watched, known: npt.NDArray[np.int64], inside: npt.NDArray[np.bool_]
) -> tuple[Watched, npt.NDArray[np.bool_]]:
    """The rows of customers of whom it is known where they belong, and whether each got the change."""
    place = np.searchsorted(known, watched.customers).clip(max=max(len(known) - 1, 0))
    found = known[place] == watched.customers
    return watched.rows(found), inside[place[found]]


def fewer(watched: Watched, changed: npt.NDArray[np.bool_]) -> tuple[Watched, npt.NDArray[np.bool_]]:
    """Not more customers under contract than carry the comparison; always the same ones."""
    if watched.every != MONTH:
        return watched, changed
    draw, chosen = np.random.default_rng(0), []
    for group in (changed, ~changed):
        customers = np.unique(watched.customers[group])
        if len(customers) > MOST_FOLLOWED:
            customers = draw.choice(customers, MOST_FOLLOWED, replace=False)
        chosen.append(customers)
    kept = np.isin(watched.customers, np.concatenate(chosen))
    return watched.rows(kept), changed[kept]
