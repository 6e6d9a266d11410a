"""Repeat purchase: who came back, on real transactions."""

from pathlib import Path

import ibis
import pytest

from regard import analytics as ra


def marked(rows: list[tuple[int, int]]) -> ibis.Table:
    purchases = ibis.memtable(
        {
            "customer_id": [who for who, _ in rows],
            "occurred_at": [at for _, at in rows],
            "event_id": range(len(rows)),
        }
    )
    return ra.mark_repeats(purchases)


def test_over_all_it_is_the_share_with_two_purchases_or_more() -> None:
    purchases = marked([(1, 1), (1, 5), (2, 2), (3, 3), (3, 3), (4, 9)])
    rate = ra.repeat_purchase(purchases, minimum=1).only()
    assert (rate.value, rate.n) == (0.5, 4)


def test_in_a_month_it_is_the_share_who_had_bought_before() -> None:
    purchases = marked([(1, 1), (1, 2), (2, 2), (3, 2)]).mutate(month=ibis._.occurred_at)
    by = ra.repeat_purchase(purchases, by=["month"], minimum=1).by_group()
    assert by[1,].value == 0
    assert by[2,].value == pytest.approx(1 / 3)


def test_purchases_of_nobody_known_do_not_count() -> None:
    purchases = ibis.memtable(
        {"customer_id": [1, None, None], "occurred_at": [1, 1, 2], "event_id": [1, 2, 3]}
    )
    assert ra.repeat_purchase(ra.mark_repeats(purchases), minimum=1).only().n == 1


def test_cdnow_customers_with_a_second_day(shared_data: Path) -> None:
    """946 of the 2,357 sampled customers bought again in the first 39 weeks; 1,411 did not (Fader, Hardie, Lee)."""
    text = (shared_data / "cdnow" / "CDNOW_sample.txt").read_text()
    rows = {(line.split()[0], line.split()[2]) for line in text.splitlines() if line.strip()}
    days = sorted((who, day) for who, day in rows if day <= "19970930")
    purchases = ibis.memtable(
        {
            "customer_id": [w for w, _ in days],
            "occurred_at": [d for _, d in days],
            "event_id": range(len(days)),
        }
    )
    rate = ra.repeat_purchase(ra.mark_repeats(purchases)).only()
    assert (rate.n, round((rate.value or 0) * rate.n)) == (2357, 946)
