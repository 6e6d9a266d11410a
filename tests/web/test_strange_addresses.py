"""Addresses that nobody's link holds: typed, shortened, outlived or made up."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from regard.access.permissions import Permission
from regard.access.throttle import LIMIT_PER_ADDRESS
from regard.ledger.actions import append_events
from regard.ledger.events import EVENT_SCHEMA
from regard.understand.actions import compute
from regard.web.doors import DOORS
from tests.web.conftest import event
from tests.web.test_access import ASKED, PAGES

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


WRONG = ("who=channel:nowhere", "since=x", "until=0001-01", "since=2026-02&until=2026-01")


def test_a_page_that_cannot_be_narrowed_says_so_and_shows_everything(as_: SignIn, computed: int) -> None:
    max_ = as_("max")
    for address, wrong in product(("/", "/voice", "/journeys", "/value"), WRONG):
        page = text_of(max_, f"{address}?{wrong}")
        assert "So this page shows everything." in page
        assert "Narrowed to" not in page
    # a list of others would be taken for the one that was asked for
    for address, wrong in product(("/people?of=slipping", "/people.csv?of=slipping"), WRONG):
        text_of(max_, f"{address}&{wrong}", status=400)


def test_what_is_no_number_is_refused_and_a_name_never_breaks_out_of_its_header(
    as_: SignIn, computed: int
) -> None:
    for wrong in ("nan", "inf", "1e400", "x"):
        for asked in (f"of=theme&number={wrong}", f"of=worth&low={wrong}"):
            text_of(as_("max"), f"/people?{asked}", status=400)
    given = as_("max").get("/measures/nps/figures.csv", {"by": 'a"\r\nSet-Cookie: x=1; ü'})
    assert given["Content-Disposition"].startswith("attachment; filename")
    assert not {"\r", "\n", ":"} & set(given["Content-Disposition"])
    assert not given.cookies


def test_cancelling_an_import_that_is_not_there_is_a_page(as_: SignIn) -> None:
    assert as_("max").post("/imports/4711/cancel").status_code == 404


def test_a_network_of_ipv6_is_one_address_for_guessing_passwords(client: Client) -> None:
    for n in range(LIMIT_PER_ADDRESS):
        client.post("/sign-in", {"username": f"user{n}", "password": "x"}, REMOTE_ADDR=f"2001:db8::{n:x}")
    said = {"username": "another", "password": "x"}
    assert client.post("/sign-in", said, REMOTE_ADDR="2001:db8::ffff").status_code == 429
    assert client.post("/sign-in", said, REMOTE_ADDR="2001:db8:1::1").status_code == 403


def test_a_body_that_is_too_large_is_refused_unread(as_: SignIn, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"  # writing a part of it would fail
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    settings.REGARD_UPLOAD_LIMIT = 9 * 1024**2

    def given() -> dict[str, Any]:
        return {"source": "shop", "file": SimpleUploadedFile("orders.csv", b"x" * 11 * 1024**2)}

    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies["csrftoken"] = "a" * 32
    for address in ("/sign-in", "/imports"):
        assert stranger.post(address, given()).status_code == 413
    assert as_("max").post("/imports", given()).status_code == 413


def test_the_list_shows_who_has_an_open_case(as_: SignIn, computed: int) -> None:
    assert 'name="cases"' in text_of(as_("greta"), "/customers?cases=open")
    assert "1 to 50 of 60" in text_of(as_("greta"), "/customers?cases=wrong")
    assert "a case that is not solved" not in text_of(as_("greta"), "/")
    rows = [event("case.opened", 2, "shop:3", subject="case:1", data={"kind": "question"})]
    append_events(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA))
    compute(as_of=timezone.now(), actor="test")
    assert "1 to 1 of 1" in text_of(as_("greta"), "/customers?cases=open")
    assert 'href="/customers?cases=open">1 customer has a case that is not solved.' in text_of(
        as_("greta"), "/"
    )


def test_every_page_of_the_staff_stands_behind_a_door() -> None:
    behind = {view for door in DOORS for page in door.pages for view in (page.view, *page.within)}
    shown = {
        name for name, view in PAGES.items()
        if view.who_may in set(Permission) and not ASKED.get(name, ([], False))[1]
    }  # fmt: skip
    parts = {name for name in shown if name.endswith(("-csv", "-progress", "-rows")) or name == "survey-qr"}
    assert shown - parts - behind == set()


@pytest.mark.parametrize("name", ["greta", "ana"])
def test_no_link_of_a_surveys_ways_leads_to_a_refusal(as_: SignIn, name: str) -> None:
    made = as_("max").post("/surveys/new", {"template": "nps"})
    page = text_of(as_(name), f"{made['Location']}/ways")
    assert "settings/tracking" not in page
    assert ("settings/contact" in page) == (name == "ana")
