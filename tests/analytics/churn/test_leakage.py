"""What knows the outcome is refused with the reason; what is merely telling is not."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from regard import analytics as ra
from tests.analytics.churn.telco import columns_of, read_telco

LEFT = np.arange(200) < 50


def reasons(**columns: object) -> dict[str, str]:
    return {leak.column: leak.reason for leak in ra.find_leaks(columns, LEFT, as_of=date(2026, 3, 31))}  # type: ignore[arg-type]


def test_telco_columns_written_after_the_fact_are_refused_and_the_others_are_not(shared_data: Path) -> None:
    known, status = read_telco(shared_data)
    left = status["Churn Value"] == 1
    found = {leak.column: leak.reason for leak in ra.find_leaks(columns_of(status), left)}
    assert set(found) == set(status.columns) - {"Quarter"}
    assert "written after the outcome or by another model" in found["Churn Reason"]
    assert "written after the outcome or by another model" in found["CLTV"]
    assert found["Satisfaction Score"] == "alone it tells leavers from the others (AUC 0.950)"
    assert ra.find_leaks(columns_of(known), left) == []


def test_telco_columns_are_found_out_by_what_they_hold_whatever_their_name(shared_data: Path) -> None:
    _, status = read_telco(shared_data)
    left = status["Churn Value"] == 1
    hidden = {"a": status["Churn Score"], "b": status["Churn Reason"], "c": status["Customer Status"]}
    assert [leak.reason for leak in ra.find_leaks(hidden, left)] == [
        "its values name 1064 of 1869 leavers with certainty",
        "filled in for leavers only (1869 of 1869)",
        "alone it tells leavers from the others (AUC 1.000)",
    ]


def test_a_column_empty_for_leavers_only_leaks() -> None:
    found = reasons(next_bill=np.where(LEFT, np.nan, 20.0))
    assert found == {"next_bill": "missing for leavers only (50 of 50)"}


def test_times_after_the_moment_leak_and_the_last_day_itself_does_not() -> None:
    stamps = np.where(
        np.arange(200) % 7 == 0, datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 3, 31, 23, tzinfo=UTC)
    )
    assert reasons(last_call=stamps) == {"last_call": "holds times after 2026-03-31 (29 rows)"}
    assert reasons(last_call=np.full(200, np.datetime64("2026-03-31T23:59:59"))) == {}


def test_honest_columns_pass() -> None:
    rng = np.random.default_rng(0)
    assert reasons(
        strong=rng.normal(LEFT * 1.5, 1.0),
        never_leaves=np.where(LEFT, "monthly", rng.choice(["monthly", "two years"], 200)),
        name=[f"customer {number}" for number in range(200)],
        sometimes=np.where(rng.random(200) < 0.5, np.nan, 1.0),
        empty=np.full(200, np.nan),
    ) == {}  # fmt: skip


def test_a_column_known_to_be_honest_is_not_looked_at() -> None:
    assert ra.find_leaks({"clv": np.arange(200)}, LEFT, allow=["clv"]) == []


def test_one_outcome_shows_no_leak() -> None:
    with pytest.raises(ValueError, match="some left and some stayed"):
        ra.find_leaks({"a": [1.0, 2.0]}, [True, True])
