"""Conditions: checked before they are used, evaluated without surprises."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.listen.surveys.checking import DefinitionError, checked_definition
from regard.listen.surveys.logic import shown, ways_to
from regard.listen.surveys.presets import preset
from regard.listen.surveys.questions import plain


def text(words: str = "Well?") -> dict[str, str]:
    return {"en": words}


def definition(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"languages": ["en"], "title": text("T"), "questions": list(questions), **more}


def nps(key: str = "nps", **more: Any) -> dict[str, Any]:
    return {"kind": "nps", "key": key, "text": text(), "labels": {"en": ["no", "yes"]}, **more}


def choice(key: str = "why", **more: Any) -> dict[str, Any]:
    options = [{"key": each, "text": text(each)} for each in ("a", "b", "c")]
    return {"kind": "choice", "key": key, "text": text(), "options": options, **more}


def words(key: str = "open", **more: Any) -> dict[str, Any]:
    return {"kind": "open", "key": key, "text": text(), **more}


def score(low: int, high: int, question: str = "nps") -> dict[str, Any]:
    return {"if": "score", "question": question, "low": low, "high": high}


REFUSED = {
    "a forward reference": definition(words(show_if=score(0, 6)), nps()),
    "itself": definition(nps(show_if={"if": "answered", "question": "nps"})),
    "a question that is not there": definition(nps(), words(show_if=score(0, 6, "nothing"))),
    "a score off the scale": definition(nps(), words(show_if=score(0, 11))),
    "a score the wrong way round": definition(nps(), words(show_if=score(6, 0))),
    "an option that is not offered": definition(
        choice(), words(show_if={"if": "chose", "question": "why", "option": "z"})
    ),
    "the score of a choice": definition(choice(), words(show_if=score(0, 1, "why"))),
    "what can never be": definition(nps(), words(show_if={"if": "all", "of": [score(0, 3), score(5, 9)]})),
    "two of one choice": definition(
        choice(), words(show_if={"if": "all", "of": [{"if": "chose", "question": "why", "option": o} for o in "ab"]})
    ),
    "a way through a closed door": definition(
        nps(), choice(show_if=score(0, 3)),
        words(show_if={"if": "all", "of": [score(7, 9), {"if": "answered", "question": "why"}]}),
    ),
    "two with one key": definition(nps(), words("nps")),
    "a key that is no key": definition(nps("N P S")),
    "no words in a language": definition(nps(), languages=["en", "de"]),
    "an unknown fact": definition(nps(text=text("Dear {password|you}"))),
    "a fact without a fallback": definition(nps(text=text("Dear {name}"))),
    "a brace that is none": definition(nps(text=text("Dear {{name|x}"))),
    "code": definition(nps(show_if={"if": "eval", "of": "1"})),
    "what nobody knows": definition(nps(colour="red")),
    "words about nothing": definition(words(about="nps")),
    "no question": definition(),
}  # fmt: skip


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_a_survey_that_cannot_be_asked_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        checked_definition(raw)


def test_a_deep_tree_is_refused_rather_than_walked() -> None:
    tree: dict[str, Any] = score(0, 6)
    for _ in range(30):
        tree = {"if": "not", "of": tree}
    with pytest.raises(DefinitionError):
        checked_definition(definition(nps(), words(show_if=tree)))


def test_an_anonymous_survey_does_not_ask_who_it_was() -> None:
    with pytest.raises(DefinitionError, match="anonymous"):
        checked_definition(
            definition(nps(), {"kind": "contact", "key": "who", "text": text()}), anonymous=True
        )


def conditions(earlier: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    scores = [key for key in earlier if key.startswith("n")]
    chosen = [key for key in earlier if key.startswith("c")]
    leaf = st.builds(lambda key: {"if": "answered", "question": key}, st.sampled_from(earlier))
    if scores:
        edges = st.tuples(st.integers(0, 10), st.integers(0, 10)).map(sorted)
        leaf |= st.builds(lambda key, ends: score(ends[0], ends[1], key), st.sampled_from(scores), edges)
    if chosen:
        leaf |= st.builds(
            lambda key, option: {"if": "chose", "question": key, "option": option},
            st.sampled_from(chosen), st.sampled_from("abc"),
        )  # fmt: skip
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(lambda of: {"if": "not", "of": of}, inner)
            | st.builds(
                lambda kind, of: {"if": kind, "of": of},
                st.sampled_from(["all", "any"]),
                st.lists(inner, min_size=1, max_size=3),
            )
        ),
        max_leaves=4,
    )


@st.composite
def surveys(draw: st.DrawFn) -> dict[str, Any]:
    questions: list[dict[str, Any]] = []
    for place in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from("nco"))
        more = (
            {"show_if": draw(conditions([each["key"] for each in questions]))}
            if questions and draw(st.booleans())
            else {}
        )
        make = {"n": nps, "c": choice, "o": words}[kind]
        many = {"many": draw(st.booleans())} if kind == "c" else {}
        questions.append(make(f"{kind}{place}", **more, **many))
    return definition(*questions)


def some_answers(questions: Any) -> st.SearchStrategy[dict[str, Any]]:
    def of(question: Any) -> st.SearchStrategy[Any]:
        if question.key.startswith("n"):
            return st.none() | st.integers(0, 10)
        if question.key.startswith("c"):
            size = 3 if question.many else 1
            return st.none() | st.lists(st.sampled_from("abc"), min_size=1, max_size=size, unique=True).map(
                lambda c: {"chosen": c}
            )
        return st.none() | st.just("words")

    return st.fixed_dictionaries({each.key: of(each) for each in questions}).map(
        lambda given: {key: value for key, value in given.items() if value is not None}
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_question_can_be_reached_exactly_if_some_answers_lead_to_it(data: st.DataObject) -> None:
    raw = data.draw(surveys())
    try:
        found = checked_definition(raw)
    except DefinitionError as error:
        if "never be reached" not in str(error):
            raise
        key = str(error).split("`")[1]
        from regard.listen.surveys.questions import read_definition

        found = read_definition(raw)
        tried = data.draw(st.lists(some_answers(found.questions), min_size=10, max_size=10))
        assert all(key not in {each.key for each in shown(found.questions, answers)} for answers in tried)
        return
    for question in found.questions:
        answers = ways_to(question.key, found.questions)
        assert answers is not None
        assert question in shown(found.questions, answers)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_what_is_shown_keeps_its_order_and_ignores_answers_to_what_is_not(data: st.DataObject) -> None:
    found = checked_definition(
        plain(preset(data.draw(st.sampled_from(["nps", "csat", "churn", "key-account"]))).definition)
    )
    answers = {"nps": data.draw(st.integers(0, 10)), "csat": data.draw(st.integers(1, 5)),
               "reason": {"chosen": data.draw(st.lists(st.sampled_from(["price", "look"])))}}  # fmt: skip
    asked = shown(found.questions, answers)
    places = [found.questions.index(each) for each in asked]
    assert places == sorted(places)
    counted = {key: value for key, value in answers.items() if key in {each.key for each in asked}}
    assert shown(found.questions, counted) == asked
