"""Themes: planted topics are found in their number, the same every run, stable from run to run, and editable."""

import csv
from pathlib import Path

import numpy as np
import pytest
from benchmarks.comments import TOPICS, write_comments
from sklearn.metrics import normalized_mutual_info_score

from regard import analytics as ra
from regard.analytics.words.theme_count import most_stable

WET = ["seam", "leaks", "zip", "jacket"]
SPAET = ["lieferung", "paket", "spät", "verzögert"]


@pytest.fixture(scope="module")
def comments() -> tuple[list[str], list[str]]:
    return write_comments(4000, topics=8)


@pytest.fixture(scope="module")
def model(comments: tuple[list[str], list[str]]) -> ra.ThemeModel:
    return ra.find_themes(comments[0])


def test_planted_topics_are_found_in_their_number(
    comments: tuple[list[str], list[str]], model: ra.ThemeModel
) -> None:
    texts, planted = comments
    assert 8 <= len(model.themes) <= 9
    assert normalized_mutual_info_score(planted, model.assign(texts).main()) >= 0.94
    tops = [set(theme.words[:3]) for theme in model.themes]
    for topic in list(TOPICS)[:8]:
        assert any(len(top & set(TOPICS[topic].split())) >= 2 for top in tops)


def test_the_same_texts_give_the_same_themes(
    comments: tuple[list[str], list[str]], model: ra.ThemeModel
) -> None:
    assert ra.find_themes(comments[0]) == model


def test_themes_keep_number_and_name_in_the_next_run(model: ra.ThemeModel) -> None:
    delivery = next(theme for theme in model.themes if "parcel" in theme.words[:4])
    edited = model.rename(delivery.number, "Late parcels")
    later, planted = write_comments(3000, seed=9, topics=9)
    again = ra.find_themes(later, previous=edited, count=9)
    assert again.theme(delivery.number).name == "Late parcels"
    assert len({theme.number for theme in again.themes}) == len(again.themes)
    fresh = {theme.number for theme in again.themes} - {theme.number for theme in model.themes}
    assert any(
        set(again.theme(number).words[:4]) & set(TOPICS["phone"].split()) or number for number in fresh
    )
    assert normalized_mutual_info_score(planted, again.assign(later).main()) > 0.9


def test_a_theme_that_is_gone_keeps_its_number() -> None:
    first = ra.find_themes(write_comments(1500, topics=4)[0], count=4)
    second = ra.find_themes(write_comments(1500, topics=2)[0], count=2, previous=first)
    assert len(second.themes) + len(second.gone) == 4
    third = ra.find_themes(write_comments(1500, topics=6)[0], count=6, previous=second)
    assert not {theme.number for theme in third.themes} & {theme.number for theme in second.gone}


def test_merging_and_splitting_change_what_texts_are_about(model: ra.ThemeModel) -> None:
    delivery = next(theme for theme in model.themes if "parcel" in theme.words[:4])
    billing = next(theme for theme in model.themes if "invoice" in theme.words[:4])
    texts = ["the courier was late with my parcel", "charged twice on one invoice"]
    joined = model.merge(delivery.number, billing.number, name="Before the goods")
    assert set(joined.assign(texts).main().tolist()) == {delivery.number}
    assert joined.theme(delivery.number).name == "Before the goods"
    assert len(joined.themes) == len(model.themes) - 1
    divided = joined.split(delivery.number, TOPICS["billing"].split())
    first, second = divided.assign(texts).main().tolist()
    assert first == delivery.number
    assert second == model.next_number()
    again = ra.find_themes(write_comments(4000, topics=8)[0], previous=joined)
    assert set(again.assign(texts).main().tolist()) == {delivery.number}


def test_languages_are_read_apart_and_may_be_joined() -> None:
    draw = np.random.default_rng(0)
    texts = [" ".join(draw.choice(kind, 3)) for _ in range(100) for kind in (WET, SPAET)]
    texts = [f"{text} {'abcdefghijklm'[n % 13] * 2}{n}" for n, text in enumerate(texts)]
    languages = ["en", "de"] * 100
    model = ra.find_themes(texts, languages, count=1)
    assert [theme.parts[0].language for theme in model.themes] == ["de", "en"]
    late, wet = model.themes
    joined = model.merge(late.number, wet.number)
    assert joined.assign(["Paket spät", "zip leaks"], ["de", "en"]).main().tolist() == [late.number] * 2
    assert model.assign(["Paket spät"], ["en"]).main().tolist() == [0]


def test_scripts_without_blanks_have_themes() -> None:
    draw = np.random.default_rng(1)
    kinds = [["配送", "遅延", "荷物"], ["返金", "請求", "金額"]]
    texts = ["が".join(draw.permutation(kind)) + str(n) for n in range(80) for kind in kinds]
    model = ra.find_themes(texts, count=2)
    first, second, none = model.assign(["荷物の配送が遅延", "返金と請求", "天気"]).main().tolist()
    assert first != second
    assert none == 0


def test_a_text_may_be_about_two_themes(model: ra.ThemeModel) -> None:
    text = "my parcel came late with the courier, and the invoice was charged twice"
    (about,) = model.assign([text]).about()
    assert about.sum() == 2


def test_a_rising_theme_is_seen_and_a_steady_one_is_not(model: ra.ThemeModel) -> None:
    before, planted = write_comments(1200, seed=3, topics=8)
    extra = [
        text for text, topic in zip(*write_comments(3000, seed=4, topics=8), strict=True) if topic == "refund"
    ]
    changes = ra.emerging_themes(model.assign([*before[:1000], *extra[:120]]), model.assign(before))
    refund = next(theme.number for theme in model.themes if "refund" in theme.words[:4])
    assert changes[0].number == refund
    assert changes[0].verdict == "up"
    assert [change for change in changes if change.verdict == "up"] == changes[:1]
    assert planted.count("refund") == pytest.approx(changes[0].before.value * 1200, rel=0.25)


def test_next_to_nothing_gives_no_themes_and_no_failure() -> None:
    for texts in ([], [""], [None, "???"], ["12 34"]):
        model = ra.find_themes(texts)
        assert model.themes == ()
        assert model.assign(texts).main().tolist() == [0] * len(texts)
    assert len(ra.find_themes(["late parcel"] * 50).themes) <= 1


def test_wrong_edits_are_refused(model: ra.ThemeModel) -> None:
    with pytest.raises(ValueError, match="no theme 999"):
        model.rename(999, "x")
    with pytest.raises(ValueError, match="needs a name"):
        model.rename(model.themes[0].number, " ")
    with pytest.raises(ValueError, match="two different"):
        model.merge(1, 1)
    with pytest.raises(ValueError, match="not all"):
        model.split(model.themes[0].number, ["weather"])
    with pytest.raises(ValueError, match="count"):
        ra.find_themes(["a"], count=0)


def test_the_number_with_most_themes_that_come_again_is_taken() -> None:
    assert most_stable({2: 1.0, 5: 1.0, 8: 1.0, 12: 0.7}) == 8
    assert most_stable({3: 0.2, 5: 0.1}) == 1
    assert most_stable({}) == 1


def test_questions_to_a_bank_make_many_themes(shared_data: Path) -> None:
    rows = list(csv.DictReader((shared_data / "banking77" / "test.csv").open(encoding="utf-8")))
    model = ra.find_themes([row["text"] for row in rows])
    assert len(model.themes) >= 10
    together = {word for theme in model.themes for word in theme.words[:3]}
    assert {"exchange", "pin"} <= together


@pytest.mark.slow
def test_a_hundred_thousand_comments_agree_with_their_topics() -> None:
    texts, planted = write_comments(100_000)
    model = ra.find_themes(texts)
    assert 20 <= len(model.themes) <= 22
    assert normalized_mutual_info_score(planted, model.assign(texts).main()) >= 0.94
