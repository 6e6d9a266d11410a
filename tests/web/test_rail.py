"""Which doors the rail has, and that every page behind them can be reached by those who may read it."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from regard.access.permissions import permissions_of
from regard.web.doors import DOORS

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def rail(client: Client, address: str) -> list[str]:
    html = client.get(address, follow=True).content.decode()
    return re.findall(r'<a class="door" href="([^"]+)"', html.partition('class="rail-foot"')[0])


def test_an_administrator_has_every_door_in_the_order_of_the_loop(as_: SignIn) -> None:
    assert rail(as_("ada"), "/") == ["/", "/customers", "/voice", "/journeys", "/show", "/settings"]


def test_an_agent_has_her_doors_and_herself(as_: SignIn) -> None:
    assert rail(as_("greta"), "/") == ["/", "/customers", "/voice", "/journeys", "/show", "/account"]


@pytest.mark.parametrize("name", ["ada", "max", "greta", "ana"])
def test_each_page_one_may_read_has_a_link_beside_its_neighbours_and_each_link_opens(
    as_: SignIn, cast: dict[str, object], name: str
) -> None:
    browser, held = as_(name), permissions_of(cast[name])  # type: ignore[arg-type]
    for door in DOORS:
        pages = [page for page in door.pages if page.permission in held]
        for page in pages if len(pages) > 1 else []:
            html = browser.get(reverse(page.view)).content.decode()
            assert html.count(f'href="{reverse(page.view)}" aria-current="page"') >= 1
            for other in pages:
                assert f'<a href="{reverse(other.view)}"' in html
                assert browser.get(reverse(other.view)).status_code == 200


def test_a_page_behind_a_page_marks_its_door_only(as_: SignIn, company: int) -> None:
    html = as_("ada").get(f"/customers/{company}").content.decode()
    assert 'href="/customers" aria-current="true"' in html
    assert 'class="tabs"' not in html


def test_letters_go_to_every_page_that_has_one(as_: SignIn) -> None:
    html = as_("ada").get("/settings").content.decode()
    letters = [page.key for door in DOORS for page in door.pages if page.key]
    assert sorted(re.findall(r'data-go="(.)"', html)) == sorted(letters)
    assert len(set(letters)) == len(letters)
