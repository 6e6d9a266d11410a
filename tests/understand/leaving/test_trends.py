"""Whether more customers leave with something than before: told by month or quarter, or not at all."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from regard.understand.facts import held_facts
from regard.understand.leaving.spans import Spans, read_spans
from regard.understand.leaving.trends import YEAR, follow, trend_of
from tests.understand.leaving.subscribers import MONTH, usual, write_subscribers

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MONTHLY = np.arange(1, 10_000, 2)


def _worse_lately(contract: str, region: str, days_ago: float) -> float:
    risen = 2.0 if contract == "monthly" and days_ago < 6.1 * MONTH else 1.0
    return usual(contract, region, days_ago) * risen


def _spans(rng: np.random.Generator, *, risen: float = 1.0, months: int = 30, size: int = 4000) -> Spans:
    """Odd customers leave `risen` times as often in the last half-year."""
    began = NOW.timestamp() - np.where(rng.random(size) < 0.5, 30, rng.uniform(0, months, size)) * MONTH * 86_400
    customers, ended = np.arange(1, size + 1), np.full(size, np.inf)
    for back in range(months, 0, -1):
        chance = np.where((customers % 2 == 1) & (back <= 6), 0.01 * risen, 0.01)
        start = NOW.timestamp() - back * MONTH * 86_400
        goes = np.isinf(ended) & (began < start) & (rng.random(size) < chance)
        ended[goes] = start + rng.uniform(0, MONTH * 86_400, size)[goes]
    return Spans(customers, began, ended, NOW.timestamp(), 0)


def test_twice_as_many_leaving_is_worse_since_the_month_it_began_in_ten_of_ten() -> None:
    for seed in range(10):
        told = trend_of(MONTHLY, follow(_spans(np.random.default_rng(seed), risen=2.0)))
        assert told.verdict == "worse"
        assert "2026-03" <= told.since <= "2026-07"
        assert "a month left with it in the half-year up to October 2026" in told.said


def test_half_as_many_leaving_is_better() -> None:
    assert trend_of(MONTHLY, follow(_spans(np.random.default_rng(1), risen=0.4))).verdict == "better"


def test_where_nothing_changed_a_trend_is_seen_about_as_often_as_the_test_allows() -> None:
    seen = [
        trend_of(MONTHLY, follow(_spans(np.random.default_rng(seed), size=2500))) for seed in range(100, 160)
    ]
    assert sum(told.verdict != "cannot tell" for told in seen) <= 8  # 3 of 60 expected; 9 or more: 1 in 500
    assert all(told.since == "" and "Chance could explain" in told.said
               for told in seen if told.verdict == "cannot tell")  # fmt: skip


def test_where_leaving_is_dated_by_the_quarter_quarters_are_compared() -> None:
    spans = _spans(np.random.default_rng(2), risen=3.0)
    quarter = 91.3125 * 86_400
    lumped = np.where(spans.left, NOW.timestamp() - np.floor((NOW.timestamp() - spans.ended) / quarter) * quarter - 86_400, np.inf)
    told = follow(Spans(spans.customers, spans.began, np.maximum(lumped, spans.began + 1), spans.until, 0))
    assert not isinstance(told, str)
    assert told.months == 3
    assert trend_of(MONTHLY, told).verdict == "worse"
    assert "a quarter left with it" in trend_of(MONTHLY, told).said


def test_nobody_invents_a_trend_where_leaving_is_not_followed() -> None:
    rng = np.random.default_rng(3)
    spans = _spans(rng)
    few = spans.rows(~spans.left | (np.cumsum(spans.left) <= 5))
    assert "nobody left as far as the files tell" in trend_of(MONTHLY, follow(few)).said
    young = Spans(spans.customers, np.maximum(spans.began, NOW.timestamp() - 120 * 86_400), spans.ended, spans.until, 0)
    young = young.rows(young.began < young.ended)
    assert "first heard of within the last year" in trend_of(MONTHLY, follow(young)).said
    known_lately = trend_of(MONTHLY, follow(spans), back_to=(NOW - timedelta(days=200)).timestamp())
    assert known_lately.verdict == "cannot tell"
    assert "known for less than a year before November 2025" in known_lately.said


@pytest.mark.django_db
def test_one_picture_tells_who_left_but_not_when() -> None:
    write_subscribers(usual, now=NOW - timedelta(days=3), seed=1, customers=300, tells_when=False)
    with held_facts(NOW) as facts:
        told = trend_of(MONTHLY, follow(read_spans(facts)))
    assert told.verdict == "cannot tell"
    assert "one picture: they tell who had left by 30 October 2026, not when" in told.said
    assert "Import the day on which each contract began and ended" in told.said


@pytest.mark.django_db
def test_spans_come_from_what_was_said_and_end_with_who_left_last() -> None:
    write_subscribers(_worse_lately, now=NOW, seed=2, customers=800)
    with held_facts(NOW) as facts:
        spans = read_spans(facts)
    followed = follow(spans)
    assert not isinstance(followed, str)
    assert followed.shown[-1] == (2026 - 1970) * 12 + 9  # October, counted from 0
    assert spans.unseen == 0
    assert (spans.began < spans.ended).all()
    last = spans.ended[spans.left].max()
    assert last < spans.until <= min(last + 7 * 86_400, NOW.timestamp())
    assert len(followed.shown) > YEAR
