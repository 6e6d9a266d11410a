"""When a question is asked, as a form: clauses about earlier answers, joined by “all of these” or “any of these”."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regard.listen.surveys.logic import All, Answered, AnyOf, Chose, Condition, Node, Not, ScoreWithin
from regard.listen.surveys.questions import SCORES, AnyQuestion, Choice

MOST_CLAUSES = 10
CHOSEN = re.compile(r"(not-)?chose:(.+)")


@dataclass(frozen=True)
class Pick:
    """A list of which one thing is picked."""

    name: str
    title: str
    options: list[tuple[str, str]]
    value: str


@dataclass(frozen=True)
class Clause:
    """One clause: what it looks at, and the lists that say what must be so."""

    question: str
    picks: list[Pick]


def clauses_of(condition: Condition | None) -> tuple[str, list[Condition]] | None:
    """How a condition is joined, and its clauses; None when it is built in a way that this form does not show."""
    if condition is None:
        return "all", []
    joined = {All: "all", AnyOf: "any"}.get(type(condition))
    parts: list[Condition] = list(condition.of) if isinstance(condition, All | AnyOf) else [condition]
    plain = all(
        isinstance(each.of if isinstance(each, Not) else each, Answered | ScoreWithin | Chose)
        for each in parts
    )
    return (joined or "all", parts) if plain else None


def joined_by(joined: str, clauses: list[Condition]) -> Condition | None:
    """The condition of some clauses."""
    if len(clauses) < 2:
        return clauses[0] if clauses else None
    return AnyOf(of=tuple(clauses)) if joined == "any" else All(of=tuple(clauses))


def clause_form(name: str, clause: Condition, earlier: Mapping[str, AnyQuestion]) -> Clause:
    """One clause as lists to pick from; about a question that is gone only what it says now is offered."""
    inner = clause.of if isinstance(clause, Not) else clause
    assert isinstance(inner, Answered | ScoreWithin | Chose)  # noqa: S101 - `clauses_of` gives no others
    asked = earlier.get(inner.question)
    what = ("not-" if isinstance(clause, Not) else "") + _said(inner)
    options = [("answered", "was answered"), ("not-answered", "was not answered")]
    picks = []
    if isinstance(asked, SCORES):
        options = [("score", "was scored"), ("not-score", "was not scored"), *options]
        low, high = (
            (inner.low, inner.high) if isinstance(inner, ScoreWithin) else (asked.scale[0], asked.scale[-1])
        )
        steps = [(str(step), str(step)) for step in asked.scale]
        picks = [Pick(f"{name}.low", "from", steps, str(low)), Pick(f"{name}.high", "to", steps, str(high))]
    elif isinstance(asked, Choice):
        named = [(each.key, next(iter(each.text.values()), each.key)) for each in asked.options]
        options = [*((f"chose:{key}", f"was answered “{text[:60]}”") for key, text in named),
                   *((f"not-chose:{key}", f"was not answered “{text[:60]}”") for key, text in named),
                   *options]  # fmt: skip
    if what not in dict(options):
        options.insert(0, (what, "as it was"))
    return Clause(inner.question, [Pick(f"{name}.what", "", options, what), *picks])


def read_clause(name: str, clause: Condition, form: Mapping[str, Any]) -> Condition:
    """What the form says of a clause; as it was where the form says nothing."""
    inner = clause.of if isinstance(clause, Not) else clause
    assert isinstance(inner, Answered | ScoreWithin | Chose)  # noqa: S101 - `clauses_of` gives no others
    what, key = form.get(f"{name}.what", ""), inner.question
    said: Condition
    if chosen := CHOSEN.fullmatch(what):
        said = Chose(question=key, option=chosen[2])
    elif what.endswith("score"):
        was = inner if isinstance(inner, ScoreWithin) else ScoreWithin(question=key, low=0, high=0)
        low, high = (_number(form.get(f"{name}.{end}", ""), getattr(was, end)) for end in ("low", "high"))
        said = ScoreWithin(question=key, low=low, high=high)
    elif what.endswith("answered"):
        said = Answered(question=key)
    else:
        return clause
    return Not(of=said) if what.startswith("not-") else said


def new_clause(asked: AnyQuestion) -> Condition:
    """The clause about a question to begin with."""
    if isinstance(asked, SCORES):
        return ScoreWithin(question=asked.key, low=asked.scale[0], high=asked.scale[len(asked.scale) // 2])
    if isinstance(asked, Choice):
        return Chose(question=asked.key, option=asked.options[0].key)
    return Answered(question=asked.key)


def sentence_of(condition: Condition) -> str:
    """A condition in words, for those that the form does not show."""
    match condition:
        case Not():
            return f"not ({sentence_of(condition.of)})"
        case All() | AnyOf():
            word = " and " if isinstance(condition, All) else " or "
            return word.join(_bracketed(condition.of))
        case ScoreWithin():
            return f"{condition.question} was scored {condition.low} to {condition.high}"
        case Chose():
            return f"{condition.question} was answered {condition.option}"
        case _:
            return f"{condition.question} was answered"


def _bracketed(conditions: Iterable[Condition]) -> Iterator[str]:
    for each in conditions:
        yield f"({sentence_of(each)})" if isinstance(each, All | AnyOf) else sentence_of(each)


def _said(clause: Node) -> str:
    match clause:
        case Chose():
            return f"chose:{clause.option}"
        case ScoreWithin():
            return "score"
        case _:
            return "answered"


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,2}", text) else otherwise
