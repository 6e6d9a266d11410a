"""Whether a definition can be asked: every text in every language, no forward reference, every question reachable."""

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from regard.errors import InputError
from regard.listen.surveys.logic import (
    DEEPEST,
    MOST_NODES,
    Answered,
    Chose,
    Condition,
    ScoreWithin,
    nodes,
    ways_to,
)
from regard.listen.surveys.piping import trouble_in
from regard.listen.surveys.questions import (
    SCORES,
    AnyQuestion,
    Choice,
    Contact,
    Definition,
    Open,
    Ratings,
    Score,
    Text,
    read_definition,
)

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
MOST_QUESTIONS, MOST_PARTS, MOST_LANGUAGES, LONGEST_TEXT = 60, 30, 30, 1000


class DefinitionError(InputError):
    code = "bad_definition"


def checked_definition(raw: object, *, anonymous: bool = False) -> Definition:
    """The definition, if it can be asked; DefinitionError says what stands in the way."""
    try:
        definition = read_definition(raw)
    except msgspec.ValidationError as error:
        raise DefinitionError(f"The survey cannot be read: {error}.") from error
    reason = next(_reasons_against(definition, anonymous), "")
    if reason:
        raise DefinitionError(f"{reason[0].upper()}{reason[1:]}.")
    return definition


def _reasons_against(definition: Definition, anonymous: bool) -> Iterator[str]:
    languages, questions = definition.languages, definition.questions
    if not 1 <= len(languages) <= MOST_LANGUAGES or len(set(languages)) < len(languages):
        yield f"a survey has 1 to {MOST_LANGUAGES} languages, each once"
    yield from (
        f"`{each[:20]}` is no language code, such as `en`"
        for each in languages
        if not LANGUAGE.fullmatch(each)
    )
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        yield f"a survey has 1 to {MOST_QUESTIONS} questions"
    yield from _against_keys("questions", [each.key for each in questions])
    yield from _against_text("the title", definition.title, languages)
    yield from _against_text("the introduction", definition.intro, languages, optional=True)
    yield from _against_text("the thanks", definition.thanks, languages, optional=True)
    for place, question in enumerate(questions):
        yield from _against_question(question, languages, anonymous)
        yield from _against_condition(question, questions[:place])
    yield from _against_unreachable(definition)


def _against_keys(of_what: str, keys: list[str]) -> Iterator[str]:
    for key, count in Counter(keys).items():
        if count > 1:
            yield f"two {of_what} have the key `{key[:40]}`"
        if not KEY.fullmatch(key):
            yield f"the key `{key[:40]}` must be small letters, digits, - and _, beginning with a letter"


def _against_text(
    what: str, text: Text, languages: tuple[str, ...], *, optional: bool = False
) -> Iterator[str]:
    if optional and not any(each.strip() for each in text.values()):
        return
    for language in languages:
        wording = text.get(language, "")
        if not wording.strip():
            yield f"{what} is not worded in `{language}`"
        elif len(wording) > LONGEST_TEXT:
            yield f"{what} is longer than {LONGEST_TEXT} characters in `{language}`"
        elif trouble := trouble_in(wording):
            yield f"{what} in `{language}`: {trouble}"


def _against_question(question: AnyQuestion, languages: tuple[str, ...], anonymous: bool) -> Iterator[str]:
    named = f"question `{question.key}`"
    yield from _against_text(named, question.text, languages)
    yield from _against_text(f"the hint of {named}", question.hint, languages, optional=True)
    if isinstance(question, Score | Ratings):
        yield from _against_labels(question, languages, named)
    match question:
        case Ratings(attributes=parts) | Choice(options=parts):
            if not (1 if isinstance(question, Ratings) else 2) <= len(parts) <= MOST_PARTS:
                yield f"{named} has too few or more than {MOST_PARTS} things to answer"
            yield from _against_keys(f"answers of {named}", [part.key for part in parts])
            for part in parts:
                yield from _against_text(f"`{part.key}` of {named}", part.text, languages)
        case Open():
            for wording in question.by_score:
                yield from _against_text(f"a wording of {named}", wording.text, languages)
            if question.by_score and not question.about:
                yield f"{named} is worded by score, but says not of which question"
        case Contact() if anonymous:
            yield f"{named} asks who it was, but the survey is anonymous"


def _against_labels(question: Score | Ratings, languages: tuple[str, ...], named: str) -> Iterator[str]:
    for language in languages:
        labels = question.labels.get(language, ())
        if len(labels) not in (2, len(question.scale)):
            yield f"{named} needs words in `{language}` for both ends of its scale, or for each step"
        yield from (
            f"a label of {named} is empty or long" for each in labels if not 0 < len(each.strip()) <= 80
        )


def _against_condition(question: AnyQuestion, before: tuple[AnyQuestion, ...]) -> Iterator[str]:
    earlier = {each.key: each for each in before}
    named = f"question `{question.key}`"
    if isinstance(question, Open) and question.about:
        about = earlier.get(question.about)
        if not isinstance(about, SCORES):
            yield f"{named} follows `{question.about[:40]}`, which is no score asked before it"
    if question.show_if is None:
        return
    tree = list(nodes(question.show_if))
    if len(tree) > MOST_NODES or max(depth for _, depth in tree) > DEEPEST:
        yield f"the condition of {named} is too large"
    for node, _ in tree:
        yield from _against_leaf(node, earlier, named)


def _against_leaf(node: Condition, earlier: dict[str, AnyQuestion], named: str) -> Iterator[str]:
    if not isinstance(node, Answered | ScoreWithin | Chose):
        return
    asked = earlier.get(node.question)
    if asked is None:
        yield f"{named} looks at `{node.question[:40]}`, which is not asked before it"
    elif isinstance(node, ScoreWithin):
        if not isinstance(asked, SCORES):
            yield f"{named} looks at the score of `{asked.key}`, which has none"
        elif node.low > node.high or node.low not in asked.scale or node.high not in asked.scale:
            yield f"{named} looks at scores from {node.low} to {node.high}, which `{asked.key}` does not have"
    elif isinstance(node, Chose) and not (
        isinstance(asked, Choice) and node.option in {option.key for option in asked.options}
    ):
        yield f"{named} looks at `{node.option[:40]}`, which `{asked.key}` does not offer"


def _against_unreachable(definition: Definition) -> Iterator[str]:
    for question in definition.questions:
        if question.show_if is None:
            continue
        try:
            if ways_to(question.key, definition.questions) is None:
                yield f"question `{question.key}` can never be reached: no answers lead to it"
        except OverflowError:
            yield f"the conditions before question `{question.key}` are too many to check"
