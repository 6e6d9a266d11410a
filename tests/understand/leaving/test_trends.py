"""Whether more customers leave with something than before: told by month or quarter, or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from regard.understand.facts import held_facts
from regard.understand.leaving.spans import DAY, read_spans
from regard.understand.leaving.trends import Trend, follow, trend_of
from tests.understand.leaving.subscribers import (
    MONTH,
    Flags,
    Floats,
    Hazard,
    draw_subscribers,
    spans_of,
    usual,
    write_subscribers,
)

NOW = datetime(2026, 11, 9, tzinfo=UTC)


def _risen(times: float) -> Hazard:
    """Those who signed by the month leave `times` as often in the last half-year."""
    return lambda monthly, south, ago: (
        np.where(monthly & (ago <= 6 * MONTH), times, 1) * usual(monthly, south, ago)
    )


def _told(hazard: Hazard, seed: int, customers: int = 4000) -> Trend:
    drawn = draw_subscribers(hazard, seed=seed, customers=customers)
    return trend_of(np.flatnonzero(drawn.monthly) + 1, follow(spans_of(drawn, NOW)))


def _steady(monthly: Flags, south: Flags, days_ago: float) -> Floats:
    """So that as many leave as come."""
    return np.full(len(monthly), 0.02)


def test_twice_as_many_leaving_is_worse_since_the_month_it_began_in_ten_of_ten() -> None:
    for seed in range(10):
        told = _told(_risen(2.0), seed)
        assert told.verdict == "worse"
        assert "2026-03" <= told.since <= "2026-07"
        assert "a month left with it in the half-year up to October 2026" in told.said


def test_half_as_many_leaving_is_better() -> None:
    assert _told(_risen(0.5), 1).verdict == "better"


def test_where_nothing_changed_a_trend_is_seen_about_as_often_as_the_test_allows() -> None:
    seen = [_told(_steady, seed) for seed in range(100, 160)]
    assert sum(told.verdict != "cannot tell" for told in seen) <= 8  # 3 of 60 expected; 9 or more: 1 in 500
    assert all(told.since == "" and "Chance could explain" in told.said
               for told in seen if told.verdict == "cannot tell")  # fmt: skip


def test_where_leaving_is_dated_by_the_quarter_quarters_are_compared() -> None:
    drawn = draw_subscribers(_risen(3.0), seed=2, customers=4000)
    spans, quarter = spans_of(drawn, NOW), 91.3125 * DAY
    quarters = np.floor((spans.until - spans.ended[spans.left]) / quarter)
    lumped = spans.ended.copy()
    lumped[spans.left] = spans.until - quarters * quarter - DAY
    told = follow(replace(spans, ended=np.maximum(lumped, spans.began + 1)))
    assert not isinstance(told, str)
    assert told.months == 3
    trend = trend_of(np.flatnonzero(drawn.monthly) + 1, told)
    assert trend.verdict == "worse"
    assert "a quarter left with it" in trend.said


def test_nobody_invents_a_trend_where_leaving_is_not_followed() -> None:
    drawn = draw_subscribers(usual, seed=3)
    spans, touched = spans_of(drawn, NOW), np.flatnonzero(drawn.monthly) + 1
    few = spans.rows(~spans.left | (np.cumsum(spans.left) <= 5))
    assert "nobody left as far as the files tell" in trend_of(touched, follow(few)).said
    young = replace(spans, began=np.maximum(spans.began, spans.until - 120 * DAY))
    young = young.rows(young.began < young.ended)
    assert "first heard of within the last year" in trend_of(touched, follow(young)).said
    known_lately = trend_of(touched, follow(spans), back_to=spans.until - 200 * DAY)
    assert known_lately.verdict == "cannot tell"
    assert "first heard of less than a year before November 2025" in known_lately.said


@pytest.mark.django_db
def test_one_picture_tells_who_left_but_not_when() -> None:
    drawn = draw_subscribers(usual, seed=1, customers=300)
    write_subscribers(drawn, now=NOW - timedelta(days=3), tells_when=False)
    with held_facts(NOW) as facts:
        told = trend_of(np.flatnonzero(drawn.monthly) + 1, follow(read_spans(facts)))
    assert told.verdict == "cannot tell"
    assert "The files tell who had left by 6 November 2026, not when each of them did" in told.said
    assert "Import the day on which each contract began and ended" in told.said


@pytest.mark.django_db
def test_spans_come_from_what_was_said_and_end_with_who_left_last() -> None:
    drawn = draw_subscribers(usual, seed=2, customers=500)
    write_subscribers(drawn, now=NOW)
    with held_facts(NOW) as facts:
        spans = read_spans(facts)
    told, meant = follow(spans), follow(spans_of(drawn, NOW))
    assert not isinstance(told, str)
    assert not isinstance(meant, str)
    assert (told.there == meant.there).all()
    assert (told.left_in == meant.left_in).all()
    last = spans.ended[spans.left].max()
    assert last < spans.until <= min(last + 7 * DAY, NOW.timestamp())
