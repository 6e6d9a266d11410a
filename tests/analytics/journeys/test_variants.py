"""Variants: ordered paths, shares that add up, and the help desk's 154."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis
import pytest

from regard import analytics as ra

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_variant_is_a_path_in_order_of_time_and_then_of_the_order_column() -> None:
    log = ibis.memtable(
        {
            "customer_id": [1, 1, 1, 2, 2, 2, 3],
            "name": ["c", "a", "b", "c", "b", "a", "c"],
            "occurred_at": [START, START, START - timedelta(hours=1)] * 2 + [START],
            "row": [1, 2, 3, 2, 9, 1, 1],
        }
    )
    rows = ra.journey_variants(log, order="row").to_pyarrow().to_pylist()
    assert [(row["steps"], row["cases"]) for row in rows] == [
        (["a", "c", "b"], 1), (["b", "c", "a"], 1), (["c"], 1),
    ]  # fmt: skip
    assert [row["mean_duration"] for row in rows] == [3600.0, 3600.0, 0.0]


def test_customers_of_several_cases_count_once() -> None:
    log = ibis.memtable(
        {"customer_id": ["x", "x"], "ticket": [1, 2], "name": ["a", "a"], "occurred_at": [START, START]}
    )
    (row,) = ra.journey_variants(log, case="ticket", customer="customer_id").to_pyarrow().to_pylist()
    assert (row["cases"], row["customers"], row["share"]) == (2, 1, 1.0)


def test_the_help_desk(shared_data: Path) -> None:
    """3,804 cases, 154 variants, 8.8 days a case on average."""
    log = ibis.read_csv(shared_data / "helpdesk" / "helpdesk.csv")
    variants = ra.journey_variants(
        log, case="CaseID", activity="ActivityID", at="CompleteTimestamp"
    ).to_pyarrow()
    cases = variants["cases"].to_pylist()
    seconds = sum(n * mean for n, mean in zip(cases, variants["mean_duration"].to_pylist(), strict=True))
    assert (variants.num_rows, sum(cases)) == (154, 3804)
    assert seconds / 3804 / 86_400 == pytest.approx(8.8, abs=0.01)
    assert sum(variants["share"].to_pylist()) == pytest.approx(1)
