"""When a question is shown: small trees of conditions on earlier answers, evaluated here and nowhere else."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any, Protocol, TypeVar

import msgspec

Answers = Mapping[str, Any]
MOST_CASES = 20_000  # that are tried when asking whether a question can be reached
MOST_NODES = 40
DEEPEST = 6


class Node(msgspec.Struct, frozen=True, kw_only=True, tag_field="if", forbid_unknown_fields=True):
    """Base of the conditions."""


class Answered(Node, frozen=True, kw_only=True, tag="answered"):
    """The question has an answer."""

    question: str


class ScoreWithin(Node, frozen=True, kw_only=True, tag="score"):
    """The score of a question lies from `low` to `high`, both included."""

    question: str
    low: int
    high: int


class Chose(Node, frozen=True, kw_only=True, tag="chose"):
    """The option was chosen, alone or among others."""

    question: str
    option: str


class Not(Node, frozen=True, kw_only=True, tag="not"):
    """The opposite."""

    of: "Condition"


class All(Node, frozen=True, kw_only=True, tag="all"):
    """Every one of them."""

    of: tuple["Condition", ...]


class AnyOf(Node, frozen=True, kw_only=True, tag="any"):
    """At least one of them."""

    of: tuple["Condition", ...]


Condition = Answered | ScoreWithin | Chose | Not | All | AnyOf


class Shown(Protocol):
    """A question as far as logic is concerned."""

    @property
    def key(self) -> str: ...
    @property
    def show_if(self) -> Condition | None: ...


Q = TypeVar("Q", bound=Shown)


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether a condition is true of the answers given so far."""
    match condition:
        case Answered(question=key):
            return key in answers
        case ScoreWithin(question=key, low=low, high=high):
            score = answers.get(key)
            return isinstance(score, int) and low <= score <= high
        case Chose(question=key, option=option):
            answer = answers.get(key)
            return isinstance(answer, dict) and option in answer.get("chosen", ())
        case Not(of=one):
            return not holds(one, answers)
        case All(of=several):
            return all(holds(one, answers) for one in several)
        case AnyOf(of=several):
            return any(holds(one, answers) for one in several)


def shown(questions: Sequence[Q], answers: Answers) -> list[Q]:
    """The questions to be asked; an answer to a question that is not asked (any more) does not count."""
    asked: list[Q] = []
    counted: dict[str, Any] = {}
    for question in questions:
        if question.show_if is None or holds(question.show_if, counted):
            asked.append(question)
            if question.key in answers:
                counted[question.key] = answers[question.key]
    return asked


def nodes(condition: Condition, depth: int = 1) -> Iterator[tuple[Condition, int]]:
    """Every node of a tree with its depth."""
    yield condition, depth
    parts = (condition.of,) if isinstance(condition, Not) else getattr(condition, "of", ())
    for part in parts:
        yield from nodes(part, depth + 1)


def leaves(condition: Condition) -> list[Answered | ScoreWithin | Chose]:
    """The conditions on answers that a tree is made of."""
    return [each for each, _ in nodes(condition) if isinstance(each, Answered | ScoreWithin | Chose)]


def ways_to(key: str, questions: Sequence[Shown]) -> dict[str, Any] | None:
    """Answers that lead to a question, or None if none do; OverflowError if there are too many cases to try."""
    by_key = {each.key: each for each in questions}
    asked_about = _asked_about(by_key[key], by_key)
    cases = {each: _cases(each, questions) for each in asked_about}
    count = 1
    for several in cases.values():
        count *= len(several)
    if count > MOST_CASES:
        raise OverflowError(f"{count} cases")
    for values in product(*cases.values()):
        answers = {each: value for each, value in zip(cases, values, strict=True) if value is not None}
        asked = [each.key for each in shown(questions, answers)]
        if key in asked and all(each in asked for each in answers):
            return answers
    return None


def _asked_about(question: Shown, by_key: Mapping[str, Shown]) -> list[str]:
    """The questions on whose answers it depends whether one is shown, at one or more removes."""
    found: dict[str, None] = {}
    waiting = [question]
    while waiting:
        condition = waiting.pop().show_if
        for leaf in leaves(condition) if condition is not None else ():
            if leaf.question in by_key and leaf.question not in found:
                found[leaf.question] = None
                waiting.append(by_key[leaf.question])
    return list(found)


def _cases(key: str, questions: Sequence[Shown]) -> list[Any]:
    """Answers to one question such that no condition tells any other answer from all of these."""
    about = [
        leaf
        for each in questions
        if each.show_if is not None
        for leaf in leaves(each.show_if)
        if leaf.question == key
    ]
    asked = next(each for each in questions if each.key == key)
    scale: range | None = getattr(asked, "scale", None)
    if isinstance(scale, range) and not hasattr(asked, "attributes"):
        edges = {
            edge for leaf in about if isinstance(leaf, ScoreWithin) for edge in (leaf.low, leaf.high + 1)
        }
        return [None, *sorted({scale[0], *(edge for edge in edges if edge in scale)})]
    if hasattr(asked, "options"):
        return [None, *_choices(asked, about)]
    return [None, True]


def _choices(asked: Any, about: Sequence[object]) -> list[dict[str, list[str]]]:
    named = {leaf.option for leaf in about if isinstance(leaf, Chose)}
    keys = [option.key for option in asked.options]
    if not asked.many:
        return [{"chosen": [key]} for key in keys]
    apart = [key for key in keys if key in named]
    rest = [key for key in keys if key not in named][:1]
    if len(apart) > 12:
        raise OverflowError("too many options are asked about")
    return [
        {"chosen": [*some, *other]}
        for size in range(len(apart) + 1)
        for some in combinations(apart, size)
        for other in ([], rest)
        if some or other
    ]
