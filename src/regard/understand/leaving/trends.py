"""Whether more customers leave with something than half a year before, as a share of all who were under contract."""

from dataclasses import dataclass

import numpy as np

from regard import analytics as ra
from regard.analytics.comparisons import DOWN, UP
from regard.understand.leaving.spans import NEEDED, Spans, there_in, why_not_followed
from regard.understand.pains.orders import Ints
from regard.understand.rates import BETTER, CANNOT_TELL, WORSE, rate_of, turned_at

YEAR = 12  # months
TURNED_WITHIN = 18  # months
GRAINS = {1: "month", 3: "quarter"}
GREW = 0.5  # of the customers at the end were there at the beginning, or they are not the same ones


@dataclass(frozen=True)
class Trend:
    """The verdict, the month since which it is so, and the figures it stands on, or why there is none."""

    verdict: str
    since: str
    said: str


@dataclass(frozen=True)
class Followed:
    """Who left in which period, of how many that were there; periods of `months` months, counted from 1970.

    `left_in` has a row a customer, -1 for who is there or cannot be followed. `shown` ends with the last full period.
    """

    months: int
    customers: Ints
    left_in: Ints
    there: Ints
    shown: Ints


def follow(spans: Spans) -> Followed | str:
    """By month where somebody left in each month of the last year, else by quarter; or why neither can be done."""
    if why := why_not_followed(spans):
        return why
    for months in GRAINS:
        followed = _by(months, spans)
        year = YEAR // months
        if followed.there[-year] < GREW * followed.there[-1]:
            return (
                "More than half of the customers were first heard of within the last year: it cannot be told how many "
                f"were there to leave before. {NEEDED}"
            )
        left = followed.left_in
        if all((left == period).any() for period in followed.shown[-year:]):
            return followed
    days = len(np.unique(spans.ended[spans.left] // 86_400))
    return (
        f"In some quarters of the last year nobody left as far as the files tell: they know {days:,} days on which "
        f"somebody did. A trend needs leaving in each quarter of a year. {NEEDED}"
    )


def trend_of(touched: Ints, followed: Followed | str, *, back_to: float = np.nan) -> Trend:
    """The share of those under contract who left with it, in the last half-year against the half-year before; none
    where `back_to`, in seconds, is the first time that leavers could have been seen with it and lies within."""
    if isinstance(followed, str):
        return Trend(CANNOT_TELL, "", followed)
    begins = np.datetime64((int(followed.shown[-1]) + 1) * followed.months - YEAR, "M")
    if back_to > begins.astype("datetime64[s]").astype(np.int64):
        return Trend(CANNOT_TELL, "", (
            f"It is looked for in the year before each customer left, and it is first heard of less than a year before "
            f"{begins.item():%B %Y}, when the half-years begin that would be compared."
        ))  # fmt: skip
    with_it = np.isin(followed.customers, touched)
    left = followed.left_in[with_it]
    hits = np.array([int((left == period).sum()) for period in followed.shown])
    half = YEAR // followed.months // 2
    new, old = (
        rate_of(int(hits[part].sum()), int(followed.there[part].sum()))
        for part in (slice(-half, None), slice(-2 * half, -half))
    )
    verdict = {UP: WORSE, DOWN: BETTER}.get(ra.compare(new, old).verdict, CANNOT_TELL)
    return Trend(
        verdict, _since(hits, followed) if verdict != CANNOT_TELL else "", _said(hits, followed, verdict)
    )


def _by(months: int, spans: Spans) -> Followed:
    def period(seconds: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Ints:
        at = np.minimum(seconds, spans.until).astype(np.int64).astype("datetime64[s]")
        return np.asarray(at.astype("datetime64[M]").astype(np.int64) // months)

    began, ended = period(spans.began), period(spans.ended)
    last = int(period(np.array([spans.until]))[0])  # has not ended yet
    shown = np.arange(last - TURNED_WITHIN // months, last)
    left_in = np.where(spans.left, ended, -1)
    return Followed(months, spans.customers, left_in, there_in(began, ended, shown), shown)


def _since(hits: Ints, followed: Followed) -> str:
    """First month of the period in which the rate turned; empty where not all of the periods are known."""
    turn = turned_at(hits, followed.there) if followed.there.min() else None
    if turn is None or turn >= len(hits):
        return ""
    return str(np.datetime64(int(followed.shown[turn]) * followed.months, "M"))


def _said(hits: Ints, followed: Followed, verdict: str) -> str:
    half = YEAR // followed.months // 2
    new, old = (
        f"{hits[part].sum() / max(followed.there[part].sum(), 1):.2%}"
        for part in (slice(-half, None), slice(-2 * half, -half))
    )
    end = np.datetime64((int(followed.shown[-1]) + 1) * followed.months - 1, "M").item()
    return (
        f"Of all customers under contract, {new} a {GRAINS[followed.months]} left with it in the half-year up to "
        f"{end:%B %Y}, {old} in the half-year before."
        f"{' Chance could explain the difference.' if verdict == CANNOT_TELL else ''}"
    )
