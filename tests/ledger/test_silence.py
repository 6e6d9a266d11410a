"""A silence is told once, and once when it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from regard.ledger import actions
from regard.ledger.events import Event
from regard.ledger.inbox import rows_of
from regard.ledger.silence.actions import expect_again, expect_nothing, look
from regard.ledger.silence.models import Silence
from regard.ledger.silence.queries import history, silent_now, stream_of
from regard.outside.actions import add_endpoint
from regard.outside.models import Delivery
from tests.ledger.cast import NOON, order
from tests.servers import Reply, Server, serve

__all__ = ["serve"]
pytestmark = pytest.mark.django_db
END = NOON + timedelta(days=60)


def append(*events: Event) -> None:
    actions.append_events(
        rows_of([msgspec.structs.replace(event, recorded_at=event.occurred_at) for event in events])
    )


def answer(number: int, days: float, survey: str = "csat", **more: Any) -> Event:
    return order(
        f"{survey}-{number}", days=days, name="survey.answered", subject=f"survey:{survey}", instrument="csat-5",
        score=5.0, amount=None, currency=None, **more,
    )  # fmt: skip


@pytest.fixture
def told(serve: Callable[..., Server]) -> Callable[[], list[dict[str, Any]]]:
    """What was announced, oldest first."""
    add_endpoint(serve(lambda asked: Reply()).address, actor="ada")
    return lambda: [msgspec.json.decode(row.body) for row in Delivery.objects.order_by("pk")]


@pytest.fixture
def shop() -> None:
    """Sixty days of an order every two hours and a survey answered four times a day, of which one stops at the end."""
    append(*(order(f"o{n}", days=n / 12) for n in range(60 * 12 + 24)))
    append(*(answer(n, days=n / 4) for n in range(60 * 4)))


def at(hours: float) -> datetime:
    return END + timedelta(hours=hours)


def test_a_survey_that_stops_is_silent_though_its_source_speaks(shop: None) -> None:
    (silent,) = silent_now(at(47))
    assert (silent.source, silent.name) == ("shop", "survey.answered")
    assert silent.sentence == "no surveys answered from `shop` since Thursday, 30 April 2026; usually 4 a day"


def test_a_silence_is_told_once_and_once_when_it_is_over(
    shop: None, told: Callable[[], list[dict[str, Any]]]
) -> None:
    assert look(at(1)) == (0, 0)
    assert look(at(47)) == (1, 0)
    assert look(at(47.5)) == (0, 0)
    append(answer(999, days=62))
    assert look(at(48.5)) == (0, 1)
    assert look(at(48.6)) == (0, 0)
    assert [one["type"] for one in told()] == ["silence.began", "silence.ended"]
    assert told()[0]["data"]["sentence"].startswith("no surveys answered")
    assert told()[0]["data"]["usual_a_day"] == pytest.approx(4, rel=0.1)
    row = Silence.objects.get()
    assert (row.last_at, row.ended_at) == (NOON + timedelta(days=59.75), at(48))


def test_a_source_that_is_silent_as_a_whole_is_one_silence(shop: None) -> None:
    assert [(one.source, one.name) for one in silent_now(at(24 * 10))] == [("shop", "")]


def test_what_nobody_expects_any_more_is_not_silent(
    shop: None, told: Callable[[], list[dict[str, Any]]]
) -> None:
    look(at(47))
    row = expect_nothing(Silence.objects.get().pk, actor="ada")
    assert silent_now(at(47)) == []
    assert look(at(47.5)) == (0, 0)
    expect_again(row.pk, actor="ada")
    assert len(silent_now(at(47))) == 1
    assert len(told()) == 1


def test_the_history_shows_what_is_usual_beside_what_came(shop: None) -> None:
    look(at(47))
    days = history(stream_of(Silence.objects.get()), at(47))
    assert [day.heard for day in days[-5:]] == [4, 4, 2, 0, 0]
    assert days[-1].usual == pytest.approx(4, rel=0.1)


def test_files_handed_in_each_week_are_silent_when_they_stay_away() -> None:
    def handed_in(week: int) -> None:
        rows = [order(f"w{week}-{n}", days=7 * week + n / 6) for n in range(42)]
        when = NOON + timedelta(days=7 * (week + 1))
        actions.append_events(rows_of([msgspec.structs.replace(row, recorded_at=when) for row in rows]))

    for week in range(26):
        handed_in(week)
    last = NOON + timedelta(days=26 * 7)
    assert silent_now(last + timedelta(days=6)) == []
    assert silent_now(last + timedelta(days=8)) == []
    assert silent_now(last + timedelta(days=24)) != []
