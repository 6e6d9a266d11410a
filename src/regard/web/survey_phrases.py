"""What the frame around a survey says, in the languages that the templates speak; English for all others."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def all_phrases() -> dict[str, dict[str, str]]:
    """Language to the frame's words in it."""
    text = files("regard.web").joinpath("survey_phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def phrases(language: str) -> dict[str, str]:
    """The frame's words in a language."""
    known = all_phrases()
    return known.get(language) or known.get(language.partition("-")[0]) or known["en"]


def name_of(language: str) -> str:
    """How a language calls itself."""
    return all_phrases().get(language, {}).get("name", language)
