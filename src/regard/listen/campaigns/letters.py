"""The letter that asks: the first question with every answer a link, as HTML and as text."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.http import urlencode

from regard.errors import SettingError
from regard.listen.campaigns.models import Campaign
from regard.listen.surveys.languages import direction
from regard.listen.surveys.logic import shown
from regard.listen.surveys.models import Invitation
from regard.listen.surveys.piping import fill
from regard.listen.surveys.questions import AnyQuestion, Choice, Contact, Csat, Score, Text, read_definition
from regard.listen.surveys.tokens import token_of

FACES = {1: "😠", 2: "🙁", 3: "😐", 4: "🙂", 5: "😀"}


@dataclass(frozen=True)
class Way:
    """One answer to the first question: what it says, and the page on which it is selected."""

    label: str
    address: str
    face: str = ""


@dataclass(frozen=True)
class Writing:
    """A letter as `queue_letter` takes it."""

    subject: str
    text: str
    html: str
    language: str


def public_address(path: str) -> str:
    """A path as customers reach it."""
    if not settings.REGARD_PUBLIC_URL:
        raise SettingError(
            "Customers could not open the links.", hint="Set REGARD_PUBLIC_URL to where they reach Regard."
        )
    return f"{settings.REGARD_PUBLIC_URL.rstrip('/')}{path}"


def write_letter(
    campaign: Campaign, invitation: Invitation, *, unsubscribe_url: str, reminds: bool = False
) -> Writing:
    """The invitation or the reminder in the invitation's language."""
    definition = read_definition(invitation.version.definition)
    language = invitation.language if invitation.language in definition.languages else definition.languages[0]
    say = phrases(language)
    facts: Mapping[str, str] = invitation.facts

    def put(text: Text) -> str:
        return fill(text.get(language, ""), facts)

    subject = put(campaign.subject) or put(definition.title)
    question = shown(definition.questions, {})[0]
    link = public_address(f"/s/{token_of(invitation.key, invitation.ends_at)}")
    labels = question.labels.get(language, ()) if isinstance(question, Score) else ()
    ways = _ways(question, language, link, say)
    known = {
        "language": language, "direction": direction(language), "company": settings.REGARD_COMPANY,
        "start": "right" if direction(language) == "rtl" else "left",
        "text": put(campaign.text) or put(definition.intro), "question": put(question.text), "say": say, "link": link,
        "ways": ways, "row": len(ways) > 3 and not any(way.face for way in ways) and len(labels) == 2,
        "cell": 100 // max(len(ways), 1),
        "ends": (labels[0], labels[-1]) if len(labels) == 2 else (), "reminds": reminds, "stop": unsubscribe_url,
        "anonymous": campaign.survey.anonymous,
    }  # fmt: skip
    return Writing(
        _one_line(f"{say['reminder']}: {subject}" if reminds else subject),
        render_to_string("campaigns/letter.txt", known),
        render_to_string("campaigns/letter.html", known),
        language,
    )


@cache
def _all_phrases() -> dict[str, dict[str, str]]:
    text = files("regard.listen.campaigns").joinpath("phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def phrases(language: str) -> dict[str, str]:
    """What surrounds the question; English for languages that we do not speak."""
    known = _all_phrases()
    return known.get(language) or known.get(language.partition("-")[0]) or known["en"]


def _ways(question: AnyQuestion, language: str, link: str, say: Mapping[str, str]) -> list[Way]:
    """Every answer of a question that one tap can give; none of one that needs the page."""

    def to(**answer: str) -> str:
        return f"{link}?{urlencode({'q': question.key, **answer})}"

    match question:
        case Score():
            labels = question.labels.get(language, ())
            named = labels if len(labels) == len(question.scale) else [str(step) for step in question.scale]
            faces = FACES if isinstance(question, Csat) and question.form == "smileys" else {}
            return [
                Way(label, to(a=str(step)), faces.get(step, ""))
                for step, label in zip(question.scale, named, strict=True)
            ]
        case Choice():
            return [Way(each.text[language], to(chosen=each.key)) for each in question.options]
        case Contact():
            return [Way(say["yes"], to(yes="yes")), Way(say["no"], to(yes="no"))]
        case _:
            return []


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:300]
