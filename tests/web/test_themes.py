"""The page of a theme: who may change it, what a change does, and what a wrong form is told."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from regard.understand.actions import compute
from regard.understand.models import ThemeEdit
from regard.understand.themes.finding import Told, told_themes
from tests.understand.theme_writing import AS_OF, write_texts

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def late(db: None) -> Told:
    """A theme about late parcels, among three others."""
    write_texts()
    compute(as_of=AS_OF, actor="test")
    return _about("courier")


def _about(word: str) -> Told:
    return next(theme for theme in told_themes() if word in theme.words)


def _page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def _change(client: Client, theme: Told, **said: str) -> tuple[int, str]:
    answer = client.post(reverse("theme-change", args=[theme.number]), said, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_theme_shows_its_texts_and_only_who_may_change_it_sees_how(as_: SignIn, late: Told) -> None:
    address = reverse("theme", args=[late.number])
    for name in ("max", "greta", "ana"):
        page = _page(as_(name), address)
        assert page.count("<blockquote") == 12
        assert "1 of 5 stars" in page
        assert ("Rename" in page) is (name == "max")
        assert _change(as_(name), late, change="burn")[0] == (400 if name == "max" else 403)
    assert 'href="/people?of=theme' in page
    _page(Client(), address, status=302)
    _page(as_("max"), reverse("theme", args=[9999]), status=404)


def test_a_theme_is_renamed_hidden_and_shown_again(as_: SignIn, late: Told) -> None:
    max_ = as_("max")
    assert "The name stays" in _change(max_, late, change="rename", name="  Late   parcels ")[1]
    assert "“Late parcels”" in _page(max_, reverse("theme", args=[late.number]))
    assert "Late parcels" in _page(max_, reverse("voice"))
    status, voice = _change(max_, late, change="hide")
    assert (status, "Hidden themes: 1" in voice) == (200, True)
    _page(max_, reverse("theme", args=[late.number]), status=404)
    assert "Shown again." in _change(max_, late, change="show")[1]
    assert _about("courier").name == "Late parcels"
    assert set(ThemeEdit.objects.values_list("actor", flat=True)) == {"max"}


def test_joined_themes_are_one_under_both_addresses(as_: SignIn, late: Told) -> None:
    max_, bill = as_("max"), _about("invoice")
    assert "They are one theme now" in _change(max_, late, change="join", other=str(bill.number))[1]
    assert len(told_themes()) == 3
    assert f"“{late.name}”" in _page(max_, reverse("theme", args=[bill.number]))
    rows = b"".join(max_.get(reverse("theme-csv", args=[late.number])).streaming_content)  # type: ignore[attr-defined]
    assert rows.count(b"\r\n") == 81


def test_a_wrong_form_is_told_so_beside_its_field(as_: SignIn, late: Told) -> None:
    for said, reason in (
        ({"change": "rename", "name": "   "}, "has 1 to 100 letters"),
        ({"change": "rename", "name": "x" * 101}, "has 1 to 100 letters"),
        ({"change": "join", "other": "first"}, "Choose the theme to join"),
        ({"change": "join", "other": str(late.number)}, "cannot be joined to itself"),
    ):
        status, page = _change(as_("max"), late, **said)
        assert status == 400
        assert reason in page[page.index("field-error") :][:200]
        assert "Their words" in page
    assert not ThemeEdit.objects.exists()
