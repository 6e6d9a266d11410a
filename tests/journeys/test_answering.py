"""A customer answers on a phone of 360 pixels, with script and without; every screen passes axe, in both looks."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from regard.listen.surveys import actions
from regard.listen.surveys.models import Answer, Invitation
from tests.access.counts import forget_counts
from tests.journeys.test_accessible import faults
from tests.listen.surveys.conftest import link, survey_of

pytestmark = pytest.mark.django_db(transaction=True)
NOON = timezone.now().replace(hour=12, minute=0) - timedelta(days=1)


def phone(
    browser: Browser, address: str, *, script: bool = True, look: Any = "light", width: int = 360
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        java_script_enabled=script,
        color_scheme=look,
        locale="en-GB",
        base_url=address,
    )
    return context.new_page()


def personal(template: str, person: str = "shop:1", **more: Any) -> str:
    forget_counts()
    found = actions.invite(person, survey_of(template), via="email", actor="test", at=NOON, **more)
    assert isinstance(found, Invitation)
    return f"/s/{link(found)}"


@pytest.mark.parametrize("script", [True, False])
def test_a_click_in_a_mail_then_one_tap_then_the_reason(
    browser: Browser, live_server: Any, script: bool
) -> None:
    address = personal("nps")
    page = phone(browser, live_server.url, script=script)
    page.goto(f"{address}?q=nps&a=3")
    assert Answer.objects.count() == 0
    page.get_by_role("button", name="Send this answer: 3").click()
    page.get_by_label("What went wrong").fill("Two weeks late.")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("heading", name="Thank you. We read every answer.").wait_for()
    page.get_by_role("link", name="Change my answers").click()
    page.get_by_role("button", name="5", exact=True).click()
    page.get_by_label("What went wrong").wait_for()
    assert list(Answer.objects.filter(question="nps").order_by("pk").values_list("value", flat=True)) == [
        3,
        5,
    ]


@pytest.mark.parametrize("script", [True, False])
def test_a_matrix_is_one_attribute_a_screen(browser: Browser, live_server: Any, script: bool) -> None:
    survey = survey_of("key-account", public=True)
    forget_counts()
    page = phone(browser, live_server.url, script=script)
    page.goto(f"/survey/{survey.slug}")
    page.get_by_role("button", name="We use your products ourselves").click()
    heights = [row.bounding_box()["height"] for row in page.locator(".ask-row").all()]  # type: ignore[index]
    assert len(heights) == 5
    assert all(height >= 739 for height in heights)
    for key in ("quality", "delivery"):
        page.locator(f'input[name="rating.{key}"][value="4"]').check()
        page.locator(f'input[name="importance.{key}"][value="5"]').check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="And in daily use?").wait_for()
    assert Answer.objects.get(question="all").value["delivery"] == {"rating": 4, "importance": 5}


@pytest.mark.slow
@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_kind_of_screen_is_accessible(browser: Browser, live_server: Any, look: str) -> None:
    found = []
    page = phone(browser, live_server.url, look=look)
    found += faults(page, personal("nps", language="ar"))
    found += faults(page, f"{personal('nps', 'shop:2')}?q=nps&a=9")
    for template in ("csat", "ces", "churn", "key-account", "pulse", "mystery-shopper"):
        survey = survey_of(template, public=True)
        forget_counts()
        address = f"/survey/{survey.slug}"
        response, key = actions.answer_openly(
            survey.slug, _first(survey.draft), language="en", at=timezone.now()
        )
        for each in response.version.definition["questions"]:
            found += faults(page, f"{address}?r={key}&at={each['key']}")
        found += faults(page, f"{address}?r={key}&at=done")
        found += faults(page, f"/kiosk/{survey.slug}")
        forget_counts()
    found += faults(page, "/s/nothing")
    # a page of 410 or 404 is an error to the console only
    assert found == []


def _first(draft: dict[str, Any]) -> dict[str, Any]:
    question = draft["questions"][0]
    return {question["key"]: {"chosen": [question["options"][0]["key"]]} if "options" in question else 2}
