"""Answers as values: what a question accepts. Everything here comes from strangers.

A score is a number; ratings are `{"delivery": {"rating": 4, "importance": 5}}`; a choice is `{"chosen": ["price"],
"other": "…"}`; open words are a text; contact is `{"yes": true, "reach": "…"}`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from regard.errors import InputError
from regard.listen.surveys.questions import AnyQuestion, Choice, Contact, Open, Ratings, Score

LONGEST_WORDS, LONGEST_REACH = 4000, 200


class AnswerError(InputError):
    code = "bad_answer"


class MissingAnswerError(AnswerError):
    code = "missing_answer"


class LongAnswerError(AnswerError):
    code = "long_answer"


def checked_value(question: AnyQuestion, raw: Any) -> Any:
    """The answer as it is kept; None when nothing was said; AnswerError when it does not fit the question."""
    match question:
        case Score():
            return _step(raw, question.scale)
        case Ratings():
            return _ratings(question, raw)
        case Choice():
            return _choice(question, raw)
        case Open():
            return _words(raw, LONGEST_WORDS)
        case Contact():
            return _contact(raw)


def _step(raw: Any, scale: range) -> int | None:
    if raw is None or raw == "":
        return None
    step = int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) < 3 else raw
    if not isinstance(step, int) or isinstance(step, bool) or step not in scale:
        raise AnswerError(f"The answer must be a number from {scale[0]} to {scale[-1]}.")
    return step


def _ratings(question: Ratings, raw: Any) -> dict[str, dict[str, int]] | None:
    given = _mapping(raw, {each.key for each in question.attributes})
    kept = {}
    for key, parts in given.items():
        asked = {"rating": question.scale} | ({"importance": range(1, 6)} if question.importance else {})
        steps = {name: _step(part, asked[name]) for name, part in _mapping(parts, asked).items()}
        if known := {name: step for name, step in steps.items() if step is not None}:
            kept[key] = known
    return kept or None


def _choice(question: Choice, raw: Any) -> dict[str, Any] | None:
    given = _mapping(raw, ("chosen", "other"))
    chosen = given.get("chosen") or []
    options = {each.key: each for each in question.options}
    if not isinstance(chosen, list) or any(
        not isinstance(each, str) or each not in options for each in chosen
    ):
        raise AnswerError("One of these answers is not offered.")
    kept: dict[str, Any] = {"chosen": [key for key in options if key in chosen]}
    if len(kept["chosen"]) > 1 and not question.many:
        raise AnswerError("Please choose one answer.")
    if other := _words(given.get("other"), LONGEST_WORDS):
        if any(options[key].free for key in kept["chosen"]):
            kept["other"] = other
        elif not kept["chosen"] and (free := next((key for key, each in options.items() if each.free), "")):
            kept = {"chosen": [free], "other": other}
    return kept if kept["chosen"] else None


def _contact(raw: Any) -> dict[str, Any] | None:
    given = _mapping(raw, ("yes", "reach"))
    said = given.get("yes")
    if said is None:
        return None
    if not isinstance(said, bool):
        raise AnswerError("Please answer yes or no.")
    reach = _words(given.get("reach"), LONGEST_REACH) if said else None
    return {"yes": said, "reach": reach} if reach else {"yes": said}


def _words(raw: Any, longest: int) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise AnswerError("The answer must be text.")
    words = "".join(
        each for each in raw.replace("\r\n", "\n") if each in "\n\t" or each.isprintable()
    ).strip()
    if len(words) > longest:
        raise AnswerError(
            f"The answer is longer than {longest} characters.", hint="Please shorten it a little."
        )
    return words or None


def _mapping(raw: Any, keys: Iterable[str]) -> Mapping[str, Any]:
    if raw is None:
        return {}
    if not isinstance(raw, dict) or set(raw) - set(keys):
        raise AnswerError("The answer does not fit the question.")
    return raw
