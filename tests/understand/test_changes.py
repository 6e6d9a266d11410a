"""What changed, and what to look at first."""

from datetime import UTC, date, datetime

import pytest

from regard.understand.actions import compute
from regard.understand.changes import MONTH_BEFORE, YEAR_BEFORE, Change, last_full_month, what_changed
from regard.understand.concerns import look_first
from regard.understand.models import Computation, Finding
from tests.understand.lake_writing import day, event, write_events, write_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def computation() -> Computation:
    moment = datetime(2026, 4, 10, tzinfo=UTC)
    return Computation.objects.create(as_of=moment, ended_at=moment, last_event_at=moment)


def found(
    computation: Computation, measure: str, group: str, value: float, error: float, unit: str = "share"
) -> None:
    Finding.objects.create(
        computation=computation, measure=measure, version="1", dimension="month", group=group, value=value,
        low=value - 2 * error, high=value + 2 * error, standard_error=error, n=500, method="test", unit=unit,
    )  # fmt: skip


def changes() -> dict[tuple[str, str], Change]:
    return {(one.measure.name, one.against): one for one in what_changed()}


@pytest.mark.parametrize(("as_of", "last", "month"), [
    ((2026, 4, 10), (2026, 4, 9), (2026, 3, 1)),
    ((2026, 4, 1), (2026, 3, 31), (2026, 3, 1)),
    ((2026, 11, 21), (2018, 8, 12), (2018, 7, 1)),  # the record ends amid a month
    ((2026, 11, 21), (2018, 8, 31), (2018, 8, 1)),
])  # fmt: skip
def test_the_last_full_month(as_of: tuple[int, ...], last: tuple[int, ...], month: tuple[int, ...]) -> None:
    def noon(when: tuple[int, ...]) -> datetime:
        return datetime(*when, 12, tzinfo=UTC)  # type: ignore[arg-type,misc]

    assert last_full_month(noon(as_of), noon(last)) == date(*month)


def test_a_clear_change_is_told_apart_from_noise(computation: Computation) -> None:
    found(computation, "late-delivery-rate", "2026-03", 0.20, 0.01)
    found(computation, "late-delivery-rate", "2026-02", 0.10, 0.01)
    found(computation, "late-delivery-rate", "2025-03", 0.195, 0.01)
    late = changes()["late-delivery-rate", MONTH_BEFORE]
    assert (late.verdict, late.good) == ("up", False)
    assert late.sentence == "Late deliveries went up in 2026-03 against 2026-02 (month before)."
    assert changes()["late-delivery-rate", YEAR_BEFORE].verdict == "cannot tell"
    assert what_changed()[0] == late


def test_totals_are_compared_per_day(computation: Computation) -> None:
    """310 orders in March and 280 in February are ten a day in both."""
    found(computation, "orders", "2026-03", 310, 1, unit="orders")
    found(computation, "orders", "2026-02", 280, 1, unit="orders")
    assert changes()["orders", MONTH_BEFORE].comparison.difference == pytest.approx(0)


def test_currencies_are_compared_with_themselves(computation: Computation) -> None:
    found(computation, "revenue", "2026-03", 310, 1, unit="EUR")
    found(computation, "revenue", "2026-02", 999, 1, unit="USD")
    assert what_changed() == []


def test_nothing_has_changed_before_the_first_computation() -> None:
    assert what_changed() == []


def test_what_to_look_at_first() -> None:
    """Late deliveries got worse, and a promise is past due."""
    write_people({f"shop:{number}": number for number in range(200)})
    rows = []
    for number in range(200):
        at = day(number % 58)  # January and February 2025
        late = number % 2 == 0 if at >= day(31) else number % 20 == 0
        promised = day(number % 58 + (-1 if late else 1)).isoformat()
        rows.append(
            event(
                "order.delivered",
                f"shop:{number}",
                at,
                subject=f"order:{number}",
                data={"promised_at": promised},
            )
        )
    rows.append(
        event("promise.made", "shop:7", day(50), subject="case:1", data={"due_at": day(52).isoformat()})
    )
    rows.append(event("page.viewed", "shop:1", day(62)))
    write_events(rows)
    compute(as_of=day(63), actor="test")
    concerns = {one.kind: one for one in look_first(day(63))}
    assert concerns["worse"].about == "late-delivery-rate"
    assert concerns["overdue"].sentence == "1 promise is past the date and not kept, to 1 customer."
