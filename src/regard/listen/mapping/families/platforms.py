"""Exports of survey platforms, known by their headers: responses of LimeSurvey, and of Delighted."""

import re
from typing import Any

from regard.listen.mapping.model import EventRule, Value, When
from regard.listen.mapping.parts import Setting, event, optional, time_of
from regard.listen.mapping.view import WORDY, View
from regard.listen.mapping.words import QUESTIONS, words_of

# what LimeSurvey writes beside the questions: headings as codes, then as words
LIME_OWN = {
    "id": "response id", "submitdate": "date submitted", "lastpage": "last page", "startlanguage": "start language",
    "seed": "seed", "token": "access code", "startdate": "date started", "datestamp": "date last action",
    "ipaddr": "ip address", "refurl": "referrer url", "firstname": "first name", "lastname": "last name",
    "email": "email address",
}  # fmt: skip
LIME_SIGNS = ("submitdate", "lastpage", "startlanguage")
ABOUT_PEOPLE = re.compile(r"attribute[_ ]?\d+|completed|usesleft|.*\btime\b.*", re.IGNORECASE)
PART = re.compile(r"(?P<question>.*?)\s*\[(?P<part>[^\]]+)\]")
CODED = re.compile(r"A(\d{1,2})")

# Delighted: a survey's type is written in every row; its effort score runs to 5, so it is no `ces-7`
DELIGHTED_SIGNS = ("permalink", "survey type", "survey response id", "tags", "person id")
DELIGHTED = {
    "nps": "nps", "csat": "csat-5", "smileys": "csat-5", "thumbs": "csat-2", "five_star": "stars-5",
    "stars_five": "stars-5", "ces": "rating-5", "enps": "employee-nps",
}  # fmt: skip


def limesurvey(view: View, setting: Setting) -> list[EventRule]:
    """One event an answered question; who did not submit gives none."""
    known = {_plain(column): column for column in view.profiles}
    own = {code: known.get(code) or known.get(words) or "" for code, words in LIME_OWN.items()}
    if not all(own[sign] for sign in LIME_SIGNS) or not own["id"]:
        return []
    submitted = own["submitdate"]
    view.take("occurred at", submitted, 0.95, f"`{submitted}` is when LimeSurvey took the answers.")
    view.taken.update(column for column in own.values() if column)
    base: dict[str, Any] = {"id": (own["id"],), "at": submitted, "when": When(submitted), "scope": view.name}
    events: list[EventRule] = []
    for column in view.filled:
        if column in view.taken or ABOUT_PEOPLE.fullmatch(column):
            continue
        if instrument := _instrument(view, column):
            part = PART.fullmatch(column)
            touchpoint = Value(constant=part["part"] if part else column) if "rating" in instrument else None
            view.take("score", column, 0.8, f"`{column}` is an answer on {instrument}.")
            events.append(event(view, "survey.answered", **base, instrument=instrument, score=column,
                                touchpoint=touchpoint))  # fmt: skip
        elif _is_said(view, column):
            view.take("text", column, 0.8, f"`{column}` holds the customer's words.")
            # words are kept with the score they follow, which they mostly explain
            about = next((each.instrument for each in reversed(events) if each.score), "text")
            events.append(event(view, "survey.answered", **base, instrument=about, text=column,
                                touchpoint=Value(constant=column)))  # fmt: skip
    return events


def delighted(view: View, setting: Setting) -> list[EventRule]:
    """One event a response, with score, comment and tags."""
    known = {_plain(column): column for column in view.profiles}
    if "score" not in known or sum(sign in known for sign in DELIGHTED_SIGNS) < 2:
        return []
    score, kind = known["score"], known.get("survey type", "")
    types = [each for each in view.words(kind) if each.lower() in DELIGHTED] if kind else []
    at = time_of(view, setting, "opened_date", "answered_date")
    number = known.get("survey response id") or known.get("response id") or known.get("permalink") or ""
    text, tags = known.get("comment", ""), known.get("tags", "")
    for what, column in (("score", score), ("text", text), ("tags", tags), ("survey type", kind)):
        view.take(what, column if column in view.filled else "", 0.9, f"Delighted writes the {what} there.")
    base: dict[str, Any] = {
        "id": (number,) if number else tuple(view.filled), "score": score, "text": text if text in view.filled else "",
        "channel": optional(view, "channel"), "data": {"tags": Value(tags)} if tags in view.filled else {},
    }  # fmt: skip
    if not types:
        guessed = _by_range(view, score)
        return [event(view, "survey.answered", **at, **base, instrument=guessed)] if guessed else []
    return [
        event(view, "survey.answered", **at, **base, instrument=DELIGHTED[each.lower()], when=When(kind, (each,)),
              touchpoint=Value(constant="effort") if each.lower() == "ces" else None)
        for each in types
    ]  # fmt: skip


def _is_said(view: View, column: str) -> bool:
    """Whether somebody wrote sentences there, rather than choosing what was offered."""
    profile = view.profiles[column]
    return profile.kind in WORDY and any(len(example.split()) > 4 for example in profile.examples)


def _by_range(view: View, score: str) -> str:
    bounds = view.bounds(score)
    return "" if bounds is None or bounds[1] > 10 else "nps" if bounds[1] > 5 or bounds[0] < 1 else "csat-5"


def _instrument(view: View, column: str) -> str:
    """What a question is measured with: by its words, else by its range; nothing when it is no score."""
    words = view.words(column)
    codes = [found for word in words if (found := CODED.fullmatch(word))]
    if words and len(codes) == len(words):
        view.values[column] = {code[0]: code[1] for code in codes}
        top = max(int(code[1]) for code in codes)
    elif (
        view.is_number(column)
        and (bounds := view.bounds(column)) is not None
        and 0 <= bounds[0] <= bounds[1] <= 10
    ):
        top = int(bounds[1])
    else:
        return ""
    said = _plain(column)
    for instrument in ("nps", "ces-7", "csat"):
        if any(stem in said for stem in QUESTIONS[instrument.removesuffix("-7")]) and not PART.fullmatch(
            column
        ):
            if instrument == "csat":
                return "csat-5" if top <= 5 else "rating-10"
            if instrument == "nps" or top <= 7:
                return instrument
    return "rating-5" if top <= 5 else "rating-10"


def _plain(column: str) -> str:
    return " ".join(words_of(column)) or column.lower()
