"""Languages are told apart where the text says enough, and not guessed where it does not."""

import random

import pytest

from regard import analytics as ra
from regard.simulate.grammar import Facts, Language

SENTENCES = {
    "de": "Die Naht meiner Jacke ist nach zwei Wochen aufgegangen.",
    "en": "The seam of my jacket came apart after only two weeks.",
    "fr": "La couture de ma veste a lâché au bout de deux semaines.",
    "it": "La cucitura della mia giacca si è aperta dopo due settimane.",
    "nl": "De naad van mijn jas is na twee weken losgegaan.",
}


def test_plain_sentences_are_told_apart() -> None:
    assert ra.detect_languages(list(SENTENCES.values())).tolist() == list(SENTENCES)


def test_what_says_nothing_is_unknown() -> None:
    texts = ["", None, "12345", "👍👍", "ok", "???", "   "]
    assert set(ra.detect_languages(texts).tolist()) == {"unknown"}


def test_letters_of_a_company_are_hardly_ever_taken_for_another_language() -> None:
    draw = random.Random(3)
    texts = [
        (code, Language(code, draw).note("late", Facts(product="Jacke", order="W1")))
        for code in ("de", "en", "fr")
        for _ in range(60)
    ]
    found = ra.detect_languages([text for _, text in texts], among=("de", "en", "fr"))
    sure = [(code, one) for (code, _), one in zip(texts, found, strict=True) if one != "unknown"]
    assert len(sure) >= 0.9 * len(texts)
    assert sum(code == one for code, one in sure) >= 0.98 * len(sure)


def test_equal_texts_get_equal_answers_and_none_gives_none() -> None:
    assert ra.detect_languages([SENTENCES["de"], "ok", SENTENCES["de"]]).tolist() == ["de", "unknown", "de"]
    assert ra.detect_languages([]).tolist() == []


def test_strange_codes_are_named() -> None:
    with pytest.raises(ValueError, match="xx"):
        ra.detect_languages(["hello"], among=("de", "xx"))
    with pytest.raises(ValueError, match="sure"):
        ra.detect_languages(["hello"], sure=2)
