"""Answers as rows of cells, for whoever takes them elsewhere."""

import csv
from collections.abc import Iterator
from typing import Any, TextIO

from regard.listen.rejects import neutralise
from regard.listen.surveys import queries
from regard.listen.surveys.models import Survey
from regard.listen.surveys.questions import instrument_of

COLUMNS = ("response", "person", "language", "channel", "answered_at", "version", "line", "question", "part",
           "instrument", "score", "text")  # fmt: skip


def write_answers(survey: Survey, out: TextIO) -> None:
    """The rows as CSV in which nothing runs as a formula."""
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in answer_rows(survey):
        writer.writerow([neutralise(cell) if isinstance(cell, str) else cell for cell in row])


def answer_rows(survey: Survey) -> Iterator[list[Any]]:
    """A row for every part of every answer that counts; an anonymous survey gives none before it has enough."""
    given = list(queries.given(survey))
    if survey.anonymous and len({each.response for each in given}) < queries.FEWEST:
        return
    definition = queries.newest_definition(survey)
    for each in given:
        question = definition.question(each.question)
        instrument = instrument_of(question, survey.audience) if question else ""  # type: ignore[arg-type]
        # of an anonymous answer nothing is given that could make its group small
        who = ["", "", ""] if survey.anonymous else [each.person, each.language, each.channel]
        about = [each.response[:12], *who, each.at.isoformat(), each.version, each.series, each.question]
        for part, score, text in _parts(each.value):
            yield [*about, part, instrument, score, text]


def _parts(value: Any) -> Iterator[tuple[str, int | None, str]]:
    """An answer as cells: its part (an attribute, a chosen option), its score, its words."""
    match value:
        case bool() | str():
            yield "", None, str(value)
        case int():
            yield "", value, ""
        case {"chosen": chosen}:
            yield from ((key, None, "") for key in chosen)
            if "other" in value:
                yield "other", None, value["other"]
        case {"yes": yes}:
            yield "yes" if yes else "no", None, value.get("reach", "")
        case dict():
            for key, parts in value.items():
                yield from (
                    (f"{key} {part}" if part != "rating" else key, score, "") for part, score in parts.items()
                )
