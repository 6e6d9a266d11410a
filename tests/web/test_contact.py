"""Pages about contact and mail: what they show, what pressing changes, and what a GET never does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from regard.know import queries as know
from regard.know.contact.actions import ask_to_contact, count_touch
from regard.know.contact.models import Consent, ContactRules, DeadAddress
from regard.know.contact.queries import rules_in_force, standing
from regard.know.contact.returned import bury_address
from regard.know.contact.terms import CHANNELS, PURPOSES
from regard.know.contact.unsubscribing import LIVES, SALT, unsubscribe_token
from regard.mail.actions import queue_letter
from regard.mail.models import Letter
from regard.web.survey_phrases import all_phrases, phrases

As = Callable[[str], Client]
RULES = {
    "period_days": "30", "most_overall": "5", "most_survey": "1", "most_marketing": "4", "survey_gap_days": "21",
    "quiet_from": "21:00", "quiet_until": "07:30", "quiet_holidays": "on",
}  # fmt: skip


def touch(person: str = "shop:0") -> int:
    return count_touch(person, purpose="survey", channel="email", kind="invitation", about="survey:nps",
                       actor="tests", at=timezone.now()).pk  # fmt: skip


def test_the_page_of_a_customer_shows_and_records_what_they_agree_to(as_: As, company: int) -> None:
    touch()
    ask_to_contact("shop:0", purpose="survey", channel="web", kind="invitation", about="survey:csat",
                   actor="tests", at=timezone.now())  # fmt: skip
    page = as_("greta").get(f"/customers/{company}").content.decode()
    assert "What we may contact them about" in page
    assert f'href="/customers/{company}/contacts"' in page
    for htmx in ({}, {"HX-Request": "true"}):  # a page of its own, or the part that the customer's page lacks
        contacts = as_("greta").get(f"/customers/{company}/contacts", headers=htmx).content.decode()
        assert ("<html" in contacts) is (not htmx)
        assert "survey:nps" in contacts
        assert "The last survey was too short a while ago." in contacts
        assert f'action="/customers/{company}/consent"' in contacts
    said = {"given": "no", "purpose": "any", "channel": "phone", "how": "<b>said</b> on the phone"}
    answer = as_("greta").post(f"/customers/{company}/consent", said, follow=True)
    page = answer.content.decode()
    assert "&lt;b&gt;said&lt;/b&gt; on the phone" in page
    row = Consent.objects.get()
    assert (row.purpose, row.channel, row.given, row.actor) == ("any", "phone", False, "greta")
    assert standing("shop:0", "service", "phone", timezone.now()).reason == "withdrawn"


@pytest.mark.parametrize("wrong", [{"purpose": "fun"}, {"how": ""}, {"given": "perhaps"}, {"how": "x" * 201}])
def test_half_a_statement_is_not_recorded(as_: As, company: int, wrong: dict[str, str]) -> None:
    said = {"given": "no", "purpose": "survey", "channel": "email", "how": "on the phone"} | wrong
    assert (
        "Nothing was recorded"
        in as_("greta").post(f"/customers/{company}/consent", said, follow=True).content.decode()
    )
    assert not Consent.objects.exists()


def test_a_manager_puts_rules_in_force_and_an_analyst_only_sees_them(as_: As, company: int) -> None:
    touch()
    ask_to_contact("shop:0", purpose="survey", channel="web", kind="invitation", about="survey:csat",
                   actor="tests", at=timezone.now())  # fmt: skip
    assert "Put in force" not in as_("ana").get("/settings/contact").content.decode()
    page = as_("max").post("/settings/contact/change", RULES, follow=True).content.decode()
    assert "The last survey was too short a while ago." in page
    rules = rules_in_force()
    assert (rules.most_survey, rules.quiet_until.isoformat(), rules.quiet_holidays, rules.marketing_needs_consent,
            rules.actor) == (1, "07:30:00", True, False, "max")  # fmt: skip
    assert as_("max").post("/settings/contact/change", RULES | {"period_days": "0"}).status_code == 400
    assert as_("ana").post("/settings/contact/change", RULES).status_code == 403
    assert ContactRules.objects.count() == 1


def test_looking_at_an_unsubscribe_link_changes_nothing_and_pressing_does(
    client: Client, company: int
) -> None:
    address = f"/unsubscribe/{unsubscribe_token(touch())}"
    page = client.get(address)
    assert "No more of these messages?" in page.content.decode()
    assert "Surveys by e-mail" in page.content.decode()
    assert "shop:0" not in page.content.decode()
    assert not Consent.objects.exists()
    assert "no more: Surveys by e-mail" in client.post(address, {"what": "this"}).content.decode()
    client.post(address, {"what": "this"})
    row = Consent.objects.get()
    assert (row.person, row.purpose, row.channel, row.given, row.actor) == (
        "shop:0", "survey", "email", False, "customer",
    )  # fmt: skip
    client.post(address, {"what": "everything"})
    assert Consent.objects.latest("id").purpose == "any"


@pytest.mark.parametrize(
    ("asked", "browser", "language", "way"),
    [("ar", "de", "ar", "rtl"), ("", "de-AT,en;q=0.5", "de", "ltr"), ("fr", "", "fr", "ltr"), ("tlh", "", "en", "ltr"),
     ('"><script>', "", "en", "ltr")],
)  # fmt: skip
def test_stopping_speaks_the_language_of_the_letter_else_of_the_browser(
    client: Client, company: int, asked: str, browser: str, language: str, way: str
) -> None:
    say = phrases(language)
    address = f"/unsubscribe/{unsubscribe_token(touch())}"
    for page, words in (
        (client.get(address, {"lang": asked}, headers={"accept-language": browser}), say["stop_title"]),
        (client.get("/unsubscribe/x", {"lang": asked}, headers={"accept-language": browser}), say["stop_link_ended"]),
        (client.post(f"{address}?lang={quote(asked)}", {"what": "everything"}, headers={"accept-language": browser}),
         say["stop_done_all"]),
    ):  # fmt: skip
        text = page.content.decode()
        assert f'lang="{language}" dir="{way}"' in text
        assert words in text
        assert "<script>" not in text


def test_every_language_says_everything_that_customers_see() -> None:
    said = {language: set(words) for language, words in all_phrases().items()}
    assert all(words == said["en"] for words in said.values())
    assert {"stop_survey", "stop_service", "stop_marketing"} == {f"stop_{name}" for name in PURPOSES}
    assert {f"stop_by_{name}" for name in CHANNELS} <= said["en"]


def test_mail_programs_stop_letters_with_one_click_and_no_page(company: int) -> None:
    address = f"/unsubscribe/{unsubscribe_token(touch())}"
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Consent.objects.get().how == "one click in the mail program"


def test_a_link_is_good_for_one_contact_and_a_time(client: Client, company: int, monkeypatch: Any) -> None:
    token = unsubscribe_token(touch())
    other = touch("shop:1")
    number, rest = token.split(":", 1)
    monkeypatch.setattr(
        signing.time, "time", lambda: (datetime.now(UTC) - LIVES - timedelta(days=1)).timestamp()
    )
    old = unsubscribe_token(other)
    monkeypatch.undo()
    for wrong in (f"{other}:{rest}", token[:-1], signing.TimestampSigner(salt="x").sign(number), old,
                  signing.TimestampSigner(salt=SALT).sign("99999"), "x"):  # fmt: skip
        assert client.post(f"/unsubscribe/{wrong}").status_code == 404
    assert not Consent.objects.exists()


def test_the_outbox_shows_failures_and_sends_again(as_: As, settings: Any) -> None:
    letter = queue_letter(
        to="eva@example.org", subject="<i>Hi</i>", text="x", about="survey:nps", reference="1"
    )
    Letter.objects.filter(pk=letter.pk).update(
        state="bounced", bounce="hard", bounce_reason="5.1.1 <b>no</b>"
    )
    settings.REGARD_SMTP_HOST = "mail.example.org"
    page = as_("max").get("/settings/mail?state=bounced").content.decode()
    assert "bounced, hard" in page
    assert "5.1.1 &lt;b&gt;no&lt;/b&gt;" in page
    assert "&lt;i&gt;Hi&lt;/i&gt;" in page
    as_("max").post(f"/settings/mail/{letter.pk}/retry")
    letter.refresh_from_db()
    assert (letter.state, letter.bounce) == ("waiting", "")
    assert as_("ana").get("/settings/mail").status_code == 403


def test_a_test_letter_goes_into_the_outbox(as_: As) -> None:
    page = as_("max").post("/settings/mail/test", {"to": "max@example.org"}, follow=True).content.decode()
    assert "Put into the outbox for max@example.org" in page
    assert Letter.objects.get().about == "test"
    as_("max").post("/settings/mail/test", {"to": "max@example.org\nBcc: x@example.org"})
    assert Letter.objects.count() == 1


def test_a_customer_page_needs_few_queries_however_much_was_said(
    as_: As, company: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        touch()
    assert know.customer(company)
    client = as_("greta")
    with django_assert_max_num_queries(40):
        client.get(f"/customers/{company}")


def test_a_returned_address_is_written_to_again_by_a_button(as_: As) -> None:
    bury_address("Gone@Example.org", "5.1.1 <b>no such user</b>")
    bury_address("other@example.org", "5.1.1")
    greta = as_("greta")
    page = greta.get("/settings/contact/returned?q=GONE").content.decode()
    assert "gone@example.org" in page
    assert "5.1.1 &lt;b&gt;no such user" in page
    assert "other@example.org" not in page
    assert as_("ana").get("/settings/contact/returned").status_code == 403
    assert (
        as_("ana").post("/settings/contact/returned/revive", {"address": "gone@example.org"}).status_code
        == 403
    )
    done = greta.post("/settings/contact/returned/revive", {"address": "gone@example.org"}, follow=True)
    assert "is written to again" in done.content.decode()
    assert list(DeadAddress.objects.values_list("address", flat=True)) == ["other@example.org"]
    again = greta.post(
        "/settings/contact/returned/revive", {"address": "<i>x</i>"}, follow=True
    ).content.decode()
    assert "not among those" in again


def test_a_customers_dead_link_leads_to_no_sign_in(client: Client) -> None:
    answer = client.get(reverse("unsubscribe", args=["garbage"]))
    assert answer.status_code == 404
    assert "This link is not valid any more" in answer.content.decode()
    assert reverse("sign-in") not in answer.content.decode()
