"""What to fix next: what each exposure does to coming back, what that may cost a year, and in which order."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard import analytics as ra
from regard.analytics.comparisons import DOWN, UP
from regard.ledger import lake
from regard.understand.exposures import Exposure, Flags, Orders, find_exposures, read_orders
from regard.understand.facts import Facts
from regard.understand.models import PainPoint
from regard.understand.worth import Worth, total_worth

DAY = 86_400
BACK_WITHIN, YEAR, HALF = 180, 365, 182  # days
WORTH_CARING = 0.001  # of what all customers together may bring
MOST_COMPARED = 12_000  # orders without the exposure; more make the answer slower, not surer
PLACE_TRAITS = ("state", "country", "region", "segment")
NO_WORTH = "There are too few repeated orders to say what customers will bring."
TOO_FEW = "Fewer than 30 comparable orders with it, or without it, are old enough to see who came back."
UNCLEAR = "The range reaches zero, or chance could explain it among all that was looked at."
SMALL = "Even the upper end of the range is less than a thousandth of what all customers may bring."
WORSE, BETTER, CANNOT_TELL = "worse", "better", "cannot tell"


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
    cost: ra.Estimate
    lately: Flags  # befallen in the last year
    notes: list[str]


def find_pain_points(facts: Facts, worth: Worth, traits: ir.Table) -> Found:
    """Every exposure of the orders there are, priced and ranked."""
    orders = read_orders(facts)
    exposures = find_exposures(facts, orders) if len(orders) else []
    if not exposures:
        return Found([], lake.TABLES["touched"].empty_table(), orders, [])
    now = int(facts.as_of.timestamp())
    values, known = _values(orders, worth), _known_before(orders, traits)
    looked = [_look(exposure, orders, known, values, worth, now) for exposure in exposures]
    points = [
        _point(place, standing, one, orders, worth, now)
        for place, (standing, one) in enumerate(_ranked(looked, worth), 1)
    ]
    return Found(points, _touched(looked, orders), orders, exposures)


def _look(
    exposure: Exposure, orders: Orders, known: dict[str, npt.NDArray[Any]], values: npt.NDArray[np.float64],
    worth: Worth, now: int,
) -> _Looked:  # fmt: skip
    """Effect on ordering again, and the value at risk among the orders that it befell in the last year."""
    placed = orders.seconds
    rows = np.flatnonzero(exposure.compared & (placed <= now - BACK_WITHIN * DAY))
    rows = _fewer(rows, exposure.touched)
    gap = orders.seconds_of("next_at")[rows] - placed[rows]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ra.StatisticalWarning)
        effect = ra.average_effect(
            gap <= BACK_WITHIN * DAY, exposure.touched[rows], {name: column[rows] for name, column in known.items()},
            clusters=orders.column("customer_id")[rows],
        )  # fmt: skip
    lately = exposure.touched & (placed > now - YEAR * DAY)
    priced = lately & np.isfinite(values)
    total = total_worth(worth.models)
    if total is None or not priced.any():
        nothing = ra.Estimate(None, None, None, int(lately.sum()))
        return _Looked(exposure, effect.estimate, nothing, lately, [NO_WORTH])
    cost = _cost(effect.relative, values[priced], total)
    return _Looked(exposure, effect.estimate, cost, lately, [str(warning.message) for warning in said])


def _cost(effect: ra.Estimate, values: npt.NDArray[np.float64], total: ra.Estimate) -> ra.Estimate:
    """The value at risk. All values share the parameters of one model and so its error, which is seldom the same to
    both sides: each end of the interval has the error of its side."""
    if total.value is None or total.low is None or total.high is None:
        return ra.Estimate(None, None, None, len(values))
    part = float(values.sum()) / total.value / 1.96
    lower = ra.value_at_risk(effect, values, value_error=max(total.value - total.low, 0.0) * part)
    upper = ra.value_at_risk(effect, values, value_error=max(total.high - total.value, 0.0) * part)
    return replace(lower, high=upper.high)


def _fewer(rows: npt.NDArray[np.intp], touched: Flags) -> npt.NDArray[np.intp]:
    """All rows with the exposure, and of the others not more than carry the comparison; always the same ones."""
    others = rows[~touched[rows]]
    if len(others) <= MOST_COMPARED:
        return rows
    drawn = np.random.default_rng(0).choice(others, MOST_COMPARED, replace=False)
    return np.sort(np.concatenate([rows[touched[rows]], drawn]))


def _values(orders: Orders, worth: Worth) -> npt.NDArray[np.float64]:
    """For each order what its customer may bring in a year, had they only just ordered; nan where unknown.

    Today's worth already counts that some left, perhaps because of what went wrong: divided by the chance that the
    customer still is one, it is the value that stood at risk.
    """
    alive = worth.rows["alive"].to_numpy()
    value = np.divide(
        worth.rows["worth"].to_numpy(), alive, out=np.full(len(alive), np.nan), where=alive > 1e-6
    )
    customers = worth.rows["customer_id"].to_numpy()
    found = np.full(len(orders), np.nan)
    if len(customers):
        order = np.argsort(customers)
        buyers = orders.column("customer_id")
        place = order[np.searchsorted(customers, buyers, sorter=order).clip(max=len(customers) - 1)]
        found = np.where(customers[place] == buyers, value[place], np.nan)
    return found


def _known_before(orders: Orders, traits: ir.Table) -> dict[str, npt.NDArray[Any]]:
    """What was known when each order was placed."""
    rows, placed = orders.rows, orders.seconds
    known: dict[str, npt.NDArray[Any]] = {
        "placed": placed / DAY,
        "month": rows["occurred_at"].to_numpy().astype("datetime64[M]").astype(np.int64).astype("U6"),
        "amount": np.log1p(np.maximum(orders.column("amount").astype(np.float64), 0)),
        "spent": np.log1p(np.maximum(orders.column("spent").astype(np.float64), 0)),
        "earlier": np.minimum(orders.column("earlier").astype(np.int64), 7).astype("U2"),
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
            found[f"trait {name}"] = np.where(customers[place] == buyers, groups[place], "")
    return found


def _codes(texts: pa.ChunkedArray) -> npt.NDArray[Any]:
    """A short name for each different text: a category needs no more, and millions of them have room."""
    codes = texts.combine_chunks().dictionary_encode().indices.fill_null(-1)
    return np.asarray(codes.to_numpy()).astype("U6")


def _ranked(looked: list[_Looked], worth: Worth) -> Iterator[tuple[str, _Looked]]:
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
            yield standing.value, by_key[point.name]


def _point(place: int, standing: str, one: _Looked, orders: Orders, worth: Worth, now: int) -> PainPoint:
    exposure, effect, cost = one.exposure, one.effect, one.cost
    customers = len(np.unique(orders.column("customer_id")[one.lately]))
    reasons = {"costly": "", "too small": SMALL, "unclear": UNCLEAR}
    people = "1 customer" if customers == 1 else f"{customers:,} customers"
    return PainPoint(
        place=place, standing=standing, kind=exposure.kind, key=exposure.key, title=exposure.title,
        reason=reasons.get(standing, one.notes[0] if one.notes == [NO_WORTH] else TOO_FEW),
        sentence=f"In the last year {people} {exposure.what}.",
        customers=customers, orders=int(one.lately.sum()),
        effect=effect.value, effect_low=effect.low, effect_high=effect.high,
        cost=cost.value, cost_low=cost.low, cost_high=cost.high, currency=worth.models.get("currency", ""),
        trend=_trend(exposure, orders.seconds, now), assumptions=_assumptions(one, orders, now),
    )  # fmt: skip


def _trend(exposure: Exposure, placed: npt.NDArray[np.int64], now: int) -> str:
    """Its rate in the last half-year against the half-year before."""
    half = HALF * DAY
    new, old = (
        _rate(exposure, (placed > now - (back + 1) * half) & (placed <= now - back * half)) for back in (0, 1)
    )
    verdict = ra.compare(new, old).verdict
    return {UP: WORSE, DOWN: BETTER}.get(verdict, CANNOT_TELL)


def _rate(exposure: Exposure, period: Flags) -> ra.Estimate:
    n, hits = int((exposure.base & period).sum()), int((exposure.hit & period).sum())
    if n < 30:
        return ra.Estimate(None, None, None, n)
    share = (hits + 1) / (n + 2)  # a rate of nothing has an error as well
    return ra.Estimate(share, None, None, n, standard_error=float(np.sqrt(share * (1 - share) / n)))


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
        "The value at risk is the share of customers it keeps from coming back times what each would bring in the next "
        "year while being a customer, added up over the orders that it befell in the last year.",
        "A customer whom two things befell counts in both: do not add them up.",
        *(f"Caution: {note}." for note in one.notes if note != NO_WORTH),
    ]  # fmt: skip


def _touched(looked: list[_Looked], orders: Orders) -> pa.Table:
    parts, schema = [], lake.TABLES["touched"]
    for one in looked:
        rows = orders.rows.filter(pa.array(one.lately))
        keys = pa.array([one.exposure.key] * rows.num_rows, pa.string())
        columns = [keys, rows["customer_id"], rows["subject"], rows["occurred_at"]]
        parts.append(pa.table(columns, names=schema.names).cast(schema))
    return pa.concat_tables(parts)
