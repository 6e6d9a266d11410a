from datetime import datetime, timedelta

import msgspec
import pytest

from regard.errors import InputError
from regard.ledger import actions, queries
from regard.ledger.events import Event
from regard.ledger.inbox import rows_of
from tests.ledger.cast import NOON, order


def append(*events: Event) -> None:
    actions.append_events(rows_of([_recorded(event) for event in events]))


def _recorded(event: Event) -> Event:
    return msgspec.structs.replace(event, recorded_at=event.recorded_at or NOON)


def retraction(event_id: str, of: str) -> Event:
    return order(event_id, name="event.retracted", subject=of, amount=None, currency=None)


def ids(rows: list[dict[str, object]]) -> list[object]:
    return [row["event_id"] for row in rows]


def all_ids() -> set[str]:
    return set(queries.events().event_id.to_pyarrow().to_pylist())


@pytest.mark.django_db
def test_an_empty_lake_has_no_events() -> None:
    assert queries.events().count().to_pyarrow().as_py() == 0
    assert queries.events_of(["shop:1"]) == []
    assert queries.rhythms(NOON) == []


@pytest.mark.django_db
def test_a_timeline_is_newest_first_and_only_of_the_persons_asked_for() -> None:
    append(order("a"), order("b", days=2), order("c", days=1), order("d", person="shop:2"))
    assert ids(queries.events_of(["shop:1"])) == ["b", "c", "a"]
    assert ids(queries.events_of(["shop:1", "shop:2"], limit=2)) == ["b", "c"]
    assert queries.events_of([]) == []


@pytest.mark.django_db
def test_a_timeline_can_be_paged_by_time_and_filtered_by_name() -> None:
    shipped = order("s", days=3, name="order.shipped", data={"carrier": "Eil-Post"})
    append(order("a"), order("b", days=1), shipped)
    assert ids(queries.events_of(["shop:1"], before=NOON + timedelta(days=1))) == ["a"]
    [row] = queries.events_of(["shop:1"], names=["order.shipped"])
    assert row["data"] == {"carrier": "Eil-Post"}
    assert row["occurred_at"] == NOON + timedelta(days=3)


@pytest.mark.django_db
def test_a_timeline_before_a_time_without_zone_is_refused() -> None:
    with pytest.raises(InputError, match="time zone"):
        queries.events_of(["shop:1"], before=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.django_db
def test_a_retracted_event_and_its_retraction_are_gone_from_every_answer() -> None:
    append(order("a"), order("b"))
    assert all_ids() == {"a", "b"}
    append(retraction("r", of="a"), order("a2"))
    assert all_ids() == {"b", "a2"}
    assert set(ids(queries.events_of(["shop:1"]))) == {"b", "a2"}


@pytest.mark.django_db
def test_a_retraction_that_arrives_before_its_event_still_holds() -> None:
    append(retraction("r", of="a"))
    append(order("a"), order("b"))
    assert all_ids() == {"b"}
    assert ids(queries.events_of(["shop:1"])) == ["b"]


@pytest.mark.django_db
def test_retractions_hold_after_every_rewrite_of_the_lake() -> None:
    append(order("a"))
    append(retraction("r", of="a"))
    append(order("b"))
    assert ids(queries.events_of(["shop:1"])) == ["b"]
    actions.compact_lake(thoroughly=True)
    assert ids(queries.events_of(["shop:1"])) == ["b"]
    append(order("c", days=1), retraction("r2", of="b"))
    assert ids(queries.events_of(["shop:1"])) == ["c"]
    assert all_ids() == {"c"}


@pytest.mark.django_db
def test_several_retractions_hold_together() -> None:
    append(order("a"), order("b"), order("c"), retraction("r1", of="a"), retraction("r2", of="b"))
    assert ids(queries.events_of(["shop:1"])) == ["c"]


@pytest.mark.django_db
def test_the_backlog_tells_how_much_waits_and_for_how_long() -> None:
    assert queries.backlog().oldest_age is None
    actions.record_events([order("a"), order("b")], source="shop", actor="test")
    waiting = queries.backlog()
    assert (waiting.batches, waiting.events, waiting.dead_letters) == (1, 2, 0)
    assert waiting.oldest_age is not None
    assert timedelta(0) <= waiting.oldest_age < timedelta(minutes=1)


def _daily(count: int, *, name: str = "order.completed", every: float = 1) -> list[Event]:
    return [order(f"{name}-{day}", days=day * every, name=name) for day in range(count)]


def _rhythm(as_of: datetime, name: str = "") -> queries.Rhythm:
    return next(one for one in queries.rhythms(as_of) if one.name == name)


@pytest.mark.django_db
def test_a_daily_source_that_is_quiet_for_nine_days_is_silent() -> None:
    append(*_daily(20))
    rhythm = _rhythm(NOON + timedelta(days=19 + 9), "order.completed")
    assert rhythm.silent
    assert rhythm.usual_gap == 1
    assert rhythm.last_at == NOON + timedelta(days=19)
    assert rhythm.sentence == "no orders completed from `shop` since Friday, 20 March 2026; usual gap 1 day"
    assert _rhythm(NOON + timedelta(days=28)).silent


@pytest.mark.django_db
def test_a_source_within_its_rhythm_is_not_silent() -> None:
    append(*_daily(20, every=7))
    assert not _rhythm(NOON + timedelta(days=19 * 7 + 13)).silent
    assert _rhythm(NOON + timedelta(days=19 * 7 + 30)).silent


@pytest.mark.django_db
def test_weekends_are_part_of_a_rhythm() -> None:
    workdays = [event for event in _daily(60) if event.occurred_at.weekday() < 5]
    append(*workdays)
    last = max(event.occurred_at for event in workdays)
    assert not _rhythm(last + timedelta(days=4)).silent
    assert _rhythm(last + timedelta(days=7)).silent


@pytest.mark.django_db
def test_a_source_that_was_long_over_when_it_was_handed_in_is_history_not_silent() -> None:
    handed_in = NOON + timedelta(days=19 + 91)
    append(*(msgspec.structs.replace(event, recorded_at=handed_in) for event in _daily(20)))
    assert not _rhythm(handed_in + timedelta(days=1)).silent


@pytest.mark.django_db
def test_too_little_history_is_not_called_silence() -> None:
    append(*_daily(3))
    rhythm = _rhythm(NOON + timedelta(days=300))
    assert (rhythm.usual_gap, rhythm.silent) == (None, False)


@pytest.mark.django_db
def test_what_happens_later_does_not_count() -> None:
    append(*_daily(20), order("later", days=200))
    assert _rhythm(NOON + timedelta(days=28)).silent
