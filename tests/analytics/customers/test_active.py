"""Active customers: different ones, each once a group."""

import ibis

from regard import analytics as ra


def test_each_customer_counts_once_a_group() -> None:
    activity = ibis.memtable({"customer_id": [1, 1, 2, 2, None], "month": [1, 2, 1, 1, 1]})
    assert ra.active_customers(activity).only().value == 2
    by = ra.active_customers(activity, by=["month"]).by_group()
    assert {group: one.value for group, one in by.items()} == {(1,): 2.0, (2,): 1.0}


def test_the_interval_is_poissons() -> None:
    count = ra.active_customers(ibis.memtable({"customer_id": range(400)})).only()
    assert (round(count.low or 0, 1), round(count.high or 0, 1)) == (360.8, 439.2)
