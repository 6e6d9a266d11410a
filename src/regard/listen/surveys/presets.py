"""The templates that a survey can be made from: one TOML file each, with real wording."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from regard.errors import NotFoundError
from regard.listen.surveys.checking import checked_definition
from regard.listen.surveys.questions import Definition

ORDER = ("nps", "csat", "ces", "churn", "key-account", "pulse", "mystery-shopper")


@dataclass(frozen=True)
class Preset:
    """A survey ready to be taken over."""

    slug: str
    name: str
    about: str
    audience: str
    anonymous: bool
    definition: Definition


@cache
def presets() -> dict[str, Preset]:
    """All of them, the most used first."""
    return {slug: _read(slug) for slug in ORDER}


def preset(slug: str) -> Preset:
    """One of them, or NotFoundError naming those there are."""
    found = presets().get(slug)
    if found is None:
        raise NotFoundError(f"There is no template `{slug[:60]}`.", hint=f"There are: {', '.join(ORDER)}.")
    return found


def _read(slug: str) -> Preset:
    text = files("regard.listen.surveys").joinpath("templates", f"{slug}.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    anonymous = raw.get("anonymous", False)
    definition = checked_definition(raw["survey"], anonymous=anonymous)
    return Preset(slug, raw["name"], raw["about"], raw["audience"], anonymous, definition)
