"""What a customer was to bring in the year after an order, told from the orders up to it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from regard import analytics as ra
from regard.understand.pains.order_worth import order_worth
from regard.understand.pains.orders import Orders
from regard.understand.worth import SCHEMA, Worth, heard_until

START = datetime(2025, 1, 1, tzinfo=UTC)
HISTORY = ([0, 1, 2, 5, 3, 0], [0, 10, 20, 30, 12, 0], [30, 35, 40, 38, 39, 20])
PEOPLE = [70, 9, 6, 5, 8, 50]


def _worth() -> Worth:
    spend = ra.fit_gammagamma(HISTORY[0], [0, 20.0, 31.0, 25.0, 60.0, 0], weight=PEOPLE)
    fits = (ra.fit_mbgnbd(*HISTORY, weight=PEOPLE), ra.fit_paretonbd(*HISTORY, weight=PEOPLE))
    models = {
        "purchases": fits[0].to_json(),
        "other": fits[1].to_json(),
        "spend": spend.to_json(),
        "currency": "EUR",
    }
    return Worth(SCHEMA.empty_table(), models)


def _orders(rows: list[tuple[int, float, float, str]]) -> Orders:
    customers, days, amounts, currencies = zip(*rows, strict=True)
    table = pa.table({
        "customer_id": pa.array(customers, pa.int64()),
        "occurred_at": pa.array([START + timedelta(days=day) for day in days], pa.timestamp("us", tz="UTC")),
        "amount": pa.array(amounts), "currency": pa.array(currencies),
    })  # fmt: skip
    nothing = np.zeros(len(rows), dtype=bool)
    return Orders(table, nothing, nothing)


@pytest.mark.filterwarnings("ignore")
def test_an_order_is_worth_the_same_whatever_came_after_it() -> None:
    """Somebody who never came back looks today like one who always bought seldom; on the day of the order did not."""
    stayed = _orders([(1, 0, 20.0, "EUR"), (1, 30, 30.0, "EUR"), (1, 60, 30.0, "EUR")])
    left = _orders([(1, 0, 20.0, "EUR"), (1, 30, 30.0, "EUR")])
    of_stayed, of_left = (
        order_worth(each, _worth(), np.ones(len(each), dtype=bool)) for each in (stayed, left)
    )
    assert of_stayed.values[:2] == pytest.approx(of_left.values)
    assert of_left.low < 1 < of_left.high


@pytest.mark.filterwarnings("ignore")
def test_orders_of_one_day_are_one_and_other_money_is_unknown() -> None:
    one = _orders([(1, 0, 20.0, "EUR"), (1, 30, 30.0, "EUR"), (2, 0, 9.0, "USD")])
    two = _orders([(1, 0, 20.0, "EUR"), (1, 30, 10.0, "EUR"), (1, 30.2, 20.0, "EUR"), (2, 0, 9.0, "USD")])
    of_one, of_two = (
        order_worth(each, _worth(), np.ones(len(each), dtype=bool)).values for each in (one, two)
    )
    assert of_two[2] == pytest.approx(of_one[1])
    assert np.isnan(of_one[2])
    assert np.isnan(of_two[3])


def test_without_models_or_chosen_orders_nothing_is_known() -> None:
    orders = _orders([(1, 0, 20.0, "EUR")])
    assert np.isnan(order_worth(orders, Worth(SCHEMA.empty_table(), {}), np.array([True])).values).all()
    assert np.isnan(order_worth(orders, _worth(), np.array([False])).values).all()


def test_files_of_long_ago_end_with_their_last_order() -> None:
    last = START + timedelta(days=10)
    assert heard_until(START + timedelta(days=40), last) == START + timedelta(days=40)
    assert heard_until(START + timedelta(days=400), last) == last
    assert heard_until(START, None) == START
