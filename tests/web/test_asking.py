"""The pages for customers: looking records nothing, posting does, without script and without a cookie."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from regard.access.models import RequestCount
from regard.access.rates import forget_leases
from regard.ledger.models import Batch
from regard.listen.surveys import actions
from regard.listen.surveys.models import Answer, Invitation, Response, Survey
from regard.web import public_limits
from regard.web.survey_phrases import phrases
from tests.access.counts import forget_counts
from tests.listen.surveys.conftest import counting, link, survey_of
from tests.web.test_safety import suspicious

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    forget_counts()


@pytest.fixture
def client() -> Client:
    """A stranger's browser: no session and no token of a form."""
    return Client(enforce_csrf_checks=True)


def asked(survey: Survey, person: str = "shop:1", **more: Any) -> str:
    found = actions.invite(person, survey, via="email", actor="test", at=YESTERDAY, **more)
    assert isinstance(found, Invitation), found
    return f"/s/{link(found)}"


def text_of(answer: Any) -> str:
    return answer.content.decode()


YESTERDAY = timezone.now().replace(hour=12, minute=0) - timedelta(days=1)  # nobody is asked at night
AGENTS = ("Mozilla/5.0 (compatible; SafeLinks)", "curl/8.0", "Googlebot/2.1", "Mozilla/5.0 (iPhone)", "")


def test_looking_at_links_however_often_stores_nothing(client: Client) -> None:
    survey = survey_of("nps", public=True)
    personal = asked(survey)
    before = Batch.objects.count()
    links = [f"{personal}?q=nps&a={n}" for n in range(11)]
    links += [
        personal,
        f"{personal}?at=why",
        f"{personal}?at=done",
        f"/survey/{survey.slug}?q=nps&a=9",
        f"/kiosk/{survey.slug}",
    ]
    for agent in AGENTS[:2]:
        for address in links:
            forget_counts()
            for method in (client.get, client.head):
                assert method(address, HTTP_USER_AGENT=agent).status_code == 200
    assert (Response.objects.count(), Answer.objects.count(), Batch.objects.count()) == (0, 0, before)
    assert Invitation.objects.get().state == "open"


def test_a_click_in_a_mail_selects_and_one_tap_sends(client: Client) -> None:
    address = asked(survey_of("nps"))
    page = text_of(client.get(f"{address}?q=nps&a=9"))
    assert re.search(r'value="9" aria-pressed="true"', page)
    assert re.search(r'name="a" value="9">Send this answer: 9<', page)
    answer = client.post(address, {"q": "nps", "a": "9"})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?at=why&lang=en")
    assert counting()["nps", ""].score == 9


def test_the_follow_up_speaks_to_the_score_and_the_end_is_thanks(client: Client) -> None:
    address = asked(survey_of("nps"))
    page = client.post(address, {"q": "nps", "a": "2"}, follow=True)
    assert "What went wrong" in text_of(page)
    page = client.post(address, {"q": "why", "words": "Late again"}, follow=True)
    assert "May we get in touch" in text_of(page)
    page = client.post(address, {"q": "contact", "yes": "yes", "reach": ""}, follow=True)
    assert "Thank you. We read every answer." in text_of(page)
    assert {each.question: each.value for each in Answer.objects.all()} == {
        "nps": 2, "why": "Late again", "contact": {"yes": True},
    }  # fmt: skip


def test_skipping_the_rest_stores_nothing_more(client: Client) -> None:
    address = asked(survey_of("nps"))
    client.post(address, {"q": "nps", "a": "9"})
    assert "at=done" in client.post(address, {"q": "why", "words": " "})["Location"]
    assert "at=done" in client.post(address, {"q": "why", "skip": "1", "words": "not sent"})["Location"]
    assert Answer.objects.count() == 1


def test_a_wrong_or_missing_answer_is_said_in_their_language(client: Client) -> None:
    address = asked(survey_of("nps"))
    wrong = client.post(address, {"q": "nps", "a": "12", "lang": "de"})
    missing = client.post(address, {"q": "nps", "lang": "fr"})
    assert (wrong.status_code, missing.status_code) == (400, 400)
    assert "Diese Antwort passt nicht" in text_of(wrong)
    assert "Merci de répondre" in text_of(missing)
    assert Answer.objects.count() == 0


def test_the_page_speaks_the_language_of_the_person_then_of_the_browser(client: Client) -> None:
    survey = survey_of("nps")
    stored = asked(survey, "shop:1", language="ar")
    plain = asked(survey, "shop:2")
    assert '<html lang="ar" dir="rtl">' in text_of(client.get(stored, HTTP_ACCEPT_LANGUAGE="de"))
    assert '<html lang="de" dir="ltr">' in text_of(client.get(plain, HTTP_ACCEPT_LANGUAGE="de-AT,en;q=0.5"))
    assert '<html lang="fr"' in text_of(client.get(f"{stored}?lang=fr"))
    assert '<html lang="en"' in text_of(client.get(plain, HTTP_ACCEPT_LANGUAGE="ja,*;q=0.1,xx;q=none"))


def test_piped_facts_are_escaped_and_have_a_fallback(client: Client) -> None:
    survey = survey_of("nps")
    page = text_of(client.get(asked(survey, "shop:1", facts={"given_name": "<b>Eve</b>\u202e{name|x}"})))
    assert "&lt;b&gt;Eve&lt;/b&gt;" in page
    assert "\u202e" not in page
    assert suspicious(page) == []
    assert "Hello there," in text_of(client.get(asked(survey, "shop:2")))


def test_every_template_can_be_answered_to_its_end_without_script(client: Client) -> None:
    for slug in ("csat", "ces", "churn", "key-account", "mystery-shopper", "pulse"):
        survey = survey_of(slug, public=True)
        page = client.get(f"/survey/{survey.slug}")
        for _ in range(20):
            html = text_of(page)
            assert suspicious(html) == []
            if 'role="status"' in html:
                break
            page = client.post(page.request["PATH_INFO"], filled(html), follow=True)
        assert 'role="status"' in html, slug
        assert Response.objects.filter(survey=survey).count() == 1


def filled(html: str) -> dict[str, str]:
    """A form with the last of everything that can be chosen."""
    given = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    given |= dict(re.findall(r'<input type="(?:radio|checkbox)" name="([\w.-]+)" value="([^"]*)"', html))
    given |= dict(re.findall(r'<button name="(a|chosen|yes)" value="(\w+)"', html))
    return given | ({"words": "As it was."} if "<textarea" in html else {})


def test_an_anonymous_answer_goes_on_without_its_link(client: Client) -> None:
    survey = survey_of("pulse")
    address = asked(survey, "staff:1")
    onward = client.post(address, {"q": "week", "a": "4"})["Location"]
    assert onward.startswith(f"/survey/{survey.slug}?at=work")
    assert "r=" in onward
    assert client.get(onward).status_code == 200
    used = client.get(address)
    assert (used.status_code, "This link has been used" in text_of(used)) == (410, True)
    assert client.get(f"/survey/{survey.slug}").status_code == 404
    assert client.get(f"/survey/{survey.slug}?r=guess").status_code == 404


def test_the_kiosk_begins_again_by_itself_and_shows_nothing_of_the_one_before(client: Client) -> None:
    survey = survey_of("csat", public=True)
    page = client.post(f"/kiosk/{survey.slug}", {"q": "csat", "a": "5"}, follow=True)
    assert page["Refresh"] == f"90; url=/kiosk/{survey.slug}"
    key = page.request["QUERY_STRING"].split("r=")[1]
    done = client.post(f"/kiosk/{survey.slug}", {"q": "why", "words": "Quick", "r": key}, follow=True)
    assert done["Refresh"] == f"8; url=/kiosk/{survey.slug}"
    again = client.get(f"/kiosk/{survey.slug}")
    assert "Refresh" not in again
    assert "aria-pressed" not in text_of(again)
    client.post(f"/kiosk/{survey.slug}", {"q": "csat", "a": "1"})
    assert Response.objects.count() == 2
    assert {each.channel for each in Response.objects.all()} == {"kiosk"}


@pytest.mark.parametrize(
    "address", ["/s/x", "/s/" + "x" * 5000, "/s/a.b.c", "/survey/nothing", "/kiosk/nothing"]
)
def test_a_link_that_was_never_given_says_so(client: Client, address: str) -> None:
    answer = client.get(address, HTTP_ACCEPT_LANGUAGE="de")
    assert answer.status_code == 404
    assert "Diese Umfrage gibt es nicht" in text_of(answer)


def test_no_page_sets_a_cookie_or_is_kept(client: Client) -> None:
    answer = client.get(asked(survey_of("nps")))
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_who_answers_far_too_often_or_far_too_much_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = asked(survey_of("nps"))
    assert client.post(address, {"q": "nps", "a": "1" * 70_000}).status_code == 413
    monkeypatch.setattr(public_limits, "PER_LINK", 3)
    forget_counts()
    codes = [client.get(address).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]


def test_the_limit_of_a_link_holds_for_all_processes_together(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = survey_of("nps", public=True)
    monkeypatch.setattr(public_limits, "PER_LINK", 9)
    codes = []
    for _ in range(4):
        codes += [client.get(f"/survey/{survey.slug}").status_code for _ in range(3)]
        forget_leases()  # as another process, which knows nothing of what this one took
    assert codes == [200] * 9 + [429] * 3
    assert all(survey.slug not in each and "127.0.0.1" not in each
               for each in RequestCount.objects.values_list("subject", flat=True))  # fmt: skip
    elsewhere = client.get(f"/survey/{survey.slug}", REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


def test_an_ended_link_says_so_in_the_language_of_whom_it_was_for(client: Client) -> None:
    address = asked(survey_of("nps"), language="ar")
    Invitation.objects.update(state="revoked")
    said = client.get(address, headers={"accept-language": "de"})
    assert said.status_code == 410
    assert '<html lang="ar" dir="rtl">' in said.content.decode()
    assert phrases("ar")["link_ended"] in said.content.decode()
    assert 'lang="de"' in client.get(f"{address}x", headers={"accept-language": "de"}).content.decode()


def test_the_widget_refuses_in_the_language_of_its_page(client: Client) -> None:
    survey = survey_of("nps", public=True)
    said = client.post(f"/widget/{survey.slug}", '{"q": "nps", "value": 99, "lang": "fr"}', "text/plain")
    assert said.status_code == 400
    assert said.json()["message"] == phrases("fr")["bad_answer"]
    read = client.post(f"/widget/{survey.slug}", "{", "text/plain", headers={"accept-language": "de"})
    assert read.json()["message"] != ""
