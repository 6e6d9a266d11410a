"""A small company whose customers can be written to, and a mail server that takes everything."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pyarrow as pa
import pytest

from regard.know.actions import refresh_people, register_identities
from regard.listen.campaigns import actions
from regard.listen.campaigns.models import Campaign
from regard.listen.surveys.models import Survey
from regard.mail.actions import send_due
from tests.listen.surveys.conftest import survey_of
from tests.mail.conftest import Mouth, mouth

__all__ = ["Mouth", "mouth"]

DAY = timedelta(days=1)
NOON = datetime.now(UTC).replace(hour=11, minute=0, second=0, microsecond=0) - DAY  # no quiet hour in Berlin
PEOPLE = 8
LINK = re.compile(r"https://ask\.example\.org(/[^\s\"<>]*)")


@pytest.fixture(autouse=True)
def _reachable(settings: Any) -> None:
    settings.REGARD_PUBLIC_URL, settings.REGARD_COMPANY = "https://ask.example.org", "Möbel & Söhne"
    settings.REGARD_SMTP_HOST, settings.REGARD_MAIL_FROM = "127.0.0.1", "Our shop <shop@example.org>"
    settings.REGARD_REGION = "DE"
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def people(db: None) -> int:
    """Eight customers: one French, one without an address, one called like a script."""
    rows = {
        "person": [f"shop:{n}" for n in range(PEOPLE)],
        "given_name": ["Eva", "Luc", "<b>Bob</b>", *(f"Ann{n}" for n in range(3, PEOPLE))],
        "email": [f"Person{n}@example.org" for n in range(PEOPLE - 1)] + [""],
        "country": ["DE", "FR", *["DE"] * (PEOPLE - 2)],
        "postcode": ["10115", "75001", *["10115"] * (PEOPLE - 2)],
    }
    register_identities(pa.table(rows), source="shop", actor="test")
    refresh_people()
    return PEOPLE


@pytest.fixture
def nps(people: int) -> Survey:
    return survey_of("nps")


def campaign_of(survey: Survey, kind: str = "once", *, start: bool = True, **plan: Any) -> Campaign:
    made = actions.plan_campaign(survey, kind=kind, name=plan.pop("name", "First"), actor="ada", **plan)
    return actions.start_campaign(made.pk, actor="ada", at=NOON) if start else made


def post(mouth: Mouth) -> list[EmailMessage]:
    """The letters that arrive when the outbox is emptied."""
    before = len(mouth.messages)
    send_due(datetime.now(UTC) + DAY)
    return mouth.messages[before:]


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def links(message: EmailMessage) -> list[str]:
    """Every path that a letter links to, in either body and in its headers."""
    texts = [
        body(message, "html").replace("&amp;", "&"),
        body(message, "plain"),
        str(message["List-Unsubscribe"]),
    ]
    return sorted({path.rstrip(">") for text in texts for path in LINK.findall(text)})
