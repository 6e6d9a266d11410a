"""Reasons for leaving: the telecom company's figures, and intervals that hold for all reasons at once."""

from pathlib import Path

import ibis
import numpy as np
import pytest

from regard import analytics as ra
from tests.analytics.churn.telco import read_telco


@pytest.fixture(scope="module")
def telco(shared_data: Path) -> ibis.Table:
    known, status = read_telco(shared_data)
    table = status.assign(a_year=known["Monthly Charge"] * 12).reset_index()
    return ibis.memtable(
        table.astype({"Churn Category": object, "Churn Reason": object, "Churn Label": object})
    )


def test_of_7043_telco_customers_26_54_per_cent_left(telco: ibis.Table) -> None:
    rate = ra.churn_rate(
        telco.mutate(left=telco["Churn Value"] == 1), customer="Customer ID", churned="left"
    ).only()
    assert rate.show(2, scale=100, unit=" %") == "26.54 % [25.52, 27.58] n=7043"


def test_telco_categories_are_ranked_as_counted(telco: ibis.Table) -> None:
    gone = telco.filter(telco["Churn Value"] == 1)
    found = ra.leaving_reasons(gone, reason="Churn Category", value="a_year")
    assert found.names == ["Competitor", "Attitude", "Dissatisfaction", "Price", "Other"]
    assert (found.shares.value * 1869).round().tolist() == [841, 314, 303, 211, 200]
    assert found.shares.value[0] == pytest.approx(0.449973, abs=1e-6)
    assert found.ranks == ((1, 1), (2, 3), (2, 3), (4, 5), (4, 5))  # 314 and 303 cannot be told apart
    assert (found.said, found.unsaid) == (1869, 0)
    assert found.lost is not None
    frame = gone.to_pandas()
    worth = frame.groupby("Churn Category")["a_year"]
    assert found.lost.value == pytest.approx(worth.sum()[found.names].to_numpy())
    error = np.sqrt(worth.agg(lambda amounts: (amounts**2).sum())[found.names].to_numpy())
    assert found.lost.high - found.lost.value == pytest.approx(1.959964 * error, rel=1e-6)


def test_telco_reasons_in_their_own_words(telco: ibis.Table) -> None:
    found = ra.leaving_reasons(telco.filter(telco["Churn Value"] == 1), reason="Churn Reason")
    assert found.names[:3] == [
        "Competitor had better devices", "Competitor made better offer", "Attitude of support person",
    ]  # fmt: skip
    assert (found.shares.value * 1869).round().astype(int).tolist()[:4] == [313, 311, 220, 130]
    assert found.ranks[0] == (1, 2)
    assert len(found.names) == 20
    assert found.lost is None


def test_goodmans_intervals_hold_for_all_reasons_at_once() -> None:
    truth = np.array([0.4, 0.25, 0.2, 0.1, 0.05])
    rng = np.random.default_rng(6)
    alone = together = 0
    for _ in range(150):
        drawn = np.array(list("abcde"))[rng.choice(5, 300, p=truth)]
        found = ra.leaving_reasons(ibis.memtable({"reason": drawn}))
        true = np.array([truth["abcde".index(name)] for name in found.names])
        alone += bool(((found.shares.low <= true) & (true <= found.shares.high)).all())
        together += bool(((found.together.low <= true) & (true <= found.together.high)).all())
    assert together >= 0.93 * 150
    assert alone < together


def test_who_said_nothing_is_counted_apart_and_few_give_no_share() -> None:
    found = ra.leaving_reasons(ibis.memtable({"reason": ["price", "price", "", None]}))
    assert (found.said, found.unsaid) == (2, 2)
    assert found.shares[0].too_few


def test_nobody_left_is_no_reason() -> None:
    nobody = ibis.memtable({"reason": ["price"]}).filter(ibis._.reason == "x")
    found = ra.leaving_reasons(nobody)
    assert (found.names, found.ranks, found.said) == ([], (), 0)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no column 'why'"):
        ra.leaving_reasons(ibis.memtable({"reason": ["price"]}), reason="why")
