"""What the builder's form says, put into a draft: wording, ticks and lists by their names, then one thing to do."""

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
from django.http import QueryDict

from regard.listen.surveys.questions import SCORES, AnyQuestion, read_definition
from regard.web.survey_cards import Card, Words, cards, frame_words
from regard.web.survey_conditions import MOST_CLAUSES, clauses_of, joined_by, new_clause, read_clause

NEW: dict[str, dict[str, Any]] = {
    "nps": {"labels": 2}, "csat": {"form": "smileys", "labels": 5}, "ces": {"labels": 2},
    "ratings": {"labels": 2, "attributes": 2}, "choice": {"options": 2}, "open": {}, "contact": {},
}  # fmt: skip
TO_WORD = "…"  # a text that is still to be written
Question = dict[str, Any]


def changed_draft(draft: dict[str, Any], form: QueryDict) -> dict[str, Any]:
    """The draft with what the form says; whether it can be asked is checked where it is saved."""
    made = copy.deepcopy(draft)
    made["questions"] = list(made["questions"])
    for words in frame_words(draft):
        _put_words(made, words, form)
    for card, question in zip(cards(draft), made["questions"], strict=True):
        _put_card(question, card, form)
    _put_languages(made, form.get("languages", ""))
    _do(made, form)
    return made


def _put_card(question: Question, card: Card, form: QueryDict) -> None:
    at = f"q.{card.key}"
    inside = {f"{at}.{card.pieces_name}.{each['key']}": each for each in question.get(card.pieces_name, ())}
    inside |= {f"{at}.by_score.{n}": each for n, each in enumerate(question.get("by_score", ()))}
    inside[at] = question
    pieces = [*card.pieces, *card.worded]
    for words in (*card.words, *(each.words for each in pieces)):
        _put_words(inside[_owner(words.wordings[0].name)], words, form)
    for tick in (*card.ticks, *(tick for each in pieces for tick in each.ticks)):
        if tick.name in form:
            inside[_owner(tick.name)][tick.name.rpartition(".")[2]] = form.get(tick.name) == "yes"
    for pick in (*card.picks, *(pick for each in pieces for pick in each.picks)):
        if form.get(pick.name, pick.value) in dict(pick.options):
            said = form.get(pick.name, pick.value)
            field = pick.name.rpartition(".")[2]
            inside[_owner(pick.name)][field] = int(said) if field in ("points", "low", "high") else said
    if not question.get("about"):
        question.pop("by_score", None)
    if card.kind == "csat":
        _fit_labels(question)
    if card.clauses:
        _put_condition(question, at, form)


def _owner(name: str) -> str:
    """What a field belongs to: `q.why.text:en` to `q.why`."""
    return name.partition(":")[0].rpartition(".")[0]


def _put_words(part: dict[str, Any], words: Words, form: QueryDict) -> None:
    field = words.wordings[0].name.partition(":")[0].rpartition(".")[2]
    texts = dict(part.get(field, {}))
    for wording in words.wordings:
        if wording.name in form:
            said = form.get(wording.name, "").strip()
            texts[wording.language] = (
                [each.strip() for each in said.split("|")] if field == "labels" else said
            )
    if field in ("hint", "intro", "thanks") and not any(texts.values()):
        texts = {}  # none at all is no hint; in some languages only is refused when it is kept
    part[field] = texts


def _fit_labels(question: Question) -> None:
    """A scale of other length keeps the words at its ends."""
    steps = {"good-bad": 2}.get(question.get("form", ""), 5)
    for language, labels in question["labels"].items():
        if len(labels) not in (2, steps) and len(labels) in (2, 5):
            question["labels"][language] = [labels[0], labels[-1]]


def _put_condition(question: Question, at: str, form: QueryDict) -> None:
    found = clauses_of(_typed(question).show_if)
    if found is not None:
        joined, clauses = found
        said = {name: value for name, value in form.items() if isinstance(value, str)}
        read = [read_clause(f"{at}.if.{n}", each, said) for n, each in enumerate(clauses)]
        _set_condition(question, form.get(f"{at}.joined", joined) or joined, read)


def _set_condition(question: Question, joined: str, clauses: list[Any]) -> None:
    condition = joined_by(joined, clauses)
    question["show_if"] = msgspec.to_builtins(condition) if condition is not None else None


def _typed(question: Question) -> AnyQuestion:
    definition = read_definition({"languages": ["en"], "title": {}, "questions": [question]})
    return definition.questions[0]


def _put_languages(draft: dict[str, Any], text: str) -> None:
    """Other languages; a new one begins with the words of the first, to be translated."""
    wished = [each.strip().lower() for each in text.split(",") if each.strip()]
    if not wished or wished == list(draft["languages"]):
        return
    first = draft["languages"][0]
    for texts in _texts(draft):
        if first in texts:
            kept = {each: texts.get(each, texts[first]) for each in wished}
            texts.clear()
            texts.update(kept)
    draft["languages"] = wished


def _texts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("text", "hint", "labels", "title", "intro", "thanks"):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _texts(each)


def _do(draft: dict[str, Any], form: QueryDict) -> None:
    """Add, move or take out a question (`up:why`), or something of one (`up:reason:options:price`)."""
    verb, _, rest = form.get("do", "").partition(":")
    key, _, inner = rest.partition(":")
    questions: list[Question] = draft["questions"]
    if verb == "add" and not inner and key in NEW:
        questions.append(_new(key, draft))
        return
    question = next((each for each in questions if each["key"] == key), None)
    if question is None:
        return
    if not inner:
        _move(questions, questions.index(question), verb)
        return
    part, _, name = inner.partition(":")
    if part in ("options", "attributes", "by_score"):
        _do_inside(question, part, name, verb, draft)
    elif part == "if":
        _do_condition(question, name or form.get(f"q.{key}.new_if", ""), verb, draft)


def _do_inside(question: Question, part: str, name: str, verb: str, draft: dict[str, Any]) -> None:
    question[part] = pieces = list(question.get(part, ()))
    if verb == "add":
        pieces.append(_new_piece(question, part, draft))
        return
    named = [str(n) if part == "by_score" else each["key"] for n, each in enumerate(pieces)]
    if name in named:
        _move(pieces, named.index(name), verb)


def _do_condition(question: Question, name: str, verb: str, draft: dict[str, Any]) -> None:
    """Add a clause about the question named, take out the one numbered, or all of them."""
    found = clauses_of(_typed(question).show_if)
    joined, clauses = found if found is not None else ("all", [])
    if verb == "clear":
        clauses = []
    elif verb == "remove" and name.isdecimal():
        clauses = [each for n, each in enumerate(clauses) if n != int(name)]
    elif verb == "add" and len(clauses) < MOST_CLAUSES and found is not None:
        asked = next((each for each in draft["questions"] if each["key"] == name), None)
        clauses = [*clauses, new_clause(_typed(asked))] if asked is not None else clauses
    elif found is None:
        return
    _set_condition(question, joined, clauses)


def _move(pieces: list[Any], place: int, verb: str) -> None:
    if verb == "remove":
        del pieces[place]
    elif verb in ("up", "down"):
        other = place + (1 if verb == "down" else -1)
        if 0 <= other < len(pieces):
            pieces[place], pieces[other] = pieces[other], pieces[place]


def _new_piece(question: Question, part: str, draft: dict[str, Any]) -> dict[str, Any]:
    text = dict.fromkeys(draft["languages"], TO_WORD)
    if part == "by_score":
        asked = next(
            (_typed(each) for each in draft["questions"] if each["key"] == question.get("about")), None
        )
        scale = asked.scale if isinstance(asked, SCORES) else range(1)
        return {"low": scale[0], "high": scale[len(scale) // 2], "text": text}
    return {"key": _free_key(part[:-1], [each["key"] for each in question[part]]), "text": text}


def _new(kind: str, draft: dict[str, Any]) -> Question:
    key = _free_key(kind, [each["key"] for each in draft["questions"]])
    made: Question = {"kind": kind, "key": key, "text": dict.fromkeys(draft["languages"], TO_WORD)}
    for name, value in NEW[kind].items():
        if name == "labels":
            made["labels"] = {each: [TO_WORD] * value for each in draft["languages"]}
        elif isinstance(value, int):
            made[name] = []
            for _ in range(value):
                made[name].append(_new_piece(made, name, draft))
        else:
            made[name] = value
    return made


def _free_key(name: str, taken: list[str]) -> str:
    return next(each for each in (name, *(f"{name}-{n}" for n in range(2, 1000))) if each not in taken)
