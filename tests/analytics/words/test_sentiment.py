"""Sentiment: three labelled sets of sentences, complaints that sound polite, and what a company's own ratings teach."""

import json
from pathlib import Path

import numpy as np
import pytest

from regard import analytics as ra

SITES = ("amazon", "imdb", "yelp")


def sentences(folder: Path, site: str) -> tuple[list[str], np.ndarray]:
    rows = json.loads((folder / "sentences" / f"{site}.json").read_text(encoding="utf-8"))
    rows = [row for row in rows if row["class"] is not None]
    return [row["text"] for row in rows], np.array([row["class"] for row in rows])


def by_list(*texts: str, language: str = "en") -> list[float]:
    return ra.learn_sentiment([], [], scale=(1, 5)).score(texts, language).tolist()


@pytest.mark.parametrize(("site", "floor"), [("amazon", 0.84), ("imdb", 0.79), ("yelp", 0.81)])
def test_the_word_list_alone_reaches_the_published_floor(shared_data: Path, site: str, floor: float) -> None:
    texts, pleased = sentences(shared_data, site)
    scores = np.array(by_list(*texts))
    assert len(texts) == 1000
    assert ((scores > 0) == pleased).mean() >= floor


@pytest.mark.slow
@pytest.mark.parametrize(("site", "floor"), [("amazon", 0.88), ("imdb", 0.81), ("yelp", 0.86)])
def test_two_sites_teach_the_third(shared_data: Path, site: str, floor: float) -> None:
    others = [sentences(shared_data, other) for other in SITES if other != site]
    texts, ratings = (
        [text for part, _ in others for text in part],
        np.concatenate([part for _, part in others]),
    )
    model = ra.learn_sentiment(texts, ratings, scale=(0, 1), languages="en")
    assert model.used == "learned"
    assert model.accuracy is not None
    assert model.lexicon_accuracy is not None
    assert model.accuracy > model.lexicon_accuracy
    test, pleased = sentences(shared_data, site)
    assert ((model.score(test, "en") > 0) == pleased).mean() >= floor


@pytest.mark.parametrize(
    "complaint",
    [
        "Kindly improve your performance", "Please improve", "The service could be better", "I expected better service",
        "Doesn't work.", "Not good at all", "I wish it was good", "Never again!", "I want my money back",
        "Would be nice to get an answer",
    ],
)  # fmt: skip
def test_a_complaint_is_no_praise_however_polite(complaint: str) -> None:
    assert by_list(complaint)[0] < 0


@pytest.mark.parametrize(
    "praise",
    [
        "Great service",
        "Would recommend",
        "Not bad at all :)",
        "No complaints",
        "Could not be happier",
        "LOVE it!",
    ],
)
def test_praise_is_praise(praise: str) -> None:
    assert by_list(praise)[0] > 0


def test_emphasis_is_heard() -> None:
    plain, very, loud, less = by_list("good boots", "very good boots", "GOOD boots!!!", "somewhat good boots")
    assert less < plain < very
    assert plain < loud


def test_german_and_french_have_lists_and_other_languages_none() -> None:
    assert by_list("Sehr zufrieden, gerne wieder!", "Lieferung zu spät", language="de")[1] < 0
    assert by_list("Je suis très déçu", "Parfait, merci", language="fr")[1] > 0.5
    assert np.isnan(by_list("Bardzo dobre buty", language="pl")).all()
    assert np.isnan(by_list("", "  ")).all()


def test_a_language_without_a_list_is_learned_from_ratings() -> None:
    draw = np.random.default_rng(0)
    good, bad, plain = (
        ["świetne", "dobre", "polecam"],
        ["złe", "słabe", "zepsute"],
        ["buty", "kurtka", "namiot", "paczka", "sklep"],
    )
    stars = draw.choice([1, 2, 3, 4, 5], 500)
    texts = [
        " ".join(
            [
                *draw.choice(plain, 3),
                *(draw.choice(good if star > 3 else bad, 1) if star != 3 else []),
                str(n),
            ]
        )
        for n, star in enumerate(stars)
    ]
    model = ra.learn_sentiment(texts, stars, scale=(1, 5), languages="pl")
    assert model.used == "learned"
    assert model.texts == (stars != 3).sum()
    scores = model.score(["buty świetne polecam", "kurtka zepsute", ""], "pl")
    assert scores[0] > 0.5 > -0.5 > scores[1]
    assert np.isnan(scores[2])


def test_too_few_ratings_leave_the_list_and_say_so() -> None:
    model = ra.learn_sentiment(
        ["good"] * 400 + ["bad"] * 400, [5] * 400 + [1] * 400, scale=(1, 5), languages="en"
    )
    assert model.used == "lexicon"
    assert "only 2 rated texts" in model.because


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the scale"):
        ra.learn_sentiment(["a"], [6], scale=(1, 5))
    with pytest.raises(ValueError, match="one number a text"):
        ra.learn_sentiment(["a"], [1, 2], scale=(1, 5))
    with pytest.raises(ValueError, match="scale must"):
        ra.learn_sentiment(["a"], [1], scale=(5, 1))
    with pytest.raises(ValueError, match="languages must"):
        ra.learn_sentiment([], [], scale=(1, 5)).score(["a", "b"], ["en"])
