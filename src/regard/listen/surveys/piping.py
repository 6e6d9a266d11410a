"""Known facts in a text: `{given_name|there}`. What is not known is said by the fallback; nothing else is filled in."""

import re
import unicodedata
from collections.abc import Mapping

FACTS = (
    "given_name",
    "family_name",
    "name",
    "organisation",
    "product",
    "order",
    "agent",
    "department",
    "place",
)
PLACE = re.compile(r"\{([a-z_]{1,40})(?:\|([^{}|]*))?\}")
LONGEST = 80
ISOLATE, RELEASE = "\u2068", "\u2069"  # a name written the other way round must not reorder the sentence


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with the facts in it, as plain text: whoever shows it escapes it."""

    def said(place: re.Match[str]) -> str:
        known = _tame(facts.get(place[1], "")) if place[1] in FACTS else ""
        return f"{ISOLATE}{known}{RELEASE}" if known else (place[2] or "")

    return PLACE.sub(said, text)


def trouble_in(text: str) -> str:
    """What is wrong with the places in a text, or nothing."""
    for name, fallback in PLACE.findall(text):
        if name not in FACTS:
            return f"`{{{name}}}` is no fact; there are {', '.join(FACTS)}"
        if not fallback.strip():
            return f"`{{{name}}}` needs words for when it is not known, such as `{{{name}|…}}`"
    if "{" in (rest := PLACE.sub("", text)) or "}" in rest:
        return "braces are only for facts, such as `{given_name|there}`"
    return ""


def _tame(value: str) -> str:
    """One short line without control or direction characters."""
    kept = "".join(" " if each.isspace() else each for each in value if unicodedata.category(each) not in ("Cc", "Cf")
                   or each.isspace())  # fmt: skip
    return " ".join(kept.split())[:LONGEST]
