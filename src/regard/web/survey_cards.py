"""A draft as the builder's form: each question a card of words in every language, ticks, lists and conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from regard.listen.surveys.languages import direction
from regard.listen.surveys.logic import Condition
from regard.listen.surveys.questions import (
    SCORES,
    AnyQuestion,
    Choice,
    Definition,
    Open,
    Ratings,
    read_definition,
)
from regard.web.survey_conditions import Clause, Pick, clause_form, clauses_of, sentence_of

LABELS_APART = " | "
KINDS = {
    "nps": "Recommendation, 0 to 10", "csat": "Satisfaction", "ces": "Effort, 1 to 7", "ratings": "Rated attributes",
    "choice": "Choice", "open": "Own words", "contact": "May we get in touch?",
}  # fmt: skip
FORMS = [("good-bad", "good or bad"), ("numbers", "1 to 5"), ("smileys", "five faces with words")]


@dataclass(frozen=True)
class Wording:
    """One text in one language."""

    name: str
    language: str
    direction: str
    value: str


@dataclass(frozen=True)
class Words:
    """One text side by side in all languages."""

    title: str
    wordings: list[Wording]
    hint: str = ""


@dataclass(frozen=True)
class Tick:
    """Yes or no."""

    name: str
    title: str
    on: bool


@dataclass(frozen=True)
class Piece:
    """One option, one attribute, or the wording of a follow-up for some scores."""

    key: str
    words: Words
    ticks: list[Tick] = field(default_factory=list)
    picks: list[Pick] = field(default_factory=list)


@dataclass(frozen=True)
class Card:
    """One question."""

    key: str
    kind: str
    kind_name: str
    words: list[Words]
    ticks: list[Tick]
    picks: list[Pick]
    pieces_name: str  # what its pieces are called; empty when it has none
    pieces: list[Piece]
    worded: list[Piece]  # by score
    may_be_worded: bool
    joined: Pick | None
    clauses: list[Clause]
    elsewhere: str  # a condition that the form does not show, in words
    earlier: list[str]


def cards(draft: Mapping[str, Any]) -> list[Card]:
    """The questions in order, each with everything that can be changed."""
    definition = read_definition(draft)
    return [_card(definition, place) for place in range(len(definition.questions))]


def frame_words(draft: Mapping[str, Any]) -> list[Words]:
    """Title, introduction and thanks."""
    titles = {"title": "Title", "intro": "Introduction", "thanks": "Thanks"}
    return [_words(title, part, draft.get(part, {}), draft["languages"]) for part, title in titles.items()]


def labels_of(question: AnyQuestion) -> Mapping[str, tuple[str, ...]] | None:
    """The words of a scale; None for a question without one."""
    return getattr(question, "labels", None)


def pieces_of(question: AnyQuestion) -> tuple[str, Any]:
    """What a question offers to choose or to rate, and the name of the field that holds it."""
    if isinstance(question, Choice):
        return "options", question.options
    return ("attributes", question.attributes) if isinstance(question, Ratings) else ("", ())


def _card(definition: Definition, place: int) -> Card:
    question, languages = definition.questions[place], definition.languages
    at = f"q.{question.key}"
    earlier = {each.key: each for each in definition.questions[:place]}
    kind = msgspec.to_builtins(question)["kind"]
    words = [
        _words("Question", f"{at}.text", question.text, languages),
        _words("Hint", f"{at}.hint", question.hint, languages),
    ]
    labels = labels_of(question)
    if labels is not None:
        lines = {each: LABELS_APART.join(labels.get(each, ())) for each in languages}
        words.append(
            _words(
                "Words on the scale",
                f"{at}.labels",
                lines,
                languages,
                "Both ends, or every step, with | between.",
            )
        )
    part, listed = pieces_of(question)
    pieces = [_piece(each, f"{at}.{part}.{each.key}", languages) for each in listed]
    joined, clauses, elsewhere = _conditions(question.show_if, at, earlier)
    return Card(
        question.key, kind, KINDS[kind], words, _ticks(question, at), _picks(question, at, earlier), part,
        pieces, _worded(question, at, earlier, languages), isinstance(question, Open) and bool(question.about),
        joined, clauses, elsewhere, list(earlier),
    )  # fmt: skip


def _words(title: str, name: str, text: Mapping[str, str], languages: Any, hint: str = "") -> Words:
    found = [Wording(f"{name}:{each}", each, direction(each), text.get(each, "")) for each in languages]
    return Words(title, found, hint)


def _ticks(question: AnyQuestion, at: str) -> list[Tick]:
    ticks = [Tick(f"{at}.required", "Must be answered", question.required)]
    if isinstance(question, Choice):
        ticks.append(Tick(f"{at}.many", "Several answers may be chosen", question.many))
    if isinstance(question, Ratings):
        ticks.append(Tick(f"{at}.importance", "Also ask how much each matters", question.importance))
    return ticks


def _picks(question: AnyQuestion, at: str, earlier: Mapping[str, AnyQuestion]) -> list[Pick]:
    if hasattr(question, "form"):
        return [Pick(f"{at}.form", "Asked as", FORMS, question.form)]
    if isinstance(question, Ratings):
        return [Pick(f"{at}.points", "Points", [("5", "5"), ("10", "10")], str(question.points))]
    if isinstance(question, Open):
        scores = [(key, key) for key, each in earlier.items() if isinstance(each, SCORES)]
        return [Pick(f"{at}.about", "Explains the score of", [("", "no score"), *scores], question.about)]
    return []


def _piece(piece: Any, at: str, languages: Any) -> Piece:
    ticks = [Tick(f"{at}.free", "with words of their own", piece.free)] if hasattr(piece, "free") else []
    return Piece(piece.key, _words(piece.key, f"{at}.text", piece.text, languages), ticks)


def _worded(
    question: AnyQuestion, at: str, earlier: Mapping[str, AnyQuestion], languages: Any
) -> list[Piece]:
    if not isinstance(question, Open):
        return []
    scored = earlier.get(question.about)
    steps = [(str(step), str(step)) for step in scored.scale] if isinstance(scored, SCORES) else []
    return [
        Piece(str(number), _words("Wording", f"{at}.by_score.{number}.text", each.text, languages), picks=[
            Pick(f"{at}.by_score.{number}.low", "from", steps, str(each.low)),
            Pick(f"{at}.by_score.{number}.high", "to", steps, str(each.high)),
        ])
        for number, each in enumerate(question.by_score)
    ]  # fmt: skip


def _conditions(
    condition: Condition | None, at: str, earlier: Mapping[str, AnyQuestion]
) -> tuple[Pick | None, list[Clause], str]:
    found = clauses_of(condition)
    if found is None:
        assert condition is not None  # noqa: S101 - none at all has no clauses, and is shown
        return None, [], sentence_of(condition)
    joined, clauses = found
    both = [("all", "all of these hold"), ("any", "one of these holds")]
    pick = Pick(f"{at}.joined", "Asked if", both, joined) if len(clauses) > 1 else None
    return pick, [clause_form(f"{at}.if.{n}", each, earlier) for n, each in enumerate(clauses)], ""
