"""NPS on tables: counts in the engine, the published intervals, weights, real answers."""

from pathlib import Path

import ibis
import pytest

from regard import analytics as ra


def test_agrees_with_the_published_interval_by_group() -> None:
    answers = ibis.memtable(
        {
            "score": [10] * 50 + [7] * 30 + [6] * 20 + [9] * 15 + [8] * 10 + [0] * 5,
            "channel": ["email"] * 100 + ["web"] * 30,
        }
    )
    by = ra.nps(answers, by=["channel"]).by_group()
    assert (round(by["email",].low, 6), round(by["email",].high, 6)) == (0.140511, 0.442013)
    assert (round(by["web",].value, 3), round(by["web",].low, 6), round(by["web",].high, 6)) == (
        0.333, 0.047781, 0.558279,
    )  # fmt: skip


def test_answers_off_the_scale_and_missing_are_left_out() -> None:
    answers = ibis.memtable({"score": [10.0] * 12 + [11.0, -1.0, None]})
    assert ra.nps(answers).only().n == 12


def test_equal_weights_change_nothing_but_unequal_ones_cost_answers() -> None:
    scores = [10] * 50 + [7] * 30 + [2] * 20
    plain = ra.nps(ibis.memtable({"score": scores})).only()
    equal = ra.nps(ibis.memtable({"score": scores, "w": [3.0] * 100}), weight="w").only()
    unequal = ra.nps(ibis.memtable({"score": scores, "w": [1.0, 4.0] * 50}), weight="w").only()
    assert (equal.value, equal.low, equal.n) == (pytest.approx(plain.value), pytest.approx(plain.low), 100)
    assert unequal.value == pytest.approx(0.3)
    assert unequal.n == int(250**2 / (50 * 1 + 50 * 16))


def test_no_answers_no_number() -> None:
    assert ra.nps(ibis.memtable({"score": [None, None]}, schema={"score": "float64"})).only().too_few


def test_a_million_answers_stay_in_the_engine() -> None:
    answers = ibis.range(1_000_000).unnest().name("i").as_table().mutate(score=ibis._.i % 11)
    assert ra.nps(answers).only().value == pytest.approx((2 - 7) / 11, abs=1e-5)


def test_mobile_phone_customers_of_the_ecsi_survey(shared_data: Path) -> None:
    """CUSL3 is on 1-10; as a recommend item promoters are 9-10 and detractors 1-6: +14.0."""
    answers = ibis.read_csv(shared_data / "ecsi" / "mobi.csv")
    score = ra.nps(answers, score="CUSL3").only()
    assert (round(100 * (score.value or 0), 1), score.n) == (14.0, 250)
