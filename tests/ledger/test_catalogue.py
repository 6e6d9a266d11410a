from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from regard.errors import InputError
from regard.ledger.catalogue import CATALOGUE, INSTRUMENTS, KINDS, check_event
from regard.ledger.catalogue_page import MEANINGS, render_page
from regard.ledger.events import EVENT_SCHEMA
from tests.ledger.cast import order

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def answer(**changes: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "name": "survey.answered",
        "instrument": "nps",
        "score": 9.0,
        "amount": None,
        "currency": None,
        "subject": None,
    }
    return plain | changes


def test_the_page_of_events_is_up_to_date() -> None:
    assert PAGE.read_text() == render_page(), "run `make docs`"
    assert set(MEANINGS) == set(EVENT_SCHEMA.names)


def test_every_kind_is_listed_once_and_requires_columns_that_exist() -> None:
    assert len(CATALOGUE) == len(KINDS)
    for kind in KINDS:
        assert set(kind.required) | set(kind.either) <= set(EVENT_SCHEMA.names)
        assert kind.sentence.endswith(".")
        assert all(key.kind in {"text", "time", "number"} for key in kind.data.values())


def test_what_the_catalogue_allows_passes() -> None:
    check_event(order())
    check_event(order(**answer()))
    check_event(order(**answer(score=None, text="fine")))
    check_event(order(name="custom.store_visited", subject=None, amount=None, currency=None))
    check_event(
        order(name="promise.made", data={"due_at": "2026-03-04T12:00:00Z", "kind": "delivery", "more": [1]})
    )
    check_event(order(person="email:a:b@c.de"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "order.dreamt"}, "no such name"),
        ({"name": "custom.Store Visited"}, "no such name"),
        ({"event_id": " "}, "`event_id` must have"),
        ({"event_id": "x" * 101}, "`event_id` must have"),
        ({"person": "4711"}, "`<namespace>:<id>`"),
        ({"person": "shop:"}, "`<namespace>:<id>`"),
        ({"person": "my shop:1"}, "`<namespace>:<id>`"),
        ({"occurred_at": datetime(2026, 3, 1)}, "no time zone"),  # noqa: DTZ001
        ({"occurred_at": datetime(1066, 10, 14, tzinfo=UTC)}, "before 1900"),
        ({"subject": None}, "`subject` is required"),
        ({"amount": Decimal("NaN")}, "`amount` must be"),
        ({"amount": Decimal("1e14")}, "`amount` must be"),
        ({"amount": Decimal("0.00001")}, "more than four decimals"),
        ({"event_id": "a\x00b"}, "control character"),
        ({"currency": "euro"}, "three capital letters"),
        (answer(instrument=None), "`instrument` is required"),
        (answer(score=None), "one of `score` and `text`"),
        (answer(score=11.0), "from 0 to 10"),
        (answer(score=float("nan")), "must be a number"),
        ({"name": "promise.made", "data": {"due_at": "tomorrow"}}, "`data.due_at` must be an ISO 8601 time"),
        ({"name": "call.made", "data": {"seconds": "12"}}, "`data.seconds` must be a number"),
        ({"name": "call.made", "data": {"outcome": 12}}, "`data.outcome` must be a text"),
    ],
)
def test_what_the_catalogue_does_not_allow_is_refused_with_the_reason(
    changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(InputError) as refused:
        check_event(order(**changes))
    assert reason in refused.value.message


def test_the_ends_of_every_scale_are_allowed() -> None:
    for instrument, bounds in INSTRUMENTS.items():
        for score in bounds:
            check_event(order(**answer(instrument=instrument, score=float(score))))
