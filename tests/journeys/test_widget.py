"""`regard.js` in a real browser, on a page of another site that lets nothing in but what it must."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

import regard.web
from regard.api.tracking import track_first
from regard.ledger.models import Batch
from regard.listen.surveys.models import Answer, Response, Survey
from regard.listen.tracking.actions import make_write_key
from tests.access.counts import forget_counts
from tests.journeys.test_accessible import RULES
from tests.listen.surveys.conftest import survey_of

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(regard.web.__file__).parent / "static" / "public" / "regard.js"
LARGEST = 12 * 1024


class Site:
    """A shop's own site: one page, and a policy that allows no script or style but by address."""

    def __init__(self, regard: str) -> None:
        self.regard, self.attributes, self.script = regard, "", ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, text = site.answer(self.path)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header(
                    "Content-Security-Policy",
                    f"default-src 'none'; script-src 'self' {regard}; connect-src {regard}; img-src 'self'; "
                    "require-trusted-types-for 'script'",
                )
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> tuple[str, str]:
        if path == "/page.js":
            return "text/javascript", self.script
        tag = f'<script src="{self.regard}/regard.js" {self.attributes}></script>'
        filler = "<p>Chairs.</p>" * 200
        body = f'<main><h1>Chairs</h1><button id="ask">Tell us</button>{filler}</main>'
        return "text/html", (
            f'<!doctype html><html lang="en"><head><title>Shop</title>{tag}'
            '<script src="/page.js" defer></script></head>'
            f"<body>{body}</body></html>"
        )


@pytest.fixture
def site(browser: Browser, db: None) -> Iterator[Site]:
    """The shop's site, and a Regard that also takes tracking calls."""
    forget_counts()
    served = LiveServer("localhost", start=False)
    served.thread.static_handler = lambda _: track_first(StaticFilesHandler(WSGIHandler()))
    served.start()
    made = Site(served.url)
    yield made
    for context in browser.contexts:
        context.close()
    made.server.shutdown()
    served.thread.terminate()  # not `stop`: its last threads still hold the shared connection


def visit(browser: Browser, site: Site, *, width: int = 1000, look: Any = "light", **options: Any) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 740}, color_scheme=look, locale="en-GB", **options
    )
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda said: page.complaints.append(said.text) if said.type != "log" else None)  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.goto(f"{site.origin}/")
    return page


def key_for(site: Site) -> str:
    return make_write_key("shop", actor="ada", allowed_origins=[site.origin])[1]


def heard() -> list[dict[str, Any]]:
    """Every tracking call that was acknowledged."""
    bodies = [msgspec.json.decode(batch.body) for batch in Batch.objects.exclude(format="").order_by("pk")]
    return [call for body in bodies for call in body["batch"]]


def kept(page: Page) -> dict[str, Any]:
    stored: dict[str, Any] = page.evaluate("({...localStorage, ...sessionStorage, cookie: document.cookie})")
    return stored


def test_it_is_small() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 6)) < LARGEST


def test_a_call_opens_the_survey_and_keys_alone_answer_it(browser: Browser, site: Site) -> None:
    survey, _ = survey_of("nps", public=True), key_for(site)
    site.script = (
        f'document.getElementById("ask").addEventListener("click", () => regard("survey", "{survey.slug}"));'
    )
    page = visit(browser, site)
    page.focus("#ask")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="How likely are you to recommend us")
    dialog.wait_for()
    expect(page.get_by_role("heading", name="How likely")).to_be_focused()
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert (Answer.objects.count(), Response.objects.count()) == (0, 0)
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the fourth number, which is 3
    expect(page.get_by_role("heading", name="What went wrong")).to_be_focused()
    page.get_by_role("textbox").fill("<img src=x onerror=alert(1)> late")
    page.get_by_role("button", name="Next").click()
    page.get_by_role(
        "button", name="No", exact=True
    ).wait_for()  # the next screen is there once the answer is kept
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("textbox")).to_have_value("<img src=x onerror=alert(1)> late")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("heading", name="Thank you. We read every answer.").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_focused()
    assert set(Answer.objects.values_list("question", flat=True)) == {"nps", "why", "contact"}
    assert Response.objects.get().channel == "web"
    assert Answer.objects.get(question="nps").value == 3
    assert kept(page) == {"cookie": ""}
    assert page.complaints == []  # type: ignore[attr-defined]


def test_nothing_can_be_pressed_while_an_answer_is_on_its_way(browser: Browser, site: Site) -> None:
    survey, _ = survey_of("nps", public=True), key_for(site)
    site.script = f'regard("survey", "{survey.slug}");'
    page = visit(browser, site)
    page.get_by_role("button", name="3", exact=True).click()
    page.get_by_role("textbox").fill("late")
    waiting: list[Route] = []
    page.route("**/widget/*", lambda route: waiting.append(route))
    page.get_by_role("button", name="Next").click()
    box = page.locator("section[role=dialog]")
    expect(box).to_have_attribute("aria-busy", "true")
    for name in ("Next", "Back", "Skip this question"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    page.get_by_role("button", name="Back").click(force=True)
    expect(page.get_by_role("button", name="Close")).to_be_enabled()
    assert len(waiting) == 1
    waiting[0].abort()
    expect(page.get_by_role("alert")).to_have_text("That did not work. Nothing was changed.")
    expect(box).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    page.unroute("**/widget/*")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="No", exact=True).wait_for()
    assert list(Answer.objects.filter(question="why").values_list("value", flat=True)) == ["late"]


@pytest.mark.parametrize("template", ["csat", "ces", "churn", "key-account", "pulse", "mystery-shopper"])
def test_every_template_can_be_answered_in_the_widget(browser: Browser, site: Site, template: str) -> None:
    survey, _ = survey_of(template, public=True), key_for(site)
    site.script = f'regard("survey", "{survey.slug}");'
    page = visit(browser, site, width=390, look="dark")
    page.set_default_timeout(4000)
    form = page.locator("section[role=dialog] form")
    form.wait_for()
    for _ in range(12):
        if page.locator("section[role=dialog] form").count() == 0:
            break
        assert Axe().run(page, options=RULES).response["violations"] == []
        before = page.locator("#asked").inner_text()
        for group in form.locator("fieldset").all():
            box = group.locator("input[type=radio], input[type=checkbox]").last
            box.check()
        if form.get_by_role("button", name="Next").count():
            for area in form.locator("textarea").all():
                area.fill("Fine.")
            form.get_by_role("button", name="Next").click()
        else:
            form.locator(".points button, .steps button").first.click()
        expect(page.locator("#asked")).not_to_have_text(before)
    page.get_by_role("button", name="Close").last.wait_for()
    asked = {each["key"] for each in survey.draft["questions"] if "show_if" not in each}
    assert asked <= set(Answer.objects.values_list("question", flat=True))
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_rule_with_a_memory_waits_for_consent_and_then_asks_once(browser: Browser, site: Site) -> None:
    survey, _ = survey_of("ces", public=True), key_for(site)
    site.script = f"""
      addEventListener("agree", () => regard("consent", true));
      regard("survey", "{survey.slug}", {{ scroll: 50, everyDays: 30 }});
      regard("survey", "{survey.slug}", {{ exit: true, everyDays: 30 }});"""
    page = visit(browser, site)
    dialog = page.get_by_role("dialog")
    page.mouse.wheel(0, 9000)
    page.wait_for_timeout(300)
    assert dialog.count() == 0
    assert kept(page) == {"cookie": ""}
    page.evaluate("dispatchEvent(new Event('agree'))")
    page.evaluate("document.dispatchEvent(new MouseEvent('mouseout', {clientY: -1}))")
    dialog.wait_for()
    expect(page.locator("body")).to_be_focused()  # it came by itself and takes no focus
    page.reload()
    page.evaluate("dispatchEvent(new Event('agree'))")
    page.mouse.wheel(0, 9000)
    page.wait_for_timeout(300)
    assert dialog.count() == 0


def test_attributes_are_enough_for_a_page_without_scripts_of_its_own(browser: Browser, site: Site) -> None:
    survey, key = survey_of("csat", public=True), key_for(site)
    site.attributes = f'async data-write-key="{key}" data-survey="{survey.slug}" data-after="0.1"'
    page = visit(browser, site)
    page.get_by_role("dialog").wait_for()


def test_other_sites_may_neither_ask_nor_answer(browser: Browser, site: Site) -> None:
    survey: Survey = survey_of("nps", public=True)
    assert Client().get(f"/widget/{survey.slug}", headers={"origin": site.origin}).status_code == 403
    said = {"q": "nps", "value": 3}
    client = Client(headers={"origin": site.origin})
    assert client.post(f"/widget/{survey.slug}", json.dumps(said), "text/plain").status_code == 403
    assert not Answer.objects.exists()


def test_calls_are_batched_tried_again_and_nothing_is_stored_before_consent(
    browser: Browser, site: Site
) -> None:
    key = key_for(site)
    site.script = f"""
      regard("init", {{ writeKey: "{key}" }});
      regard("page", "Start");
      for (let n = 0; n < 30; n++) regard("track", "Chair Sat On", {{ n }});"""
    context_page = visit(browser, site)
    wait_until(context_page, lambda: len(heard()) == 31)
    anonymous = {each["anonymousId"] for each in heard()}
    assert len(anonymous) == 1
    assert kept(context_page) == {"cookie": ""}
    context_page.context.set_offline(True)
    context_page.evaluate("regard('track', 'While Away')")
    context_page.wait_for_timeout(1500)
    context_page.context.set_offline(False)
    wait_until(context_page, lambda: len(heard()) == 32)
    context_page.evaluate("regard('consent', true); regard('identify', 'u1', {plan: 'gold'})")
    stored = json.loads(kept(context_page)["regard"])
    assert stored == {"anonymousId": anonymous.pop(), "userId": "u1"}
    context_page.evaluate("regard('track', 'Last Thing')")
    context_page.goto("about:blank")
    wait_until(context_page, lambda: len(heard()) == 34)
    assert len({each["messageId"] for each in heard()}) == 34
    assert heard()[-1]["userId"] == "u1"


def test_taking_consent_back_forgets(browser: Browser, site: Site) -> None:
    page = visit(browser, site)
    page.evaluate("regard('consent', true); regard('consent', false)")
    assert kept(page) == {"cookie": ""}


def wait_until(page: Page, holds: Callable[[], bool], seconds: float = 8) -> None:
    for _ in range(int(seconds * 10)):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it never came to that: {heard()} {page.complaints}")  # type: ignore[attr-defined]
