import re
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from regard.access.models import User
from regard.access.throttle import LIMIT_PER_ACCOUNT

PASSWORD = "correct horse battery"


def try_password(client: Client, password: str, name: str = "greta") -> int:
    return client.post("/sign-in", {"username": name, "password": password}).status_code


def test_the_right_password_opens_home_and_the_wanted_page(cast: dict[str, User], client: Client) -> None:
    given = {"username": "greta", "password": PASSWORD, "next": "/customers?q=a"}
    assert client.post("/sign-in", given)["Location"] == "/customers?q=a"
    assert client.get("/").status_code == 200


def test_a_wrong_password_says_so_without_saying_which_part(cast: dict[str, User], client: Client) -> None:
    for name in ("greta", "nobody"):
        answer = client.post("/sign-in", {"username": name, "password": "wrong"})
        assert answer.status_code == 403
        assert "do not go together" in answer.content.decode()


def test_guessing_is_stopped_even_for_the_right_password(cast: dict[str, User], client: Client) -> None:
    assert [try_password(client, f"guess {n}") for n in range(LIMIT_PER_ACCOUNT)] == [403] * LIMIT_PER_ACCOUNT
    answer = client.post("/sign-in", {"username": "greta", "password": PASSWORD})
    assert answer.status_code == 429
    assert "Try again in 15 minutes" in answer.content.decode()
    assert try_password(client, PASSWORD, "ana") == 302


def test_a_link_to_set_a_password_is_shown_once_and_works_once(
    as_: Callable[[str], Client], client: Client
) -> None:
    answer = as_("ada").post(reverse("settings-users"), {"username": "new", "role": "agent", "email": ""})
    link = re.search(r"http://testserver(/welcome/\S+?)<", answer.content.decode())
    assert link is not None
    assert answer["Cache-Control"] == "no-store"
    assert client.get(link[1]).status_code == 200
    assert client.post(link[1], {"password": "short"}).status_code == 400
    assert client.post(link[1], {"password": PASSWORD})["Location"] == "/"
    assert Client().get(link[1]).status_code == 404


def test_locking_out_ends_open_sessions_at_once(as_: Callable[[str], Client], cast: dict[str, User]) -> None:
    greta = as_("greta")
    assert greta.get("/customers").status_code == 200
    as_("ada").post(reverse("settings-user", args=[cast["greta"].pk]), {"do": "deactivate"})
    assert greta.get("/customers").status_code == 302


def test_a_role_counts_from_the_next_click(as_: Callable[[str], Client], cast: dict[str, User]) -> None:
    greta = as_("greta")
    assert greta.get("/imports").status_code == 403
    as_("ada").post(reverse("settings-user", args=[cast["greta"].pk]), {"do": "role", "role": "manager"})
    assert greta.get("/imports").status_code == 200


def test_changing_the_password_needs_the_old_one(as_: Callable[[str], Client], cast: dict[str, User]) -> None:
    greta = as_("greta")
    assert greta.post("/account", {"current": "wrong", "password": "another long one"}).status_code == 403
    assert greta.post("/account", {"current": PASSWORD, "password": "another long one"}).status_code == 302
    assert greta.get("/customers").status_code == 200
    assert User.objects.get(username="greta").check_password("another long one")


def test_a_new_key_is_shown_once(as_: Callable[[str], Client]) -> None:
    ada = as_("ada")
    made = ada.post(reverse("settings-keys"), {"name": "export", "days": 30, "scopes": ["customers.read"]})
    assert re.search(r"rk_[0-9a-f]{10}_\S{43}", made.content.decode())
    assert not re.search(r"rk_[0-9a-f]{10}_", ada.get(reverse("settings-keys")).content.decode())


def test_the_look_is_kept_in_this_browser(as_: Callable[[str], Client]) -> None:
    greta = as_("greta")
    greta.post("/appearance", {"appearance": "dark"})
    assert 'data-appearance="dark"' in greta.get("/account").content.decode()
    greta.post("/appearance", {"appearance": "neon"})
    assert 'data-appearance="dark"' in greta.get("/account").content.decode()
