"""What the frame around a survey says, in the languages that the templates speak; English for all others."""

import tomllib
from functools import cache
from importlib.resources import files

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regard.errors import RegardError
from regard.listen.surveys.languages import accepted, direction, fitting


@cache
def all_phrases() -> dict[str, dict[str, str]]:
    """Language to the frame's words in it."""
    text = files("regard.web").joinpath("survey_phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def phrases(language: str) -> dict[str, str]:
    """The frame's words in a language."""
    known = all_phrases()
    return known.get(language) or known.get(language.partition("-")[0]) or known["en"]


def spoken(request: HttpRequest, *wishes: str) -> str:
    """The language of a page that no survey gives one: what is asked for, else what the browser says."""
    browser = accepted(request.headers.get("Accept-Language", ""))
    return fitting(list(all_phrases()), [request.GET.get("lang", "")[:12], *wishes, *browser])


def sorry_page(request: HttpRequest, error: RegardError, language: str) -> HttpResponse:
    """What happened, to a customer."""
    say = phrases(language)
    answer = {"language": language, "direction": direction(language), "say": say,
              "title": say.get(error.code, say["sorry"])}  # fmt: skip
    return render(request, "web/survey/sorry.html", answer, status=error.http_status)


def name_of(language: str) -> str:
    """How a language calls itself."""
    return all_phrases().get(language, {}).get("name", language)
