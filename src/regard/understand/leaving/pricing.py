"""What drives customers under contract away: each condition and experience, its effect on staying, and what it costs a
year. Ranked like everything else that may be fixed next."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from threadpoolctl import threadpool_limits

from regard import analytics as ra
from regard.analytics.warnings import hear_warnings
from regard.ledger import lake
from regard.understand.facts import UTC_TIME, Facts
from regard.understand.leaving.contracts import TENURE, Contracts, Flags
from regard.understand.leaving.happenings import LOOKED_BACK, happened_to
from regard.understand.leaving.spans import DAY, read_spans, why_not_followed
from regard.understand.leaving.trends import Followed, Trend, follow, trend_of
from regard.understand.models import PainPoint

CONDITION, SINCE = "condition", "the day they were first heard of"
FEWEST, MOST_LEVELS = 30, 12
MOST_ALONE = 0.5  # of those it touches, without anybody comparable
MOST_COMPARED = 8_000  # customers; more make the answer slower, not surer
WORTH_CARING = 0.001  # of what all contracts bring a year
# one of thousands of places: no two customers are alike in it
PLACES = re.compile(r"(^|_)(zip|zip_code|postcode|lat|latitude|long|longitude|lat_long)(_|$)")
YES, NO = ("yes", "true", "1"), ("no", "false", "0")
# who somebody is: known before anything happened, and nothing that a company could mend
PERSONAL = re.compile(
    r"(^|_)(gender|sex|age|birth|birthday|senior|under|over|married|marital|partner|dependents?|children|household|"
    r"income|education|country|state|city|town|county|region|area|zip|postcode|postal|lat|latitude|long|longitude|"
    r"population|language|nationality|segment|occupation|profession)(_|$)"
)
TOO_FEW = "Fewer than 30 comparable customers with it, or without it."
ALONE = (
    "Most whom it touches have nobody comparable whom it does not: what it does cannot be told from all else."
)
UNCLEAR = "The range reaches zero, or chance could explain it among all that was looked at."
SMALL = "Even the upper end of the range is less than a thousandth of what all contracts bring a year."


@dataclass(frozen=True)
class Driver:
    """One thing that may drive customers away; `aspect` is the attribute it is told from, if any. Of what befell them
    `heard_since` says from when on it is known of anybody, in seconds; nan of what they always have."""

    kind: str
    key: str
    title: str
    what: str  # ends the sentence "1,240 customers ..."
    touched: Flags
    compared: Flags
    aspect: str = ""
    heard_since: float = float("nan")


@dataclass(frozen=True)
class Leaving:
    """Pain points, not yet stored, in order; the rows of `touched`; attributes that were not used, and why; and why
    nobody can say when customers left, if so."""

    points: list[PainPoint]
    touched: pa.Table
    leaks: list[ra.Leak]
    undated: str


@dataclass(frozen=True)
class _Looked:
    driver: Driver
    effect: ra.Estimate
    cost: ra.Estimate
    notes: list[str]


def find_leaving(facts: Facts, contracts: Contracts) -> Leaving:
    """Everything that may drive customers under contract away, priced by what they pay a year, and ranked."""
    left, nothing, spans = contracts.left, lake.TABLES["touched"].empty_table(), read_spans(facts)
    undated = why_not_followed(spans)
    if min(left.sum(), (~left).sum()) < FEWEST:
        return Leaving([], nothing, [], undated)
    leaks = ra.find_leaks(contracts.aspects, left)
    honest = {
        name: values
        for name, values in contracts.aspects.items()
        if name not in {leak.column for leak in leaks}
    }
    drivers = [*_conditions(contracts, honest), *_experiences(facts, contracts)]
    known = _known(contracts, honest)
    with threadpool_limits(1):  # small matrices: threads would only wait for each other
        looked = [_look(driver, contracts, known) for driver in drivers]
    followed = follow(spans)
    points = [
        _point(place, standing, one, contracts, known, _trend(one.driver, contracts, followed))
        for place, (standing, one) in enumerate(_ranked(looked, contracts), 1)
    ]
    return Leaving(points, _touched(drivers, contracts), leaks, undated)


def _conditions(contracts: Contracts, honest: dict[str, npt.NDArray[Any]]) -> Iterator[Driver]:
    """The levels of each attribute of the contract whose customers leave more often than the others."""
    left, everybody = contracts.left, np.ones(len(contracts), dtype=bool)
    for name, values in honest.items():
        if values.dtype.kind == "f" or PERSONAL.search(name):
            continue
        levels = [level for level in np.unique(values.astype(str)) if level]
        if not 2 <= len(levels) <= MOST_LEVELS:
            continue
        for level in levels:
            touched = values == level
            if touched.sum() >= FEWEST and (~touched).any() and left[touched].mean() > left[~touched].mean():
                title, what = _called(name, level)
                yield Driver(
                    CONDITION,
                    f"{CONDITION}:{name}={level}"[:250],
                    title[:250],
                    what,
                    touched,
                    everybody,
                    name,
                )


def _called(name: str, level: str) -> tuple[str, str]:
    """The condition as a title, and as the end of a sentence."""
    words = name.replace("_", " ")
    if level.lower() in YES:
        return f"With {words}", f"are with “{words}”"
    if level.lower() in NO:
        return f"Without {words}", f"are without “{words}”"
    return f"{words.capitalize()}: {level}", f"have {words} “{level}”"


def _experiences(facts: Facts, contracts: Contracts) -> Iterator[Driver]:
    """What happened to customers in the year before they left, or up to now."""
    customers = contracts.customers
    for one in happened_to(facts, contracts):
        touched = np.isin(customers, one.customers)
        compared = np.ones(len(customers), bool) if one.among is None else np.isin(customers, one.among)
        if touched.sum() >= FEWEST:
            yield Driver(
                one.kind, one.key, one.title, one.what, touched, compared, heard_since=one.heard_since
            )


def _known(contracts: Contracts, honest: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """What customers are compared by: who they are, how long they have been one, and their other conditions."""
    few = {
        name: values
        for name, values in honest.items()
        if values.dtype.kind != "f" and _levels(values) <= MOST_LEVELS
    }
    numbers = {
        name: values for name, values in honest.items()
        if values.dtype.kind == "f" and not PLACES.search(name) and (PERSONAL.search(name) or TENURE.search(name))
    }  # fmt: skip
    first = contracts.rows["first_seen"].to_numpy()
    return few | numbers | ({SINCE: first} if len(np.unique(first)) > 1 else {})


def _levels(values: npt.NDArray[Any]) -> int:
    return len(np.unique(values.astype(str)))


def _look(driver: Driver, contracts: Contracts, known: dict[str, npt.NDArray[Any]]) -> _Looked:
    """Effect on staying, and what those pay a year whom it drives away."""
    stayed, a_year = ~contracts.left, contracts.a_year
    rows = _fewer(np.flatnonzero(driver.compared), driver.touched)
    others = {name: values[rows] for name, values in known.items() if name != driver.aspect}
    with hear_warnings():  # of poor overlap, which is told below
        effect = ra.average_effect(stayed[rows], driver.touched[rows], others)
        paying = ra.average_effect(stayed[rows], driver.touched[rows], others, weights=a_year[rows])
    touched = a_year[driver.touched & driver.compared]
    if not max(effect.overlap.trimmed, paying.overlap.trimmed) <= MOST_ALONE:  # nan where there are too few
        nothing = ra.Estimate(None, None, None, len(touched))
        return _Looked(driver, nothing, nothing, [] if np.isnan(effect.overlap.trimmed) else [ALONE])
    cost = ra.value_at_risk(paying.estimate, touched * (1 - paying.overlap.trimmed))
    notes = [f"{effect.overlap.trimmed:.0%} of them have nobody comparable and are left out of the figures"]
    return _Looked(driver, effect.estimate, cost, notes if not effect.overlap.good else [])


def _fewer(rows: npt.NDArray[np.intp], touched: Flags) -> npt.NDArray[np.intp]:
    """At most so many customers with it and as many without; always the same ones."""
    draw = np.random.default_rng(0)
    halves = (rows[touched[rows]], rows[~touched[rows]])
    return np.sort(np.concatenate([
        half if len(half) <= MOST_COMPARED else draw.choice(half, MOST_COMPARED, replace=False) for half in halves
    ]))  # fmt: skip


def _ranked(looked: list[_Looked], contracts: Contracts) -> Iterator[tuple[str, _Looked]]:
    by_key = {one.driver.key: one for one in looked}
    ranking = ra.rank_pain_points(
        [ra.PainPoint(one.driver.key, one.driver.kind, one.effect, one.cost) for one in looked],
        worth=WORTH_CARING * float(contracts.a_year.sum()),
    )
    standings = PainPoint.Standing
    for standing, points in (
        (standings.COSTLY, ranking.costly), (standings.TOO_SMALL, ranking.too_small),
        (standings.UNCLEAR, ranking.unclear), (standings.TOO_FEW, ranking.too_few),
    ):  # fmt: skip
        for point in points:
            yield standing, by_key[point.name]


def _trend(driver: Driver, contracts: Contracts, followed: Followed | str) -> Trend:
    """Whether more leave with it; of what befell them only where it is known of all who are compared for as long."""
    touched = contracts.customers[driver.touched & driver.compared]
    return trend_of(touched, followed, back_to=driver.heard_since + LOOKED_BACK * DAY)


def _point(
    place: int,
    standing: str,
    one: _Looked,
    contracts: Contracts,
    known: dict[str, npt.NDArray[Any]],
    trend: Trend,
) -> PainPoint:
    driver, effect, cost = one.driver, one.effect, one.cost
    touched = driver.touched & driver.compared
    customers, gone = int(touched.sum()), int((touched & contracts.left).sum())
    reasons = {"costly": "", "too small": SMALL, "unclear": UNCLEAR}
    return PainPoint(
        outcome=PainPoint.Outcome.STAY, place=place, standing=standing, kind=driver.kind, key=driver.key,
        title=driver.title, reason=reasons.get(standing, ALONE if ALONE in one.notes else TOO_FEW),
        sentence=f"{customers:,} customers {driver.what}; {gone:,} of them left.",
        customers=customers, orders=gone,
        effect=effect.value, effect_low=effect.low, effect_high=effect.high,
        cost=cost.value, cost_low=cost.low, cost_high=cost.high, currency=contracts.currency,
        trend=trend.verdict, since=trend.since, trend_said=trend.said, assumptions=_assumptions(one, contracts, known),
    )  # fmt: skip


def _assumptions(one: _Looked, contracts: Contracts, known: dict[str, npt.NDArray[Any]]) -> list[str]:
    alike = ", ".join(name.replace("_", " ") for name in known if name != one.driver.aspect)
    return [
        "This is an association. It becomes a cause only once a fix has proved it.",
        f"Compared with customers alike in {alike}.",
        "Those who left count as left, whenever that was; what nobody wrote down may differ between the two groups.",
        "The value at risk is what those pay a year whom it drives away: the difference it makes to staying, weighed "
        "by what each customer pays a year, times what all whom it touches pay a year.",
        *([contracts.how] if contracts.how else []),
        "A customer whom two things touch counts in both: do not add them up.",
        *(f"Caution: {note}." for note in one.notes if note != ALONE),
    ]  # fmt: skip


def _touched(drivers: list[Driver], contracts: Contracts) -> pa.Table:
    schema, parts = lake.TABLES["touched"], []
    seen = contracts.rows.select(["customer_id", "first_seen", "churned_at"])
    for driver in drivers:
        rows = seen.filter(pa.array(driver.touched & driver.compared))
        last = ibis.coalesce(ibis._.churned_at, ibis._.first_seen).cast(UTC_TIME)
        told = ibis.memtable(rows).select(
            key=ibis.literal(driver.key),
            customer_id=ibis._.customer_id,
            subject=ibis.null("string"),
            ordered_at=last,
        )
        parts.append(lake.fetch(told).cast(schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()
