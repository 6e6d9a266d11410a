"""Response bias: the reweighted score finds the truth that the raw one misses, and says where it cannot."""

import ibis
import numpy as np
import pandas as pd
import pytest

from regard import analytics as ra
from tests.analytics.pages import check_page


def company(seed: int, n: int = 6000) -> tuple[pd.DataFrame, float]:
    """Everybody's score, of which the loyal answer four times as often; and the true mean."""
    generator = np.random.default_rng(seed)
    loyal, channel = generator.random(n) < 0.3, generator.choice(["web", "shop"], n, p=[0.7, 0.3])
    score = 5 + 3.0 * loyal + 1.0 * (channel == "shop") + generator.normal(0, 1.5, n)
    answered = generator.random(n) < np.where(loyal, 0.4, 0.1) * np.where(channel == "shop", 1.0, 0.6)
    people = pd.DataFrame({"loyal": loyal, "channel": channel, "score": np.where(answered, score, np.nan)})
    return people, 5 + 0.9 + 0.3


@pytest.mark.parametrize("method", ["post-stratified", "raked"])
def test_the_adjusted_interval_covers_the_truth_and_the_raw_one_does_not(method: str) -> None:
    covered = raw_covered = 0
    for seed in range(25):
        people, truth = company(seed)
        found = ra.adjust_for_response(ibis.memtable(people), ["loyal", "channel"], method=method)
        covered += found.adjusted.low <= truth <= found.adjusted.high  # type: ignore[operator]
        raw_covered += found.raw.low <= truth <= found.raw.high  # type: ignore[operator]
        assert found.adjusted.n < found.raw.n
    assert covered >= 22
    assert raw_covered == 0


def test_it_says_who_answered_against_who_was_asked() -> None:
    people = ibis.memtable(
        {
            "channel": ["shop"] * 40 + ["web"] * 60,
            "score": [4.0] * 30 + [None] * 10 + [2.0] * 30 + [None] * 30,
        }
    )
    found = ra.adjust_for_response(people, ["channel"])
    shop, web = found.groups
    assert (shop.group, shop.asked, shop.answered, shop.share_asked, shop.share_answered) == (
        "shop",
        40,
        30,
        0.4,
        0.5,
    )
    assert (web.response.value, web.response.n) == (0.5, 60)
    assert found.raw.value == 3.0
    assert found.adjusted.value == pytest.approx(0.4 * 4 + 0.6 * 2)
    # weights .8 and 1.2: (sum w)² / sum w² = 3600 / (30 .64 + 30 1.44)
    assert found.adjusted.n == int(3600 / (30 * 0.64 + 30 * 1.44))
    assert found.difference == pytest.approx(-0.2)


def test_where_everybody_answers_alike_nothing_moves() -> None:
    people = ibis.memtable({"group": ["a", "b"] * 50, "score": [3.0, 5.0] * 25 + [None] * 50})
    found = ra.adjust_for_response(people, ["group"])
    assert found.difference == pytest.approx(0.0)
    assert found.adjusted.n == found.raw.n == 50


def test_a_group_that_nobody_speaks_for_is_named() -> None:
    people = ibis.memtable({"group": ["a"] * 30 + ["b"] * 30, "score": [3.0, 4.0] * 10 + [None] * 40})
    with pytest.warns(ra.StatisticalWarning, match="Nobody answered of 1 groups: group: b"):
        found = ra.adjust_for_response(people, ["group"])
    assert found.empty == ["group: b"]
    assert found.adjusted.value == 3.5


def test_thin_cells_are_raked_over_their_margins() -> None:
    people, truth = company(3, n=3000)
    people["area"] = np.arange(len(people)) % 60
    with pytest.warns(ra.StatisticalWarning):
        found = ra.adjust_for_response(ibis.memtable(people), ["loyal", "channel", "area"], trim=3)
    assert found.method == "raked"
    assert abs(found.adjusted.value - truth) < abs(found.raw.value - truth) / 3  # type: ignore[operator]


def test_no_answer_weighs_more_than_is_allowed() -> None:
    people = ibis.memtable(
        {"group": ["a"] * 900 + ["b"] * 100, "score": [1.0] * 10 + [None] * 890 + [5.0] * 90 + [None] * 10}
    )
    with pytest.warns(ra.StatisticalWarning, match="weights of 10 answers were cut"):
        found = ra.adjust_for_response(people, ["group"], trim=4)
    assert (found.largest_weight, found.trimmed) == (pytest.approx(4.0), 10)
    assert found.adjusted.value == pytest.approx(0.4 * 1 + 0.6 * 5)


def test_unknown_traits_are_a_group_and_too_few_answers_no_score() -> None:
    people = ibis.memtable({"group": ["a", None] * 10, "score": [1.0, 2.0] + [None] * 18})
    found = ra.adjust_for_response(people, ["group"])
    assert [group.group for group in found.groups] == ["(unknown)", "a"]
    assert found.adjusted.too_few
    assert found.difference is None


@pytest.mark.parametrize("wrong", [{"traits": []}, {"trim": 1.0}, {"method": "guess"}])
def test_what_cannot_be_done_is_refused(wrong: dict[str, object]) -> None:
    asked = ibis.memtable({"group": ["a"], "score": [1.0]})
    with pytest.raises(ValueError, match="traits must be named"):
        ra.adjust_for_response(asked, **({"traits": ["group"]} | wrong))  # type: ignore[arg-type]


def test_the_page_is_whole() -> None:
    check_page("response-bias")
