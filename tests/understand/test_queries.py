"""Questions to `understand`: stored figures, live ones, the rows behind them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from regard.errors import InputError, NotFoundError
from regard.understand.actions import compute
from regard.understand.queries import (
    dimensions,
    latest_computation,
    latest_findings,
    measure,
    profile,
    profiles,
    rows_behind,
    series,
)
from tests.understand.lake_writing import day, event, write_attributes, write_events, write_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers() -> None:
    """50 promoters, 30 passives, 20 detractors; half by email in January, half by web in February."""
    write_people({f"shop:{number}": number for number in range(100)})
    scores = [10] * 50 + [7] * 30 + [0] * 20
    write_events(
        [
            event("survey.answered", f"shop:{number}", day(number % 2 * 31 + 3), instrument="nps", score=float(score),
                  channel=("email", "web")[number % 2], source=("survey", "app")[number % 2])
            for number, score in enumerate(scores)
        ]
    )  # fmt: skip
    write_attributes({f"shop:{number}": {"plan": "gold" if number < 50 else "tin"} for number in range(100)})


def test_a_live_measure_agrees_with_the_published_interval(answers: None) -> None:
    (row,) = measure("nps")
    assert (row.estimate.value, row.estimate.n) == (pytest.approx(0.3), 100)
    assert (row.estimate.low, row.estimate.high) == (
        pytest.approx(0.140511, abs=1e-6),
        pytest.approx(0.442013, abs=1e-6),
    )


@pytest.mark.parametrize(("by", "groups"), [
    ("month", ["2025-01", "2025-02"]), ("channel", ["email", "web"]), ("source", ["app", "survey"]),
    ("plan", ["gold", "tin"]),
])  # fmt: skip
def test_a_live_measure_by_any_dimension(answers: None, by: str, groups: list[str]) -> None:
    rows = measure("nps", by=by)
    assert [row.group for row in rows] == groups
    assert {row.estimate.n for row in rows} == {50}


def test_live_and_computed_figures_are_the_same(answers: None) -> None:
    compute(as_of=datetime(2025, 7, 1, tzinfo=UTC), actor="test")
    for by in ("", "month", "channel", "plan"):
        stored = [(one.group, one.value, one.low, one.high, one.n) for one in latest_findings("nps", by)]
        live = [
            (r.group, r.estimate.value, r.estimate.low, r.estimate.high, r.estimate.n)
            for r in measure("nps", by=by)
        ]
        assert stored == live
    assert dimensions("nps") == ["channel", "month", "plan", "source"]
    assert [one.group for one in series("nps")] == ["2025-01", "2025-02"]


def test_a_period_takes_both_its_days(answers: None) -> None:
    (january,) = measure("nps", since=date(2025, 1, 4), until=date(2025, 1, 4))
    assert january.estimate.n == 50
    (nothing,) = measure("nps", since=date(2025, 1, 5), until=date(2025, 1, 31))
    assert nothing.estimate.too_few


def test_rows_behind_a_figure_are_as_many_as_its_n(answers: None) -> None:
    assert rows_behind("nps", dimension="month", group="2025-01").count().to_pyarrow().as_py() == 50
    assert rows_behind("nps", dimension="plan", group="tin").count().to_pyarrow().as_py() == 50
    newest = rows_behind("nps", limit=3).to_pyarrow().to_pylist()
    assert [row["occurred_at"] for row in newest] == [day(34)] * 3


def test_what_does_not_exist_is_named_with_what_does(answers: None) -> None:
    with pytest.raises(NotFoundError, match="nps, csat"):
        measure("happiness")
    with pytest.raises(NotFoundError, match="There are: month, source, channel, plan"):
        measure("nps", by="planet")
    with pytest.raises(InputError, match="after"):
        measure("nps", since=date(2025, 2, 1), until=date(2025, 1, 1))
    with pytest.raises(InputError, match="no month"):
        rows_behind("nps", dimension="month", group="January")


def test_nothing_is_known_before_the_first_computation() -> None:
    assert latest_computation() is None
    assert latest_findings("nps") == []
    assert dimensions("nps") == []
    assert profile(1) is None
    assert profiles().count().to_pyarrow().as_py() == 0


def test_a_profile_is_found_by_customer() -> None:
    write_people({"shop:1": 1, "shop:2": 2})
    write_events([event("order.completed", "shop:2", day(1), subject="order:1", amount="12.34")])
    compute(as_of=day(30), actor="test")
    known = profile(2)
    assert known is not None
    assert (known["orders"], known["revenue"], known["last_seen"]) == (1, Decimal("12.34"), day(1))
    silent = profile(1)
    assert silent is not None
    assert (silent["orders"], silent["last_seen"]) == (0, None)
    assert profile(3) is None
