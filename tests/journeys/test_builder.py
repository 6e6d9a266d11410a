"""The builder of a survey in a real browser, with script and without, by keyboard and from 360 pixels up."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from regard.listen.surveys.models import Survey
from tests.journeys.conftest import open_page
from tests.journeys.test_accessible import faults
from tests.listen.surveys.conftest import survey_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_options_are_added_by_keyboard_and_the_preview_follows(
    browser: Browser, live_server: Any, cast: Any
) -> None:
    survey = survey_of("csat")
    page = open_page(browser, live_server.url)
    page.goto(f"/surveys/{survey.slug}/build")
    page.get_by_label("Languages").fill("en, ar")
    page.get_by_role("button", name="Add to the options").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept. It is asked once")).to_be_visible()
    expect(page.get_by_role("button", name="Add to the options")).to_be_focused()
    option = page.get_by_label("settled: option (ar)")
    expect(option).to_have_attribute("dir", "rtl")
    page.locator("#looks [name=show]").select_option("settled")
    page.locator("#looks [name=show_language]").select_option("ar")
    option.fill("لا أعرف")
    expect(page.locator("#preview [dir=rtl]")).to_contain_text("لا أعرف")
    page.wait_for_load_state("networkidle")
    assert page.complaints == []  # type: ignore[attr-defined]
    assert [each["key"] for each in Survey.objects.get().draft["questions"][1]["options"]][-1] == "option"


def test_without_script_a_condition_is_made_by_pressing_buttons(
    browser: Browser, live_server: Any, cast: Any
) -> None:
    survey = survey_of("csat")
    signed_in = open_page(browser, live_server.url).context.storage_state()
    context = browser.new_context(
        java_script_enabled=False, storage_state=signed_in, base_url=live_server.url,
        viewport={"width": 360, "height": 800},
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"/surveys/{survey.slug}/build")
    page.locator("#f-q\\.why\\.new_if").select_option("settled")
    page.get_by_role("button", name="Add a condition to why").click()
    page.get_by_label("settled", exact=True).select_option("chose:no")
    page.get_by_role("button", name="Keep the draft").click()
    expect(page.get_by_text("Kept. It is asked once")).to_be_visible()
    assert Survey.objects.get().draft["questions"][2]["show_if"] == {
        "if": "chose", "question": "settled", "option": "no",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1440, 390, 360])
def test_it_is_accessible_and_fits(browser: Browser, live_server: Any, cast: Any, width: int) -> None:
    survey = survey_of("churn")
    page = open_page(browser, live_server.url, width=width)
    assert faults(page, f"/surveys/{survey.slug}/build") == []
