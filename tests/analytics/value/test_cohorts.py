"""Value by cohort: sums known by hand."""

from datetime import date

import ibis
import numpy as np
import pytest

from regard import analytics as ra

CUSTOMERS = ibis.memtable({
    "first_at": [date(2026, 1, 1)] * 12 + [date(2026, 1, 31)] * 8 + [date(2026, 2, 1)] * 5 + [None],
    "revenue": [30.0] * 12 + [80.0] * 8 + [10.0] * 5 + [1e9],
    "clv": [5.0] * 20 + [50.0] * 4 + [None, 7.0],
})  # fmt: skip


def test_cohorts_by_month() -> None:
    found = ra.cohort_value(CUSTOMERS, minimum=5)
    assert found.past.groups.column("cohort").to_pylist() == [date(2026, 1, 1), date(2026, 2, 1)]
    assert found.past.value.tolist() == [50.0, 10.0]
    assert found.ahead.value.tolist() == [5.0, 40.0]  # no value known counts as none
    assert found.whole.value.tolist() == [55.0, 50.0]
    assert found.total_ahead.value.tolist() == [100.0, 200.0]
    assert found.past.n.tolist() == [20, 5]


def test_the_mean_has_students_interval_and_small_cohorts_say_too_few() -> None:
    found = ra.cohort_value(CUSTOMERS)
    amounts = np.array([30.0] * 12 + [80.0] * 8)
    half = 2.093024 * amounts.std(ddof=1) / np.sqrt(20)
    assert found.past.high[0] - 50.0 == pytest.approx(half, rel=1e-6)
    assert np.isnan(found.past.value[1])


def test_weeks_start_on_monday_and_quarters_are_known() -> None:
    weeks = ra.cohort_value(CUSTOMERS, period="week", minimum=2).past.groups.column("cohort").to_pylist()
    assert weeks == [date(2025, 12, 29), date(2026, 1, 26)]
    assert ra.cohort_value(CUSTOMERS, period="quarter").past.n.tolist() == [25]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="no column 'worth'"):
        ra.cohort_value(CUSTOMERS, ahead="worth")
    with pytest.raises(ValueError, match="period must be"):
        ra.cohort_value(CUSTOMERS, period="decade")  # type: ignore[arg-type]
