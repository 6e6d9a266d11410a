"""Letters that really arrive: what they say, where their links lead, and that following them changes nothing."""

import pytest
from django.test import Client

from regard.know.contact.models import Consent, Touch
from regard.listen.campaigns import actions
from regard.listen.campaigns.models import Recipient
from regard.listen.surveys.models import Answer, Invitation, Survey
from tests.access.counts import forget_counts
from tests.listen.campaigns.conftest import DAY, NOON, Mouth, body, campaign_of, links, post

pytestmark = pytest.mark.django_db
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0",
    "Mimecast-URL-Protect/1.0",
    "Barracuda Link Protection",
)


def test_a_campaign_writes_to_its_segment_and_a_tap_on_the_page_is_the_answer(
    nps: Survey, mouth: Mouth
) -> None:
    campaign_of(nps)
    assert actions.run_due(NOON) == 7
    letters = {letter["To"]: letter for letter in post(mouth)}
    assert set(letters) == {f"Person{n}@example.org" for n in range(7)}
    letter = letters["Person0@example.org"]
    nine = next(path for path in links(letter) if path.endswith("q=nps&a=9"))
    page = Client().get(nine).content.decode()
    assert Answer.objects.count() == 0
    assert 'value="9"' in page
    Client().post(nine.partition("?")[0], {"q": "nps", "a": "9"})
    assert Answer.objects.get().value == 9
    assert Invitation.objects.get(state="answered").person == "shop:0"


def test_following_every_link_twice_with_other_agents_changes_nothing(nps: Survey, mouth: Mouth) -> None:
    campaign_of(nps)
    actions.run_due(NOON)
    letters = post(mouth)[:2]
    for letter in letters:
        assert len(links(letter)) == 13  # eleven answers, the page, and the link to stop
        for path in links(letter):
            for method, agent in zip(("head", "get", "get"), AGENTS, strict=True):
                forget_counts()
                answer = getattr(Client(headers={"user-agent": agent}), method)(path)
                assert answer.status_code == 200, path
    assert (Answer.objects.count(), Consent.objects.count()) == (0, 0)
    assert set(Invitation.objects.values_list("state", flat=True)) == {"open"}


def test_a_letter_speaks_the_customers_language_and_cannot_be_written_into(nps: Survey, mouth: Mouth) -> None:
    campaign_of(nps)
    actions.run_due(NOON)
    letters = {letter["To"]: letter for letter in post(mouth)}
    french = letters["Person1@example.org"]
    assert french["Subject"] == "Deux questions rapides"
    assert french["Content-Language"] == "fr"
    assert "Quelle est la probabilité" in body(french, "plain")
    hostile = body(letters["Person2@example.org"], "html")
    assert "<b>" not in hostile


def test_one_click_stops_the_reminder(nps: Survey, mouth: Mouth) -> None:
    campaign_of(nps, remind_after_days=5)
    actions.run_due(NOON)
    letters = {letter["To"]: letter for letter in post(mouth)}
    stopped = letters["Person0@example.org"]
    assert stopped["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(stopped["List-Unsubscribe"]).strip("<>").removeprefix("https://ask.example.org")
    assert address.endswith("?lang=de")
    assert (
        Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    )
    answered = Invitation.objects.get(person="shop:1")
    Client().post(
        next(p for p in links(letters["Person1@example.org"]) if p.startswith("/s/")), {"q": "nps", "a": "7"}
    )
    answered.refresh_from_db()
    assert answered.state == "answered"
    actions.run_due(NOON + 5 * DAY)
    reminders = {letter["To"]: letter for letter in post(mouth)}
    assert set(reminders) == {f"Person{n}@example.org" for n in range(2, 7)}
    assert all(
        "reminder" in body(each, "plain").lower() or "Tagen" in body(each, "plain")
        for each in reminders.values()
    )
    assert Touch.objects.filter(kind="reminder", about=f"survey:{nps.slug}").count() == 5
    actions.run_due(NOON + 20 * DAY)
    assert post(mouth) == []
    assert Recipient.objects.exclude(reminded_at=None).count() == 5
