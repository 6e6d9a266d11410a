"""Every page says who may, and each role gets what the table says."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from regard.access.models import User
from regard.access.permissions import Permission, permissions_of
from regard.know.models import Candidate, Identity, Merge
from regard.listen.models import Import
from regard.listen.surveys.actions import create_survey
from regard.listen.surveys.models import Survey
from regard.web import errors
from regard.web.urls import urlpatterns

# how a page is asked for: arguments, and whether by POST
ASKED: dict[str, tuple[list[object], bool]] = {
    "sign-out": ([], True),
    "appearance": ([], True),
    "new-password": (["x", "y"], False),
    "customer": (["1"], False),
    "mention": (["x"], False),
    "answer-mention": (["x"], True),
    "source": ([1], False),
    "source-new": (["rss"], False),
    "source-act": ([1], True),
    "silence": ([1], False),
    "silence-expect": ([1], True),
    "settings-webhook": ([1], True),
    "retry-delivery": ([1], True),
    "fix": ([1], False),
    "fix-csv": ([1], False),
    "theme": ([1], False),
    "theme-csv": ([1], False),
    "theme-change": ([1], True),
    "undo-merge": ([1], True),
    "measure": (["nps"], False),
    "measure-csv": (["nps"], False),
    "measure-rows": (["nps"], False),
    "decide": ([1], True),
    "decide-number": ([1], True),
    "import": ([1], False),
    "import-progress": ([1], False),
    "import-preview": ([1], True),
    "import-start": ([1], True),
    "import-cancel": ([1], True),
    "rejects-csv": ([1], False),
    "settings-user": ([1], True),
    "settings-key": ([1], True),
    "survey-page": (["asked"], False),
    "survey-change": (["asked"], True),
    "survey-state": (["asked"], True),
    "survey-csv": (["asked"], False),
    "survey-build": (["asked"], False),
    "survey-ways": (["asked"], False),
    "survey-groups": (["asked"], False),
    "survey-groups-csv": (["asked"], False),
    "survey-invitations": (["asked"], False),
    "invitation-revoke": (["asked", 1], True),
    "campaign-progress": (["asked", 1], False),
    "contact-revive": ([], True),
    "survey-qr": (["asked", "svg"], False),
    "kiosk-start": (["asked"], True),
    "campaign-plan": (["asked", "once"], False),
    "campaign": (["asked", 1], False),
    "campaign-change": (["asked", 1], True),
    "survey-preview": (["asked"], True),
    "survey-new": ([], True),
    "answer": (["x"], False),
    "survey": (["asked"], False),
    "kiosk": (["asked"], False),
    "customer-contacts": ([1], False),
    "record-consent": ([1], True),
    "change-contact-rules": ([], True),
    "send-test-letter": ([], True),
    "retry-letter": ([1], True),
    "widget": (["asked"], False),
    "unsubscribe": (["x"], False),
    "focus-assess": ([], True),
    "register-fix": ([], True),
    "show-fix": ([1], False),
    "proof-csv": ([1], False),
    "withdraw-fix": ([1], True),
    "settings-write-key": ([1], True),
    "chart-script": (["charts.js"], False),
}


def patterns(found: list[URLPattern | URLResolver] = urlpatterns) -> Iterator[URLPattern]:
    for each in found:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns)
        else:
            yield each


PAGES = {pattern.name: pattern.callback for pattern in patterns()}


def ask(client: Client, name: str) -> HttpResponse:
    arguments, by_post = ASKED.get(name, ([], False))
    address = reverse(name, args=arguments)
    return client.post(address) if by_post else client.get(address)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_who_may(name: str) -> None:
    who = PAGES[name].who_may
    assert who in {"anyone", "signed in"} or who in set(Permission)


@pytest.mark.parametrize("name", [name for name, view in PAGES.items() if view.who_may != "anyone"])
def test_who_is_not_signed_in_is_asked_to(client: Client, db: None, name: str) -> None:
    answer = ask(client, name)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign-in"))


def test_each_role_gets_what_the_table_says(
    as_: Callable[[str], Client], cast: dict[str, User], computed: int
) -> None:
    Import.objects.create(
        pk=1, source="shop", file_name="a.csv", path="a.csv", fingerprint="x", actor="ada", state="done"
    )
    left, right = Identity.objects.order_by("pk")[:2]
    Candidate.objects.create(pk=1, left=left, right=right, probability=0.5)
    Merge.objects.create(pk=1, actor="ada", reason="said so")
    Survey.objects.filter(pk=create_survey("nps", actor="ada").pk).update(slug="asked")
    wrong = {}
    for (person, user), (name, view) in product(cast.items(), PAGES.items()):
        status = ask(as_(person), name).status_code
        allowed = view.who_may in {"anyone", "signed in"} or view.who_may in permissions_of(user)
        if (status == 403) == allowed or status >= 500:
            wrong[person, name] = status
    assert wrong == {}


def test_the_error_pages_are_for_everybody() -> None:
    for page in (errors.not_found, errors.refused, errors.bad_request, errors.broken, errors.form_too_old):
        assert getattr(page, "who_may", "") == "anyone"


def test_changing_pages_do_not_answer_to_get(as_: Callable[[str], Client], cast: dict[str, User]) -> None:
    for name, (arguments, by_post) in ASKED.items():
        if by_post:
            assert as_("ada").get(reverse(name, args=arguments)).status_code == 405


def test_a_form_without_its_token_changes_nothing(cast: dict[str, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["ada"])
    answer = client.post(reverse("settings-users"), {"username": "new", "role": "agent"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()
    assert not User.objects.filter(username="new").exists()
