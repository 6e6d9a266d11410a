"""Retention: tables counted by hand, CDNOW against pandas, the telecom company as lifelines has it."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from regard import analytics as ra


@pytest.fixture
def orders() -> ibis.Table:
    rows = [
        ("a", date(2026, 1, 31)), ("a", date(2026, 2, 1)), ("a", date(2026, 2, 20)), ("b", date(2026, 1, 2)),
        ("b", date(2026, 3, 5)), ("c", date(2026, 2, 14)), ("d", date(2026, 3, 1)), ("d", date(2026, 4, 2)),
    ]  # fmt: skip
    who, when = zip(*rows, strict=True)
    return ibis.memtable({"customer_id": who, "occurred_at": when, "shop": ["x"] * 4 + ["y"] * 4})


def by_cohort(estimates: ra.Estimates) -> dict[tuple[object, ...], tuple[float, float]]:
    return {key: (one.value, one.n) for key, one in estimates.by_group().items()}


def test_a_table_counted_by_hand(orders: ibis.Table) -> None:
    january, february, march = (date(2026, month, 1) for month in (1, 2, 3))
    assert by_cohort(ra.cohort_retention(orders, until=date(2026, 3, 31), minimum=1)) == {
        (january, 0): (1, 2), (january, 1): (0.5, 2), (january, 2): (0.5, 2),
        (february, 0): (1, 1), (february, 1): (0, 1),
        (march, 0): (1, 1),
    }  # fmt: skip


def test_a_period_not_over_is_left_out(orders: ibis.Table) -> None:
    """On 30 March nobody knows yet how many come back in March; on 1 April at 0:00 everybody does."""
    early = ra.cohort_retention(orders, until=date(2026, 3, 30), minimum=1)
    assert max(early.groups.column("cohort").to_pylist()) == date(2026, 2, 1)
    over = ra.cohort_retention(orders, until=datetime.fromisoformat("2026-04-01T00:00"), minimum=1)
    assert max(over.groups.column("cohort").to_pylist()) == date(2026, 3, 1)


def test_groups_start_their_own_cohorts(orders: ibis.Table) -> None:
    found = by_cohort(ra.cohort_retention(orders, ["shop"], until=date(2026, 3, 31), minimum=1))
    assert found["x", date(2026, 1, 1), 1] == (0.5, 2)
    assert found["y", date(2026, 3, 1), 0] == (1, 2)  # b's first in this shop


@pytest.mark.parametrize(
    ("period", "first"),
    [("day", date(2026, 1, 31)), ("week", date(2026, 1, 26)), ("month", date(2026, 1, 1)),
     ("quarter", date(2026, 1, 1)), ("year", date(2026, 1, 1))],
)  # fmt: skip
def test_a_cohort_bears_the_first_day_of_its_period(period: str, first: date, orders: ibis.Table) -> None:
    mine = orders.filter(orders.customer_id == "a")
    found = ra.cohort_retention(mine, until=date(2027, 12, 31), period=period, minimum=1)
    assert set(found.groups.column("cohort").to_pylist()) == {first}
    again = [key[-1] for key, one in found.by_group().items() if one.value]
    assert again == {"day": [0, 1, 20], "week": [0, 3], "month": [0, 1], "quarter": [0], "year": [0]}[period]


def test_small_cohorts_say_too_few_and_intervals_are_wilson(orders: ibis.Table) -> None:
    found = ra.cohort_retention(orders, until=date(2026, 3, 31), minimum=2).by_group()
    assert found[date(2026, 2, 1), 1].too_few
    one = found[date(2026, 1, 1), 1]
    interval = ra.wilson(1, 2)
    assert (one.low, one.high, one.method) == (float(interval.low), float(interval.high), "wilson")


def test_no_orders_give_no_cohorts(orders: ibis.Table) -> None:
    assert len(ra.cohort_retention(orders.limit(0), until=date(2026, 3, 31))) == 0


def test_cdnow_cohorts_are_those_of_pandas(shared_data: Path) -> None:
    log = pd.read_csv(shared_data / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None)
    log = pd.DataFrame({"customer_id": log[1], "occurred_at": pd.to_datetime(log[2].astype(str))})
    found = ra.cohort_retention(ibis.memtable(log), until=date(1998, 6, 30))
    month = log["occurred_at"].dt.year * 12 + log["occurred_at"].dt.month
    start = month.groupby(log["customer_id"]).transform("min")
    active = log.assign(start=start, age=month - start).groupby(["start", "age"])["customer_id"].nunique()
    sizes = {key[0]: one.n for key, one in found.by_group().items() if key[1] == 0}
    assert sum(sizes.values()) == 2357
    for (cohort, age), one in found.by_group().items():
        assert one.value * one.n == pytest.approx(active.get((cohort.year * 12 + cohort.month, age), 0))
    assert len(found) == 18 + 17 + 16


def test_a_curve_counted_by_hand() -> None:
    """Of four who began on 1 January one left after 30 days, one after 60; one began late and is seen for 10 days."""
    began = date(2026, 1, 1)
    table = ibis.memtable(
        {"started_at": [began, began, began, began, date(2026, 3, 2), date(2026, 5, 1)],
         "ended_at": [date(2026, 1, 31), date(2026, 3, 2), None, date(2026, 4, 1), None, None]}
    )  # fmt: skip
    curve = ra.retention_curve(table, until=date(2026, 3, 11), minimum=1)[()]
    assert curve.n == 5  # May is after the end of observation
    assert curve.time.tolist() == [30, 60]
    assert curve.at_risk.tolist() == [4, 3]
    assert curve.survival.tolist() == pytest.approx([3 / 4, 1 / 2])
    assert curve.followed == 70  # who left in April was still there


def test_published_cohorts_come_back_as_they_went_in() -> None:
    """Fader and Hardie 2007: of 1,000 customers 631, 468, 382, 326, 289, 262, 241 renew; high end 869, 743, ..."""
    survivors = {"regular": [1000, 631, 468, 382, 326, 289, 262, 241],
                 "high end": [1000, 869, 743, 653, 593, 551, 517, 491]}  # fmt: skip
    began, rows = date(2020, 1, 1), []
    for name, left in survivors.items():
        for year, lost in enumerate(-np.diff(left), start=1):
            rows += [(name, began, began + timedelta(days=365 * year))] * int(lost)
        rows += [(name, began, None)] * left[-1]
    segment, started, ended = zip(*rows, strict=True)
    table = ibis.memtable({"segment": segment, "started_at": started, "ended_at": ended})
    curves = ra.retention_curve(table, ["segment"], until=date(2027, 6, 30))
    assert list(curves) == [("high end",), ("regular",)]
    for name, left in survivors.items():
        shares = curves[name,].read([365 * year for year in range(8)]).value
        np.testing.assert_allclose(shares, np.array(left) / 1000, atol=1e-12)
    assert curves["regular",].median().value == 730


def test_customers_older_than_the_records_count_from_then_on() -> None:
    """Everybody stays 100 days or 300, half and half. Of those who began before the records the short ones are gone."""
    began = [date(2025, 1, 1) + timedelta(days=day) for day in range(700)]
    days = np.where(np.arange(700) % 2, 100, 300)
    known_from, until = date(2025, 12, 1), date(2026, 12, 31)
    rows = [(start, start + timedelta(days=int(stay))) for start, stay in zip(began, days, strict=True)]
    rows = [(start, end) for start, end in rows if end >= known_from]
    started, ended = zip(*rows, strict=True)
    table = ibis.memtable({"started_at": started, "ended_at": ended})
    naive = ra.retention_curve(table, until=until)[()].at(200).value
    honest = ra.retention_curve(table, until=until, known_from=known_from)[()].at(200).value
    assert naive > 0.55
    assert honest == pytest.approx(0.5, abs=0.01)


def test_a_contract_that_ends_before_it_begins_is_refused() -> None:
    table = ibis.memtable({"started_at": [date(2026, 2, 1)], "ended_at": [date(2026, 1, 1)]})
    with pytest.raises(ValueError, match="1 row has 'ended_at' before 'started_at'"):
        ra.retention_curve(table, until=date(2026, 3, 1))


def test_a_missing_column_or_unknown_period_is_refused(orders: ibis.Table) -> None:
    with pytest.raises(ValueError, match="no column 'bought_at'"):
        ra.cohort_retention(orders, until=date(2026, 3, 1), at="bought_at")
    with pytest.raises(ValueError, match="period must be"):
        ra.cohort_retention(orders, until=date(2026, 3, 1), period="moon")


# S(t) and the log-log interval of the telecom company's tenure, printed by lifelines 0.30.3
TELCO = {
    1: (0.9460457191537702, 0.9405111550921333, 0.9510788506479034),
    12: (0.8434368121839235, 0.8344180952787015, 0.8520088757300802),
    24: (0.788958331968505, 0.7785429424908042, 0.7989492065809038),
    48: (0.7090396368536279, 0.6964482029098887, 0.7212183694501638),
    72: (0.5929569505561655, 0.5732271242830967, 0.612104946164157),
}


def test_the_telecom_company_as_in_lifelines(shared_data: Path) -> None:
    book = CalamineWorkbook.from_path(shared_data / "telco_ibm" / "Telco_customer_churn_services.xlsx")
    names, *rows = book.get_sheet_by_index(0).to_python()
    with (shared_data / "telco_ibm" / "Telco_customer_churn_status.csv").open() as lines:
        left = {row["Customer ID"]: int(row["Churn Value"]) for row in csv.DictReader(lines)}
    who, tenure, contract = (names.index(name) for name in ("Customer ID", "Tenure in Months", "Contract"))
    months, ended = [row[tenure] for row in rows], [left[row[who]] for row in rows]
    curve = ra.kaplan_meier(months, ended)
    assert curve.n == 7043
    for month, figures in TELCO.items():
        one = curve.at(month)
        assert (one.value, one.low, one.high) == pytest.approx(figures, abs=1e-10)
    test = ra.log_rank(months, ended, [row[contract] for row in rows])
    assert test.statistic == pytest.approx(2768.9949943102583, abs=1e-6)
    assert test.groups == ("Month-to-Month", "One Year", "Two Year")


def test_zones_of_time_do_not_move_the_end() -> None:
    began = datetime.fromisoformat("2026-01-01T00:00")
    table = ibis.memtable({"started_at": [began] * 2, "ended_at": [began + timedelta(hours=30), None]})
    eastern = datetime.fromisoformat("2026-01-02T02:00+02:00")  # midnight in UTC: the end is not there yet
    assert ra.retention_curve(table, until=eastern, minimum=1)[()].ended.tolist() == []
    assert ra.retention_curve(table, until=date(2026, 1, 2), minimum=1)[()].ended.tolist() == [1]
