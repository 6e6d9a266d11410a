"""What customers were to bring in the year after an order, against what they then spent in it."""

from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regard import analytics as ra
from regard.simulate.model import DAY
from regard.simulate.population import simulate_population
from regard.understand.pains.order_worth import order_worth
from regard.understand.pains.orders import Floats, Orders
from regard.understand.worth import SCHEMA, Worth

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
START = datetime(2023, 11, 21, tzinfo=UTC)
TOLD_AFTER = 731  # days: the year after that is simulated, too


def _orders(customers: "np.ndarray", minutes: "np.ndarray", amounts: Floats) -> Orders:  # type: ignore[type-arg]
    at = pa.array(minutes * 60_000_000 + int(START.timestamp()) * 1_000_000).cast(
        pa.timestamp("us", tz="UTC")
    )
    rows = pa.table({
        "customer_id": pa.array(customers), "occurred_at": at, "amount": pa.array(amounts),
        "currency": pa.array(["EUR"] * len(amounts)),
    })  # fmt: skip
    nothing = np.zeros(len(amounts), dtype=bool)
    return Orders(rows, nothing, nothing)


def _worth(orders: Orders) -> Worth:
    until = START + timedelta(days=TOLD_AFTER)
    summary = ra.rfm_summary(ibis.memtable(orders.rows), until=until).to_pyarrow()
    x, t_x, age, z = (
        summary[name].to_numpy().astype(np.float64)
        for name in ("frequency", "recency", "T", "monetary_value")
    )
    fits = {"purchases": ra.fit_mbgnbd(x, t_x, age), "other": ra.fit_paretonbd(x, t_x, age),
            "spend": ra.fit_gammagamma(x, z)}  # fmt: skip
    return Worth(
        SCHEMA.empty_table(), {name: fit.to_json() for name, fit in fits.items()} | {"currency": "EUR"}
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_the_orders_of_a_year_are_worth_what_was_spent_in_the_year_after_each(seed: int) -> None:
    found = simulate_population(20_000, seed, date(2026, 11, 21)).orders
    found = found.take(~found.cancelled)
    found = found.take(np.lexsort((found.placed, found.person)))
    keys = found.person.astype(np.int64) * 10**7 + found.placed
    spent = np.append(0.0, np.cumsum(found.amount))
    after = spent[np.searchsorted(keys, keys + 365 * DAY, side="right")] - spent[1:]
    told = found.placed < TOLD_AFTER * DAY
    orders = _orders(found.person[told], found.placed[told], found.amount[told])
    lately = found.placed[told] >= (TOLD_AFTER - 365) * DAY
    values = order_worth(orders, _worth(orders), lately).values
    assert np.nansum(values) == pytest.approx(after[told][lately].sum(), rel=0.05)
