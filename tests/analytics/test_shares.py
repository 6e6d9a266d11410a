"""Any share, mean or total."""

import ibis
import pytest

from regard import analytics as ra


def test_totals_are_facts_however_few() -> None:
    sums = ra.total(
        ibis.memtable({"amount": [2.5, 7.5], "currency": ["EUR", "USD"]}), by=["currency"], amount="amount"
    )
    assert {group: one.value for group, one in sums.by_group().items()} == {("EUR",): 2.5, ("USD",): 7.5}


def test_counting_rows() -> None:
    assert ra.total(ibis.memtable({"a": [1, 2, 3]})).only().value == 3


def test_decimals_are_added_exactly() -> None:
    amounts = ibis.memtable({"amount": ["0.1"] * 10}).mutate(amount=ibis._.amount.cast("decimal(18, 4)"))
    assert ra.total(amounts, amount="amount").only().value == 1.0


def test_units_and_weights_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="not both"):
        ra.share(ibis.memtable({"success": [True]}), unit="a", weight="b")


def test_means_by_group() -> None:
    table = ibis.memtable({"score": [1.0] * 10 + [5.0] * 10, "late": [True] * 10 + [False] * 10})
    assert {group: one.value for group, one in ra.mean(table, by=["late"]).by_group().items()} == {
        (False,): 5.0, (True,): 1.0,
    }  # fmt: skip


def test_a_column_that_says_not_keeps_its_rows() -> None:
    """Ibis writes NOT before IS NOT NULL: asked naively, no row would be left."""
    table = ibis.memtable({"left": [True, False, None] * 20})
    stayed = table.mutate(stayed=~table["left"])
    assert ra.share(stayed, success="stayed").only().n == 40
    assert ra.mean(stayed, value="stayed").only().value == 0.5


def test_a_group_is_found_by_its_values_and_shown_as_a_line() -> None:
    shares = ra.share(ibis.memtable({"plan": ["a"] * 12 + ["b"] * 3, "success": [True] * 15}), ["plan"])
    assert shares.of("a").value == 1
    assert str(shares).splitlines() == ["a  1.000 [0.758, 1.000] n=12", "b  too few (n=3)"]
    with pytest.raises(KeyError):
        shares.of("c")
