"""From a log of transactions to what the value models need: frequency, recency, T and monetary value."""

import math
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import ibis
import ibis.expr.types as ir

Grain = Literal["second", "hour", "day", "week"]
SECONDS: dict[str, int] = {"second": 1, "hour": 3600, "day": 86_400, "week": 604_800}
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - engines keep UTC without a zone
MONDAY = 4 * 86_400  # 1970-01-01 was a Thursday: weeks are counted from the Monday after


def rfm_summary(
    transactions: ir.Table,
    *,
    until: date | datetime,
    customer: str = "customer_id",
    at: str = "occurred_at",
    amount: str | None = "amount",
    grain: Grain = "day",
    unit: Grain = "week",
) -> ir.Table:
    """Summarise transactions per customer.

    Parameters
    ----------
    transactions : ibis.Table
        One row a transaction.
    until : date or datetime
        End of observation: of a date its whole day, of a datetime (UTC unless it names a zone) its whole second. There
        is no default: a model fitted up to another day is another model.
    customer, at, amount : str
        Columns: who, when (date or timestamp, UTC), how much (a number; None where there is none).
    grain : {"second", "hour", "day", "week"}
        Transactions of one customer within one grain are one purchase.
    unit : {"second", "hour", "day", "week"}
        Unit of recency and T. Grain and unit are two choices: CDNOW is counted by day and measured in weeks.

    Returns
    -------
    ibis.Table
        One row a customer: `customer`; `frequency` (purchases less one, int64); `recency` (first to last) and
        `T` (first to `until`), float64 in `unit`; `monetary_value` (mean amount of the repeat purchases, 0 where
        there are none), float64.

    Raises
    ------
    ValueError
        If a column is missing.

    Notes
    -----
    The first purchase is left out of `monetary_value`, as in Fader and Hardie's treatment: it brought the customer and
    is often unlike the rest.

    References
    ----------
    Fader, Hardie, Lee (2005), RFM and CLV: Using iso-value curves, Journal of Marketing Research 42(4).

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": ["a", "a", "a", "b"], "amount": [9.0, 1.0, 20.0, 5.0],
    ...     "occurred_at": [date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 15), date(2026, 1, 8)]})
    >>> rows = rfm_summary(log, until=date(2026, 1, 29)).order_by("customer_id").to_pyarrow().to_pylist()
    >>> rows[0]
    {'customer_id': 'a', 'frequency': 1, 'recency': 2.0, 'T': 4.0, 'monetary_value': 20.0}
    """
    missing = [name for name in (customer, at, amount) if name and name not in transactions.columns]
    if missing:
        raise ValueError(f"the transactions have no column {missing[0]!r}")
    step = SECONDS[grain]
    shift = MONDAY if grain == "week" else 0
    last_second = _last_second(until)
    moment = transactions[at].cast("timestamp")
    second = moment.epoch_seconds() - shift if shift else moment.epoch_seconds()
    end = EPOCH + timedelta(
        seconds=last_second + 1
    )  # a bound on the column itself lets engines skip what is later
    counted = transactions.filter(moment < ibis.literal(end, type="timestamp")).select(
        who=transactions[customer],
        place=(second / step).floor().cast("int64"),
        spent=transactions[amount].cast("float64") if amount else ibis.literal(0.0),
    )
    purchases = counted.group_by("who", "place").agg(spent=counted.spent.sum())
    people = purchases.group_by("who").agg(
        frequency=purchases.count() - 1,
        first=purchases.place.min(),
        last=purchases.place.max(),
        spent=purchases.spent.sum(),
        first_spent=purchases.spent.argmin(purchases.place),
    )
    last_place = (last_second - shift) // step
    ratio = step / SECONDS[unit]
    mean = (people.spent - people.first_spent) / people.frequency.nullif(0)
    return people.select(
        **{customer: people.who},
        frequency=people.frequency.cast("int64"),
        recency=(people["last"] - people["first"]) * ibis.literal(ratio),
        T=(ibis.literal(last_place) - people["first"]) * ibis.literal(ratio),
        monetary_value=mean.fill_null(0.0),
    )


def _last_second(until: date | datetime) -> int:
    if isinstance(until, datetime):
        moment = until if until.tzinfo else until.replace(tzinfo=UTC)
        return math.floor(moment.timestamp())
    return (until - date(1970, 1, 1)).days * 86_400 + 86_399
