"""`regard surveys` says what the pages say, and asks nobody when it is only asked what it would do."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from regard.know.contact.models import Touch
from regard.listen.campaigns.actions import run_due
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.surveys import actions
from regard.listen.surveys.models import Survey
from tests.cli.conftest import Command
from tests.listen.campaigns.conftest import NOON, nps, people
from tests.listen.surveys.conftest import invite, link

__all__ = ["nps", "people"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_surveys_are_listed_read_and_exported(regard: Command, nps: Survey, tmp_path: Path) -> None:
    said = {"nps": 3, "why": "=1+1"}
    actions.answer(link(invite(nps, at=NOON)), said, language="en", at=timezone.now())
    assert "nps" not in regard("surveys", "list").out.partition("\n")[0]
    listed = json.loads(regard("surveys", "list", "--json").out)
    assert (listed[0]["asked"], listed[0]["answered"]) == (1, 1)
    found = json.loads(regard("surveys", "results", nps.slug, "--json").out)
    assert found["answered"] == 1
    assert found["scores"][0]["n"] == 1
    rows = json.loads(regard("surveys", "export", nps.slug, "--json").out)
    assert {row["question"] for row in rows} == {"nps", "why"}
    file = tmp_path / "answers.csv"
    regard("surveys", "export", nps.slug, "--to", str(file))
    assert "'=1+1" in file.read_text()
    assert regard("surveys", "export", nps.slug, "--to", str(file)).code == 2


def test_a_dry_run_says_whom_it_would_ask_and_changes_nothing(
    regard: Command, nps: Survey, settings: object
) -> None:
    said = json.loads(regard("surveys", "invite", nps.slug, "--dry-run", "--json").out)
    assert (said["segment"], said["campaign"]) == (7, None)
    assert (Campaign.objects.count(), Touch.objects.count()) == (0, 0)
    assert "Nothing was changed." in regard("surveys", "invite", nps.slug, "--dry-run").out
    settings.REGARD_PUBLIC_URL, settings.REGARD_SMTP_HOST = "https://ask.example.org", "127.0.0.1"  # type: ignore[attr-defined]
    settings.REGARD_MAIL_FROM = "shop@example.org"  # type: ignore[attr-defined]
    assert regard("surveys", "invite", nps.slug, "--count", "3").code == 0
    run_due(timezone.now())  # as the worker does
    assert Recipient.objects.count() == 3
    assert regard("surveys", "invite", nps.slug, "--source", "nobody").code == 2
