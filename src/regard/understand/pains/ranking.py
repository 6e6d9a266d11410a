"""What to fix next: what each exposure does to coming back, what that may cost a year, and in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from threadpoolctl import threadpool_limits

from regard import analytics as ra
from regard.analytics.comparisons import DOWN, UP
from regard.analytics.warnings import hear_warnings
from regard.ledger import lake
from regard.understand.facts import Facts
from regard.understand.models import PainPoint
from regard.understand.pains.experiences import EXPRESSIONS, THEME
from regard.understand.pains.exposures import find_exposures
from regard.understand.pains.order_worth import OrderWorth, order_worth
from regard.understand.pains.orders import Exposure, Flags, Ints, Orders, read_orders
from regard.understand.pains.overlaps import Part, expressed
from regard.understand.rates import BETTER, CANNOT_TELL, FEWEST, WORSE, rate_of, turned_at
from regard.understand.themes.finding import Told
from regard.understand.worth import Worth, heard_until, total_worth

DAY = 86_400
BACK_WITHIN, YEAR, HALF = 180, 365, 182  # days
TURNED_WITHIN = 18  # months
WORTH_CARING = 0.001  # of what all customers together may bring
HARMLESS = 0.1  # of those who would have come back
MOST_COMPARED = 12_000  # orders without the exposure; more make the answer slower, not surer
PLACE_TRAITS = ("state", "country", "region", "segment")
NO_WORTH = "There are too few repeated orders to say what customers will bring."
OPEN_WORTH = "The orders do not tell within which range what customers will bring may lie."
UNPRICED = ([NO_WORTH], [OPEN_WORTH])
TOO_FEW = "Fewer than 30 comparable orders with it, or without it, are old enough to see who came back."
UNCLEAR = "The range reaches zero, or chance could explain it among all that was looked at."
QUIET = (
    "Those whom it befell came back as often as comparable customers, or nearly: with 95 % certainty it takes away "
    "less than a tenth of them."
)
APART = (
    "Largely the same orders as something that went wrong: the cost stands there, and is not counted twice."
)
SMALL = "Even the upper end of the range is less than a thousandth of what all customers may bring."


@dataclass(frozen=True)
class Found:
    """Pain points, not yet stored, in the order in which to look at them, and what they were found in."""

    points: list[PainPoint]
    touched: pa.Table
    orders: Orders
    exposures: list[Exposure]


@dataclass(frozen=True)
class _Looked:
    """One exposure with what was estimated of it."""

    exposure: Exposure
    effect: ra.Estimate
    relative: ra.Estimate
    cost: ra.Estimate
    lately: Flags  # befallen in the last year
    notes: list[str]


def find_pain_points(facts: Facts, worth: Worth, traits: ir.Table, themes: Sequence[Told] = ()) -> Found:
    """Every exposure of the orders there are, priced and ranked."""
    orders = read_orders(facts)
    exposures = find_exposures(facts, orders, themes) if len(orders) else []
    if not exposures:
        return Found([], lake.TABLES["touched"].empty_table(), orders, [])
    until = heard_until(facts.as_of, datetime.fromtimestamp(int(orders.seconds.max()), UTC))
    when = "In the last year" if until == facts.as_of else f"In the year up to {until.day} {until:%B %Y}"
    now = int(until.timestamp())
    values = order_worth(orders, worth, orders.seconds > now - YEAR * DAY)
    known = _known_before(orders, traits)
    parts = expressed(exposures)
    with threadpool_limits(1):  # small matrices: threads would only wait for each other
        looked = [
            _as_part(exposure, orders, now)
            if exposure.key in parts
            else _look(exposure, orders, known | _besides(exposure, exposures, parts), values, now)
            for exposure in exposures
        ]
    points = [
        _point(place, standing, one, parts.get(one.exposure.key), orders, worth, now, when)
        for place, (standing, one) in enumerate(_ranked(looked, parts, worth), 1)
    ]
    return Found(points, _touched(looked, orders), orders, exposures)


def _as_part(exposure: Exposure, orders: Orders, now: int) -> _Looked:
    """What is part of another gets no figure of its own, which would be counted twice."""
    lately = exposure.touched & (orders.seconds > now - YEAR * DAY)
    nothing = ra.Estimate(None, None, None, int(lately.sum()))
    return _Looked(exposure, nothing, nothing, nothing, lately, [])


def _look(
    exposure: Exposure, orders: Orders, known: dict[str, npt.NDArray[Any]], worth: OrderWorth, now: int
) -> _Looked:
    """Effect on ordering again, and the value at risk among the orders that it befell in the last year."""
    placed = orders.seconds
    gap = orders.seconds_of("next_at") - placed
    old = exposure.compared & (placed <= now - BACK_WITHIN * DAY)
    rows = _fewer(np.flatnonzero(old & still_open(exposure, gap)), exposure.touched)
    with hear_warnings() as said:
        effect = ra.average_effect(
            gap[rows] <= BACK_WITHIN * DAY, exposure.touched[rows],
            {name: _readable(column[rows]) for name, column in known.items()},
            clusters=orders.column("customer_id")[rows],
        )  # fmt: skip
    lately = exposure.touched & (placed > now - YEAR * DAY)
    priced = lately & np.isfinite(worth.values)
    if not priced.any() or not np.isfinite([worth.low, worth.high]).all():
        nothing = ra.Estimate(None, None, None, int(lately.sum()))
        why = OPEN_WORTH if priced.any() else NO_WORTH
        return _Looked(exposure, effect.estimate, effect.relative, nothing, lately, [why])
    share = float(exposure.touched[exposure.compared].mean())
    cost = _cost(_of_average(effect.relative, share), worth, priced)
    return _Looked(exposure, effect.estimate, effect.relative, cost, lately, said)


def still_open(exposure: Exposure, gap: npt.NDArray[np.float64]) -> Flags:
    """Orders that no other one had followed by the day it befell.

    Who writes three weeks after an order had not ordered again before that; to compare with everybody would find that
    whatever comes late drives customers away. So each of the others is held to the days of one of the touched.
    """
    if exposure.after is None:
        return np.ones(len(gap), dtype=bool)
    known = exposure.after[np.isfinite(exposure.after)]
    drawn = np.random.default_rng(0).choice(known, len(gap)) if len(known) else np.zeros(len(gap))
    after = np.where(np.isfinite(exposure.after), exposure.after, drawn)
    return np.asarray(~(gap < after), dtype=bool)


def _of_average(effect: ra.Estimate, share: float) -> ra.Estimate:
    """The effect as a share of what comes after the average order instead of after one that it did not befall: fitted
    models know the average only, which is the lower the more orders it befalls."""
    if effect.value is None or effect.standard_error is None:
        return effect
    average = max(1 + effect.value * share, 1 - share)
    return replace(
        effect,
        value=effect.value / average,
        standard_error=effect.standard_error / average**2,
        low=None,
        high=None,
    )


def _cost(effect: ra.Estimate, worth: OrderWorth, priced: Flags) -> ra.Estimate:
    """The value at risk. Which model of the values is right is no matter of chance, so its ends are not evened out
    against those of the effect: the interval holds what the effect's says at either end of the values."""
    values = worth.values[priced]
    middle = ra.value_at_risk(effect, values)
    ends = [
        end for share in (worth.low, worth.high)
        for said in [ra.value_at_risk(effect, values * share)] for end in (said.low, said.high) if end is not None
    ]  # fmt: skip
    return replace(middle, low=min(ends), high=max(ends)) if ends else middle


def _fewer(rows: npt.NDArray[np.intp], touched: Flags) -> npt.NDArray[np.intp]:
    """All rows with the exposure, and of the others not more than carry the comparison; always the same ones."""
    others = rows[~touched[rows]]
    if len(others) <= MOST_COMPARED:
        return rows
    drawn = np.random.default_rng(0).choice(others, MOST_COMPARED, replace=False)
    return np.sort(np.concatenate([rows[touched[rows]], drawn]))


def _besides(
    exposure: Exposure, exposures: Sequence[Exposure], parts: dict[str, Part]
) -> dict[str, npt.NDArray[Any]]:
    """What else befell the orders that people wrote about, rated or sent back: that answers for what it adds only."""
    if exposure.kind not in EXPRESSIONS:
        return {}
    others = (
        one for one in exposures
        if one.key != exposure.key
        and (one.kind not in EXPRESSIONS or one.key in parts or (exposure.kind == THEME and one.kind != THEME))
    )  # fmt: skip
    return {f"befell {one.key}": one.touched for one in others}


def _known_before(orders: Orders, traits: ir.Table) -> dict[str, npt.NDArray[Any]]:
    """What was known when each order was placed; whole numbers are names of categories."""
    rows, placed = orders.rows, orders.seconds
    known: dict[str, npt.NDArray[Any]] = {
        "placed": placed / DAY,
        "month": rows["occurred_at"].to_numpy().astype("datetime64[M]").astype(np.int64),
        "amount": np.log1p(np.maximum(orders.column("amount").astype(np.float64), 0)),
        "spent": np.log1p(np.maximum(orders.column("spent").astype(np.float64), 0)),
        "earlier": np.minimum(orders.column("earlier").astype(np.int64), 7),
        "recency": (placed - orders.seconds_of("previous_at")) / DAY,
        "tenure": (placed - orders.seconds_of("first_at")) / DAY,
        "channel": _codes(rows["channel"]),
        "source": _codes(rows["source"]),
    }
    return known | _places(orders, traits)


def _places(orders: Orders, traits: ir.Table) -> dict[str, npt.NDArray[Any]]:
    """Where customers live and which segment they are in: what a bad experience does not change."""
    buyers, found = orders.column("customer_id"), {}
    for name in PLACE_TRAITS:
        said = traits.filter(traits.dimension == name).order_by("customer_id").to_pyarrow()
        if said.num_rows:
            customers, groups = said["customer_id"].to_numpy(), _codes(said["group"])
            place = np.searchsorted(customers, buyers).clip(max=len(customers) - 1)
            found[f"trait {name}"] = np.where(customers[place] == buyers, groups[place], -1)
    return found


def _codes(texts: pa.ChunkedArray) -> Ints:
    """A number for each different text: a category needs no more."""
    codes = texts.combine_chunks().dictionary_encode().indices.fill_null(-1)
    return np.asarray(codes.to_numpy(), dtype=np.int64)


def _readable(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """As the library wants it, categories as text; made of the rows compared only, not of every order."""
    return column.astype("U6") if column.dtype.kind == "i" else column


def _ranked(looked: list[_Looked], parts: dict[str, Part], worth: Worth) -> Iterator[tuple[str, _Looked]]:
    """What to fix first in front; what is part of another comes last, as it is shown beneath that."""
    total = total_worth(worth.models)
    floor = WORTH_CARING * (total.value or 0.0) if total else 0.0
    by_key = {one.exposure.key: one for one in looked}
    ranking = ra.rank_pain_points(
        [ra.PainPoint(one.exposure.key, one.exposure.kind, one.effect, one.cost) for one in looked],
        worth=floor,
    )
    standings = PainPoint.Standing
    for standing, points in (
        (standings.COSTLY, ranking.costly), (standings.TOO_SMALL, ranking.too_small),
        (standings.UNCLEAR, ranking.unclear), (standings.TOO_FEW, ranking.too_few),
    ):  # fmt: skip
        for point in points:
            if point.name not in parts:
                one = by_key[point.name]
                yield standings.HARMLESS if _harmless(standing, one) else standing, one
    for one in looked:
        if one.exposure.key in parts:
            yield standings.PART, one


def _harmless(standing: str, one: _Looked) -> bool:
    """Whether it surely takes away less than a tenth of those who would come back, or nobody."""
    low = one.relative.low
    return (
        standing in (PainPoint.Standing.UNCLEAR, PainPoint.Standing.TOO_SMALL)
        and low is not None
        and low > -HARMLESS
    )


def _point(
    place: int,
    standing: str,
    one: _Looked,
    part: Part | None,
    orders: Orders,
    worth: Worth,
    now: int,
    when: str,
) -> PainPoint:
    exposure, effect, cost = one.exposure, one.effect, one.cost
    customers = len(np.unique(orders.column("customer_id")[one.lately]))
    trend, compared = _trend(exposure, orders.seconds, now)
    reasons = {"costly": "", "too small": SMALL, "unclear": UNCLEAR, "harmless": QUIET}
    if part:
        reasons["part"] = f"{part.share:.0%} of these orders are also those of “{part.whole.title}”."
    people = "1 customer" if customers == 1 else f"{customers:,} customers"
    return PainPoint(
        place=place, standing=standing, kind=exposure.kind, key=exposure.key, title=exposure.title,
        reason=reasons.get(standing, one.notes[0] if one.notes[:1] in UNPRICED else TOO_FEW),
        sentence=f"{when} {people} {exposure.what}.",
        customers=customers, orders=int(one.lately.sum()),
        effect=effect.value, effect_low=effect.low, effect_high=effect.high,
        cost=cost.value, cost_low=cost.low, cost_high=cost.high, currency=worth.models.get("currency", ""),
        trend=trend, since=_since(exposure, orders.seconds, now) if trend != CANNOT_TELL else "", trend_said=compared,
        assumptions=[APART] if part else _assumptions(one, orders, now),
        part_of=part.whole.key if part else "", overlap=part.share if part else None,
    )  # fmt: skip


def _trend(exposure: Exposure, placed: npt.NDArray[np.int64], now: int) -> tuple[str, str]:
    """Its rate in the last half-year against the half-year before; the verdict, and what was compared."""
    half = HALF * DAY
    new, old = (
        _rate(exposure, (placed > now - (back + 1) * half) & (placed <= now - back * half)) for back in (0, 1)
    )
    trend = {UP: WORSE, DOWN: BETTER}.get(ra.compare(new, old).verdict, CANNOT_TELL)
    if new.value is None or old.value is None:
        return (
            trend,
            f"Fewer than {FEWEST} orders that it could have befallen in one of the last two half-years.",
        )
    chance = " Chance could explain the difference." if trend == CANNOT_TELL else ""
    return trend, (
        f"It befell {new.value:.1%} of the orders of the last half-year that it could befall, {old.value:.1%} in the "
        f"half-year before.{chance}"
    )


def _since(exposure: Exposure, placed: npt.NDArray[np.int64], now: int) -> str:
    """The month in which its rate turned, as 2026-03; of the last year and a half, the running month left out."""
    months = (placed * 1_000_000_000).view("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
    last = int(np.datetime64(now, "s").astype("datetime64[M]").astype(np.int64))
    shown = np.arange(last - TURNED_WITHIN, last)
    hits, n = (
        [int((flags & (months == month)).sum()) for month in shown]
        for flags in (exposure.hit & exposure.base, exposure.base)
    )
    turn = turned_at(hits, n) if min(n) else None
    return str(np.datetime64(int(shown[turn]), "M")) if turn is not None and turn < len(shown) else ""


def _rate(exposure: Exposure, period: Flags) -> ra.Estimate:
    return rate_of(int((exposure.hit & period).sum()), int((exposure.base & period).sum()))


def _assumptions(one: _Looked, orders: Orders, now: int) -> list[str]:
    placed = orders.seconds
    old = int((one.exposure.touched & (placed <= now - BACK_WITHIN * DAY)).sum())
    return [
        "This is an association. It becomes a cause only once a fix has proved it.",
        f"Compared: {old:,} orders that it befell with orders alike in date, month, amount, money spent before, orders "
        "before, time since the last and the first order, channel, source and, where known, place and segment of the "
        "customer.",
        f"Coming back means another order within {BACK_WITHIN} days. Orders younger than that are left out of the "
        "comparison: nobody knows yet.",
        "What nobody wrote down may differ between the two groups, and then part of the effect is not its own.",
        "The value at risk is the share of customers it keeps from coming back times what each was to bring in the "
        "year after the order, as far as their orders up to then can tell, added up over the orders that it befell in "
        "the last year.",
        "Two models tell what customers bring: the figure is that of the likelier one, the range holds what either "
        "says.",
        "A customer whom two things befell counts in both: do not add them up.",
        *(f"Caution: {note}." for note in one.notes if [note] not in UNPRICED),
    ]  # fmt: skip


def _touched(looked: list[_Looked], orders: Orders) -> pa.Table:
    parts, schema = [], lake.TABLES["touched"]
    for one in looked:
        rows = orders.rows.filter(pa.array(one.lately))
        keys = pa.array([one.exposure.key] * rows.num_rows, pa.string())
        columns = [keys, rows["customer_id"], rows["subject"], rows["occurred_at"]]
        parts.append(pa.table(columns, names=schema.names).cast(schema))
    return pa.concat_tables(parts)
