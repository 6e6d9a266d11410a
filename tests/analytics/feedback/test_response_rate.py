"""Response rate: a share with Wilson's interval."""

import ibis

from regard import analytics as ra


def test_agrees_with_newcombe_1998() -> None:
    invitations = ibis.memtable({"answered": [True] * 15 + [False] * 133})
    rate = ra.response_rate(invitations).only()
    assert (round(rate.low or 0, 4), round(rate.high or 0, 4)) == (0.0624, 0.1605)


def test_groups_below_the_minimum_say_too_few() -> None:
    invitations = ibis.memtable({"answered": [True] * 30, "channel": ["email"] * 25 + ["post"] * 5})
    by = ra.response_rate(invitations, by=["channel"]).by_group()
    assert by["email",].value == 1
    assert by["post",].too_few
