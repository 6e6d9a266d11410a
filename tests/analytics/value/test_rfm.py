"""What counts as a purchase in the observed time."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import ibis
import pytest

from regard.analytics.value.rfm import rfm_summary


def test_the_last_half_second_of_the_last_day_counts_and_the_next_day_does_not() -> None:
    times = [datetime(2026, 1, 1), datetime(2026, 1, 31, 23, 59, 59, 500_000), datetime(2026, 2, 1)]  # noqa: DTZ001
    log = ibis.memtable({"customer_id": [1, 1, 1], "amount": [1.0] * 3, "occurred_at": times})
    (row,) = rfm_summary(log, until=date(2026, 1, 31), unit="day").to_pyarrow().to_pylist()
    assert (row["frequency"], row["recency"]) == (1, 30.0)


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """A machine in Auckland."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Auckland"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("zone", [None, UTC, timezone(timedelta(hours=2))])
def test_an_end_without_a_zone_is_utc_wherever_the_machine_stands(zone: timezone | None) -> None:
    until = datetime(2026, 1, 1, 12, tzinfo=UTC).astimezone(zone) if zone else datetime(2026, 1, 1, 12)  # noqa: DTZ001
    times = [datetime(2026, 1, 1, hour, minute) for hour, minute in ((0, 0), (11, 59), (12, 0), (12, 1))]  # noqa: DTZ001
    log = ibis.memtable({"customer_id": [1] * 4, "amount": [1.0] * 4, "occurred_at": times})
    (row,) = rfm_summary(log, until=until, grain="second", unit="hour").to_pyarrow().to_pylist()
    assert (row["frequency"], row["recency"], row["T"]) == pytest.approx((2, 12.0, 12.0))
