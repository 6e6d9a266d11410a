"""What customers are still worth: orders and revenue to expect over the next year, and the chance that each is one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard import analytics as ra
from regard.analytics.warnings import hear_warnings
from regard.understand.facts import Facts

MODEL_VERSION = "2"
WEEKS_AHEAD, PERIODS = 52.0, 12
DISCOUNT = 0.008  # a month; about 10 % a year
ENDED_AFTER = timedelta(days=90)  # without any order
Floats = npt.NDArray[np.float64]
FEWEST_CUSTOMERS, FEWEST_REPEATERS = 100, 50  # below, a fitted model says more than the data
SCHEMA = pa.schema(
    [
        pa.field("customer_id", pa.int64()),
        pa.field("frequency", pa.float64()),
        pa.field("recency", pa.float64()),
        pa.field("observed", pa.float64()),
        pa.field("mean_spend", pa.float64()),
        pa.field("alive", pa.float64()),
        pa.field("expected_orders", pa.float64()),
        pa.field("worth", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Worth:
    """One row a buyer (times in weeks, money in one currency), and the fitted models with the worth of all together."""

    rows: pa.Table
    models: dict[str, Any]


NOTHING = Worth(SCHEMA.empty_table(), {})


def heard_until(as_of: datetime, last_order: datetime | None) -> datetime:
    """The moment up to which orders are known: files of long ago end where their last order does, and what came of
    that nobody has told; it does not say that everybody left."""
    stopped = last_order is not None and as_of - last_order > ENDED_AFTER
    return last_order if last_order is not None and stopped else as_of


def worth_of(facts: Facts) -> Worth:
    """Fit purchases and spend on everybody's orders in the main currency; nothing where the data cannot carry it."""
    orders = facts.sales.filter(
        facts.sales.is_order & facts.sales.customer_id.notnull() & (facts.sales.amount > 0)
    )
    counted = orders.group_by("currency").aggregate(n=ibis._.count(), last=ibis._.occurred_at.max())
    main = counted.order_by(ibis.desc("n"), "currency").limit(1).to_pyarrow().to_pylist()
    if not main:
        return NOTHING
    currency = main[0]["currency"]
    until = heard_until(facts.as_of, main[0]["last"])
    summary = ra.rfm_summary(orders.filter(orders.currency == currency), until=until)
    table = summary.order_by("customer_id").to_pyarrow()  # sums in another order end in other last digits
    repeaters = int(np.count_nonzero(table["frequency"].to_numpy()))
    if table.num_rows < FEWEST_CUSTOMERS or repeaters < FEWEST_REPEATERS:
        return NOTHING
    return _fitted(table, currency)


def _fitted(table: pa.Table, currency: str) -> Worth:
    x, t_x, age, z = (
        table[name].to_numpy().astype(np.float64) for name in ("frequency", "recency", "T", "monetary_value")
    )
    with hear_warnings() as said:
        purchases, other = _likeliest_first(x, t_x, age)
        spend = ra.fit_gammagamma(x, z)
    value, second = (
        ra.lifetime_value(
            model, spend, x, t_x, age, z,
            periods=PERIODS, period_length=WEEKS_AHEAD / PERIODS, discount=DISCOUNT, draws=draws,
        )
        for model, draws in ((purchases, 100), (other, 0))
    )  # fmt: skip
    if not np.isfinite(value.total):  # the mean spend of all does not exist in these data
        return NOTHING
    low, high = either_model(value, second)
    alive = ra.probability_alive(purchases, x, t_x, age)
    ahead = ra.expected_purchases(purchases, WEEKS_AHEAD, x, t_x, age)
    columns = (table["customer_id"], x, t_x, age, z, alive, ahead, value.value)
    models = {
        "purchases": purchases.to_json(),
        "other": other.to_json(),
        "spend": spend.to_json(),
        "currency": currency,
        "notes": said,
        "total": {"value": value.total, "low": _known(low), "high": _known(high), "n": len(x)},
    }
    return Worth(pa.table(list(columns), schema=SCHEMA), models)


def _known(end: float) -> float | None:
    return end if np.isfinite(end) else None


def _likeliest_first(x: Floats, t_x: Floats, age: Floats) -> tuple[ra.Fit, ra.Fit]:
    """Both models of when customers buy and leave, the one under which the orders are likelier in front: each has four
    parameters, so nothing speaks for one before the orders do."""
    fits = (ra.fit_mbgnbd(x, t_x, age), ra.fit_paretonbd(x, t_x, age))
    first, second = sorted(fits, key=lambda fit: fit.log_likelihood, reverse=True)
    return first, second


def either_model(value: ra.LifetimeValue, other: ra.LifetimeValue) -> tuple[float, float]:
    """Ends for a total that hold under both models: the interval of the first, around either's figure."""
    if not value.total > 0 or not np.isfinite(other.total):
        return value.total_low, value.total_high
    less, more = sorted((value.total, other.total))
    return value.total_low / value.total * less, value.total_high / value.total * more


def total_worth(models: dict[str, Any]) -> ra.Estimate | None:
    """What all customers together may bring in the next year, with an interval for parameters and model."""
    if not models:
        return None
    method = f"{models['purchases']['model']}, {models['spend']['model']}"
    return ra.Estimate(**models["total"], method=method, version=MODEL_VERSION)


@dataclass(frozen=True)
class Prospect:
    """What one customer may bring in the next year, in whole units of the currency, with the range that holds 95 % of
    simulated futures."""

    worth: int
    low: int
    high: int
    alive: float
    expected_orders: float
    currency: str


def prospect(profile: dict[str, Any], models: dict[str, Any]) -> Prospect | None:
    """What a customer's profile and the fitted models say of the year ahead; None for who never ordered."""
    if not models or profile.get("worth") is None:
        return None
    history = ([profile[name]] for name in ("frequency", "recency", "observed", "mean_spend"))
    purchases, spend = (ra.Fit.from_json(models[name]) for name in ("purchases", "spend"))
    range_ = ra.simulate_value(purchases, spend, *history, horizon=WEEKS_AHEAD, draws=500, parameter_draws=20)
    return Prospect(
        worth=round(profile["worth"]),
        low=round(float(range_.low[0])),
        high=round(float(range_.high[0])),
        alive=profile["alive"],
        expected_orders=profile["expected_orders"],
        currency=models["currency"],
    )
