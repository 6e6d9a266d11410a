"""Churn rate: a share of customers; the telecom company's published figure."""

from pathlib import Path

import ibis
import pandas as pd

from regard import analytics as ra


def test_agrees_with_newcombe_1998() -> None:
    customers = ibis.memtable({"customer_id": range(263), "churned": [True] * 81 + [False] * 182})
    rate = ra.churn_rate(customers).only()
    assert (round(rate.low or 0, 4), round(rate.high or 0, 4)) == (0.2553, 0.3662)


def test_the_telecom_company_lost_more_than_a_quarter(shared_data: Path) -> None:
    """1,869 of 7,043 customers: 26.54 %."""
    file = next(path for path in (shared_data / "telco_ibm").iterdir() if "status" in path.name.lower())
    frame = pd.read_excel(file, engine="calamine") if file.suffix == ".xlsx" else pd.read_csv(file)
    label = next(name for name in frame.columns if name.lower() == "churn label")
    customers = ibis.memtable(
        {"customer_id": frame["Customer ID"].to_list(), "churned": (frame[label] == "Yes").to_list()}
    )
    rate = ra.churn_rate(customers).only()
    assert (round(100 * (rate.value or 0), 2), rate.n) == (26.54, 7043)
