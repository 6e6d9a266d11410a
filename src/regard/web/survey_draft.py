"""The builder's form: a draft's wording, order, conditions and languages as fields, and the draft made of them."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from regard.errors import InputError

LABELS_APART = " | "
NEW: dict[str, dict[str, Any]] = {
    "nps": {"labels": 2}, "csat": {"form": "smileys", "labels": 5}, "ces": {"labels": 2},
    "ratings": {"labels": 2, "attributes": 2}, "choice": {"options": 2}, "open": {}, "contact": {},
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One text in one language, or the labels of a scale."""

    name: str
    title: str
    language: str
    value: str


@dataclass(frozen=True)
class Card:
    """One question of the draft as the builder shows it."""

    key: str
    kind: str
    fields: list[Field]
    condition: str


def cards(draft: dict[str, Any]) -> list[Card]:
    """The questions in order, each with its texts."""
    return [
        Card(each["key"], each["kind"], list(_fields(each, f"questions.{place}", draft["languages"])),
             json.dumps(each["show_if"], ensure_ascii=False) if each.get("show_if") else "")
        for place, each in enumerate(draft["questions"])
    ]  # fmt: skip


def frame_fields(draft: dict[str, Any]) -> list[Field]:
    """Title, introduction and thanks."""
    return [
        Field(f"{part}:{language}", part, language, draft.get(part, {}).get(language, ""))
        for part in ("title", "intro", "thanks")
        for language in draft["languages"]
    ]


def changed_draft(draft: dict[str, Any], form: QueryDict) -> dict[str, Any]:
    """The draft with what the form says; whether it can be asked is checked where it is saved."""
    made = copy.deepcopy(draft)
    for field in (*frame_fields(draft), *(field for card in cards(draft) for field in card.fields)):
        if field.name in form:
            _put(made, field, form.get(field.name, "").strip())
    for place, question in enumerate(made["questions"]):
        if f"show_if:{place}" in form:
            _put_condition(question, form.get(f"show_if:{place}", "").strip())
    _put_languages(made, form.get("languages", ""))
    _do(made, form.get("do", ""))
    return made


def _fields(part: Any, pointer: str, languages: list[str]) -> Iterator[Field]:
    for key, value in part.items():
        if key in ("text", "hint"):
            named = part.get("key", "") or f"{part.get('low')}–{part.get('high')}"
            yield from (
                Field(f"{pointer}.{key}:{each}", f"{named} {key}", each, value.get(each, ""))
                for each in languages
            )
        elif key == "labels":
            for each in languages:
                yield Field(
                    f"{pointer}.labels:{each}", "labels", each, LABELS_APART.join(value.get(each, ()))
                )
        elif isinstance(value, list | tuple):
            for place, inner in enumerate(value):
                if isinstance(inner, dict):
                    yield from _fields(inner, f"{pointer}.{key}.{place}", languages)


def _put(draft: dict[str, Any], field: Field, value: str) -> None:
    pointer = field.name.rpartition(":")[0].split(".")
    part: Any = draft
    for step in pointer[:-1]:
        part = part[int(step)] if step.isdecimal() else part[step]
    texts = part.setdefault(pointer[-1], {})
    if pointer[-1] == "labels":
        texts[field.language] = [each.strip() for each in value.split("|")]
    else:
        texts[field.language] = value


def _put_condition(question: dict[str, Any], text: str) -> None:
    if not text:
        question.pop("show_if", None)
        return
    try:
        question["show_if"] = json.loads(text)
    except ValueError as error:
        raise InputError(f"The condition of `{question['key']}` is no JSON: {error}.") from error


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


def _do(draft: dict[str, Any], what: str) -> None:
    verb, _, name = what.partition(":")
    questions = draft["questions"] = list(draft["questions"])
    place = next((at for at, each in enumerate(questions) if each["key"] == name), None)
    if verb == "add" and name in NEW:
        questions.append(_new(name, draft))
    elif place is not None and verb == "remove":
        del questions[place]
    elif place is not None and verb in ("up", "down"):
        other = place + (1 if verb == "down" else -1)
        if 0 <= other < len(questions):
            questions[place], questions[other] = questions[other], questions[place]


def _new(kind: str, draft: dict[str, Any]) -> dict[str, Any]:
    taken = {each["key"] for each in draft["questions"]}
    key = next(each for each in (kind, *(f"{kind}-{n}" for n in range(2, 100))) if each not in taken)
    same = dict.fromkeys(draft["languages"], "…")
    made: dict[str, Any] = {"kind": kind, "key": key, "text": dict(same)}
    for name, value in NEW[kind].items():
        if name == "labels":
            made["labels"] = {each: ["…"] * value for each in draft["languages"]}
        elif isinstance(value, int):
            made[name] = [{"key": f"{name[:-1]}-{n}", "text": dict(same)} for n in range(1, value + 1)]
        else:
            made[name] = value
    return made
