"""What the customer behind each order was to bring in the year after it, told from what was known that day."""

from dataclasses import dataclass

import numpy as np

from regard import analytics as ra
from regard.understand.pains.orders import Flags, Floats, Ints, Orders
from regard.understand.worth import Worth, either_model

DAY = 86_400


@dataclass(frozen=True)
class OrderWorth:
    """Per order in the currency of the models, nan where unknown; and the ends of any sum of them, as shares of it."""

    values: Floats
    low: float = 1.0
    high: float = 1.0


def order_worth(orders: Orders, worth: Worth, chosen: Flags) -> OrderWorth:
    """What the customers of the chosen orders were to bring in the year after each, not discounted.

    Today's worth would not do: it counts already that some left, perhaps because of what went wrong, and who left
    early looks as if they had always bought seldom.
    """
    values = np.full(len(orders), np.nan)
    if not worth.models:
        return OrderWorth(values)
    paid = (orders.column("currency") == worth.models["currency"]) & (orders.column("amount") > 0)
    rows = np.flatnonzero(paid)
    wanted = chosen[rows]
    if not wanted.any():
        return OrderWorth(values)
    bought, age, mean = (column[wanted] for column in _history(orders, rows))
    spend, likelier, other = (
        ra.Fit.from_json(worth.models[name]) for name in ("spend", "purchases", "other")
    )
    first, second = (
        ra.lifetime_value(
            model, spend, bought, age, age, mean, periods=1, period_length=365 / 7, discount=0.0, draws=draws
        )
        for model, draws in ((likelier, 100), (other, 0))
    )
    values[rows[wanted]] = first.value
    low, high = either_model(first, second)
    return OrderWorth(values, low / first.total, high / first.total)


def _history(orders: Orders, rows: Ints) -> tuple[Floats, Floats, Floats]:
    """With each of these orders: days of purchase after the first, weeks since that, mean spend of those days.

    Counted as `rfm_summary` counts, for which the models are fitted: all that somebody orders on one day is one
    purchase, and the first day's spend is left out.
    """
    buyers, days = orders.column("customer_id")[rows], orders.seconds[rows] // DAY
    amounts = orders.column("amount")[rows].astype(np.float64)
    begins = np.append(True, buyers[1:] != buyers[:-1])  # rows are in order of customer and time
    customer, another_day = np.cumsum(begins) - 1, begins | np.append(True, days[1:] != days[:-1])

    def so_far(column: Floats) -> Floats:
        running = np.cumsum(column)
        return np.asarray(running - (running - column)[begins][customer])

    first = days[begins][customer]
    bought = so_far(another_day.astype(np.float64)) - 1
    spent = so_far(np.where(days > first, amounts, 0.0))
    return bought, (days - first) / 7, np.divide(spent, bought, out=np.zeros(len(rows)), where=bought > 0)
