"""Segment's client for browsers, unmodified, in a real browser on a page of another origin."""

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Request

from tests.listen.tracking.server import Running, environment_of, wait_until

pytestmark = pytest.mark.slow  # a real server takes seconds to start

SHOP = b'<!doctype html><html lang="en"><title>Shop</title><script src="/index.js"></script><h1>Shop</h1>'
TELL = """async ([key, address, user]) => {
  const where = { integrations: { "Segment.io": { protocol: "http" } } };
  const [analytics] = await AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: address }, where);
  await analytics.page("Start");
  await analytics.track("Chair Sat On", { seconds: 7 });
  await analytics.identify(user, { email: `${user}@example.org` });
  await analytics.group("acme", { name: "Acme" });
  return analytics.user().anonymousId();
}"""
POST = """async ([key, address, user]) => {
  const body = JSON.stringify({ writeKey: key, userId: user, event: "Chair Sat On" });
  const answer = await fetch(`${address}/v1/t`, { method: "POST", body, headers: { "Content-Type": "text/plain" } });
  return answer.status;
}"""


class Shop(SimpleHTTPRequestHandler):
    """The shop's page, and beside it the client's files as npm has them."""

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(SHOP)
        return None

    def log_message(self, *said: object) -> None:
        """Tests say what matters."""


@pytest.fixture
def shop(clients: Path) -> Iterator[int]:
    """The port of a shop's web server."""
    files = clients / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd"
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Shop, directory=str(files))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def write_key(server: Running, origin: str) -> str:
    """A key with which pages of one origin may send."""
    made = subprocess.run(
        [sys.executable, "-m", "regard", "write-keys", "make", "shop", "--origin", origin],
        env=environment_of(server.home), check=True, capture_output=True, text=True,
    )  # fmt: skip
    return made.stdout.strip()


def staff(browser: Browser, server: Running) -> Page:
    """A page on which ada is signed in."""
    page = browser.new_context(base_url=server.address).new_page()
    page.goto("/sign-in")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


def names_of(server: Running, person: str) -> list[str]:
    return sorted(event["name"] for event in server.ask(f"customers/{person}/events"))


def test_a_page_tells_and_the_customers_page_shows_it_within_five_seconds(
    browser: Browser, server: Running, shop: int
) -> None:
    user, origin = uuid.uuid4().hex, f"http://127.0.0.1:{shop}"
    key, page = write_key(server, origin), browser.new_context().new_page()
    reader = staff(browser, server)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.goto(origin)
    visitor = page.evaluate(TELL, [key, server.address, user])
    told = time.monotonic()
    address = f"/customers/shop:{user}"
    while "chair sat on" not in reader.content().lower():
        assert time.monotonic() - told < 5
        reader.goto(address)
    calls = [request for request in sent if request.url.startswith(f"{server.address}/v1/")]
    assert calls[0].url == f"{server.address}/v1/projects/{key}/settings"
    assert {request.url.rpartition("/")[2] for request in calls[1:]} == {"p", "t", "i", "g"}
    assert {request.method for request in calls[1:]} == {"POST"}  # no preflight
    assert all(request.headers["content-type"].startswith("text/plain") for request in calls[1:])
    expected = ["custom.chair_sat_on", "custom.grouped", "custom.identified", "page.viewed"]
    wait_until(lambda: names_of(server, f"anon:{visitor}") == expected)


def test_a_page_of_another_origin_is_refused(browser: Browser, server: Running, shop: int) -> None:
    user, key = uuid.uuid4().hex, write_key(server, f"http://127.0.0.1:{shop}")
    page = browser.new_context().new_page()
    heard: list[str] = []
    page.on("response", lambda answer: heard.append(answer.url) if "/v1/" in answer.url else None)
    page.goto(f"http://localhost:{shop}")
    for telling in (TELL, POST):
        with pytest.raises(Error, match="fetch"):
            page.evaluate(telling, [key, server.address, user])
    assert heard == []
    page.goto(f"http://127.0.0.1:{shop}")
    told: Any = page.evaluate(POST, [key, server.address, f"{user}-allowed"])
    assert told == 200
    wait_until(lambda: bool(server.ask(f"customers/shop:{user}-allowed")))
    assert server.ask(f"customers/shop:{user}") == {}
