"""Complaint rate: customers, not complaints."""

import ibis

from regard import analytics as ra


def test_a_customer_who_complains_twice_is_one() -> None:
    activity = ibis.memtable(
        {"customer_id": [1, 1, 1, 2, 3, 4], "complaint": [False, True, True, False, False, False]}
    )
    rate = ra.complaint_rate(activity, minimum=1).only()
    assert (rate.value, rate.n) == (0.25, 4)


def test_agrees_with_newcombe_1998() -> None:
    activity = ibis.memtable({"customer_id": range(148), "complaint": [True] * 15 + [False] * 133})
    rate = ra.complaint_rate(activity).only()
    assert (round(rate.low or 0, 4), round(rate.high or 0, 4)) == (0.0624, 0.1605)
