"""One question as a screen, ready for the template; and the form that comes back as a raw answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from regard.listen.surveys.languages import direction
from regard.listen.surveys.logic import shown
from regard.listen.surveys.piping import fill
from regard.listen.surveys.questions import (
    AnyQuestion,
    Choice,
    Contact,
    Csat,
    Definition,
    Open,
    Ratings,
    Score,
    Text,
)
from regard.web.survey_phrases import name_of, phrases

DONE = "done"


@dataclass(frozen=True)
class Step:
    """One point of a scale, or one option."""

    value: str
    label: str
    chosen: bool = False
    free: bool = False


@dataclass(frozen=True)
class Row:
    """One attribute of a matrix with its scales."""

    key: str
    text: str
    rating: list[Step]
    importance: list[Step]


@dataclass(frozen=True)
class Screen:
    """What the customer sees: one question of the survey in their language."""

    question: AnyQuestion
    kind: str  # which part of the template draws it
    text: str
    hint: str
    steps: list[Step]
    rows: list[Row]
    ends: tuple[str, str]
    words: str
    place: int
    count: int
    back: str
    selected: Step | None  # an answer that is chosen but not sent yet, such as by a click in a mail


@dataclass(frozen=True)
class Sheet:
    """A survey in one language for one person: texts with their facts in them."""

    definition: Definition
    language: str
    facts: Mapping[str, str]

    def say(self, text: Text) -> str:
        """A text in the language of the page."""
        return fill(text.get(self.language, ""), self.facts)

    @property
    def frame(self) -> dict[str, Any]:
        """What every page of the survey needs."""
        return {
            "language": self.language, "direction": direction(self.language), "say": phrases(self.language),
            "title": self.say(self.definition.title), "thanks": self.say(self.definition.thanks),
            "languages": [(each, name_of(each), direction(each)) for each in self.definition.languages],
        }  # fmt: skip


def next_after(definition: Definition, key: str, answers: Mapping[str, Any]) -> str:
    """The question asked after another, or DONE."""
    asked = [each.key for each in shown(definition.questions, answers)]
    place = asked.index(key) + 1 if key in asked else 0
    return asked[place] if place < len(asked) else DONE


def screen_of(sheet: Sheet, key: str, answers: Mapping[str, Any], pending: Any = None) -> Screen:
    """The screen of a question; of the first, if that one is not asked."""
    asked = list(shown(sheet.definition.questions, answers))
    place = next((at for at, each in enumerate(asked) if each.key == key), 0)
    question = asked[place]
    value = pending if pending is not None else answers.get(question.key)
    steps = _steps(sheet, question, value)
    labels = question.labels.get(sheet.language, ()) if isinstance(question, Score | Ratings) else ()
    return Screen(
        question, _kind(question), sheet.say(_text(question, answers)), sheet.say(question.hint), steps,
        _rows(sheet, question, value), (labels[0], labels[-1]) if labels else ("", ""), _words(value),
        place + 1, len(asked), asked[place - 1].key if place else "",
        next((step for step in steps if step.chosen), None) if pending is not None else None,
    )  # fmt: skip


def raw_answer(question: AnyQuestion, form: QueryDict) -> Any:
    """What a form says, as the question's answer; whether it fits is decided where answers are kept."""
    match question:
        case Score():
            return form.get("a")
        case Ratings():
            return {
                each.key: {
                    part: form.get(f"{part}.{each.key}")
                    for part in ("rating", *(("importance",) if question.importance else ()))
                }
                for each in question.attributes
            }
        case Choice():
            return {"chosen": form.getlist("chosen"), "other": form.get("other")}
        case Open():
            return form.get("words")
        case Contact():
            return {"yes": {"yes": True, "no": False}.get(form.get("yes", "")), "reach": form.get("reach")}


def _kind(question: AnyQuestion) -> str:
    match question:
        case Csat(form="smileys"):
            return "faces"
        case Score():
            return (
                "scale"
                if len(question.labels[next(iter(question.labels))]) == 2 and len(question.scale) > 2
                else "steps"
            )
        case Ratings():
            return "ratings"
        case Choice():
            return "options" if question.many or any(each.free for each in question.options) else "buttons"
        case Open():
            return "words"
        case Contact():
            return "contact"


def _text(question: AnyQuestion, answers: Mapping[str, Any]) -> Text:
    """A follow-up speaks to the score it follows."""
    score = answers.get(question.about) if isinstance(question, Open) else None
    fits = (
        each.text
        for each in getattr(question, "by_score", ())
        if score is not None and each.low <= score <= each.high
    )
    return next(fits, question.text)


def _steps(sheet: Sheet, question: AnyQuestion, value: Any) -> list[Step]:
    if isinstance(question, Score):
        labels = question.labels.get(sheet.language, ())
        named = labels if len(labels) == len(question.scale) else [""] * len(question.scale)
        return [Step(str(n), label, _same(value, n)) for n, label in zip(question.scale, named, strict=True)]
    if isinstance(question, Choice):
        chosen = value.get("chosen", ()) if isinstance(value, dict) else ()
        return [
            Step(each.key, sheet.say(each.text), each.key in chosen, each.free) for each in question.options
        ]
    if isinstance(question, Contact):
        said = value.get("yes") if isinstance(value, dict) else None
        words = phrases(sheet.language)
        return [Step("yes", words["yes"], said is True), Step("no", words["no"], said is False)]
    return []


def _rows(sheet: Sheet, question: AnyQuestion, value: Any) -> list[Row]:
    if not isinstance(question, Ratings):
        return []
    known = value if isinstance(value, dict) else {}

    def scale(key: str, part: str, steps: range) -> list[Step]:
        return [Step(str(n), "", _same(known.get(key, {}).get(part), n)) for n in steps]

    return [
        Row(each.key, sheet.say(each.text), scale(each.key, "rating", question.scale),
            scale(each.key, "importance", range(1, 6)) if question.importance else [])
        for each in question.attributes
    ]  # fmt: skip


def _same(value: Any, step: int) -> bool:
    return value is not None and str(value) == str(step)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("other") or value.get("reach") or "")
    return value if isinstance(value, str) else ""
