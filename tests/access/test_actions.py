from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from regard.access import actions
from regard.access.models import AccessChange, ApiKey, FailedSignIn, Role, User
from regard.access.permissions import ROLE_PERMISSIONS, Permission, permissions_of
from regard.errors import AccessError, ConflictError, InputError, NotFoundError

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
SOON = timedelta(days=30)


@pytest.fixture
def ada() -> User:
    return actions.make_user("ada", role=Role.ADMINISTRATOR, password=PASSWORD, actor="test")


def key_of(user: User, *scopes: str) -> tuple[ApiKey, str]:
    return actions.make_api_key("export", scopes=scopes, expires_at=timezone.now() + SOON, creator=user)


def test_making_a_user_is_remembered(ada: User) -> None:
    assert ada.check_password(PASSWORD)
    assert list(AccessChange.objects.values_list("actor", "what", "whom")) == [
        ("test", "made administrator", "ada")
    ]


def test_a_name_is_taken_whatever_its_letters_size(ada: User) -> None:
    with pytest.raises(ConflictError, match="already a user"):
        actions.make_user("ADA", role=Role.AGENT, actor="test")


@pytest.mark.parametrize("password", ["short", "password1234", "ada-ada-ada"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InputError):
        actions.make_user("ada-ada", role=Role.AGENT, password=password, actor="test")
    assert not User.objects.exists()


def test_the_last_administrator_stays_one(ada: User) -> None:
    with pytest.raises(ConflictError, match="last administrator"):
        actions.change_role(ada.pk, Role.AGENT, actor="ada")
    with pytest.raises(ConflictError, match="last administrator"):
        actions.deactivate_user(ada.pk, actor="ada")
    ada.refresh_from_db()
    assert (ada.role, ada.is_active) == (Role.ADMINISTRATOR, True)


def test_a_deactivated_user_holds_nothing(ada: User) -> None:
    greta = actions.make_user("greta", role=Role.MANAGER, actor="ada")
    assert permissions_of(greta) == ROLE_PERMISSIONS[Role.MANAGER]
    assert permissions_of(actions.deactivate_user(greta.pk, actor="ada")) == frozenset()
    assert permissions_of(actions.reactivate_user(greta.pk, actor="ada")) == ROLE_PERMISSIONS[Role.MANAGER]


def test_a_password_link_works_once(ada: User) -> None:
    greta = actions.make_user("greta", role=Role.AGENT, actor="ada")
    uid, token = actions.password_link(greta.pk, actor="ada")
    assert actions.user_of_link(uid, token) == greta
    actions.set_password(greta, PASSWORD, actor="greta")
    with pytest.raises(NotFoundError, match="used already"):
        actions.user_of_link(uid, token)


@pytest.mark.parametrize(("uid", "token"), [("x", "y"), ("MQ", "nonsense"), ("////", ""), ("é", "é")])
def test_a_made_up_link_leads_nowhere(ada: User, uid: str, token: str) -> None:
    with pytest.raises(NotFoundError):
        actions.user_of_link(uid, token)


def test_a_key_is_known_by_its_text_and_kept_as_a_hash(ada: User) -> None:
    key, text = key_of(ada, "customers.read")
    assert text not in str(ApiKey.objects.values())
    found = actions.check_api_key(text)
    assert found is not None
    assert (found.pk, found.scopes) == (key.pk, ["customers.read"])
    assert ApiKey.objects.get().last_used_at is not None


def test_a_wrong_ended_or_revoked_key_is_unknown(ada: User) -> None:
    key, text = key_of(ada, "customers.read")
    for wrong in ("", "rk", text[:-1], text + "x", text.replace("rk_", "sk_"), f"rk_{key.prefix}_"):
        assert actions.check_api_key(wrong) is None
    ApiKey.objects.update(expires_at=timezone.now())
    assert actions.check_api_key(text) is None
    _, second = key_of(ada, "customers.read")
    actions.revoke_api_key(ApiKey.objects.latest("pk").pk, actor="ada")
    assert actions.check_api_key(second) is None


def test_nobody_gives_a_key_more_than_they_may(ada: User) -> None:
    agent = actions.make_user("greta", role=Role.AGENT, actor="ada")
    with pytest.raises(AccessError, match="cannot give"):
        key_of(agent, "users.manage")
    with pytest.raises(InputError):
        key_of(ada)


def test_a_key_shrinks_with_its_makers_role(ada: User) -> None:
    actions.make_user("second", role=Role.ADMINISTRATOR, actor="ada")
    _, text = key_of(ada, Permission.USERS_MANAGE, Permission.CUSTOMERS_READ)
    actions.change_role(ada.pk, Role.AGENT, actor="second")
    found = actions.check_api_key(text)
    assert found is not None
    assert found.scopes == ["customers.read"]
    actions.deactivate_user(ada.pk, actor="second")
    assert actions.check_api_key(text) is None


def test_guesses_made_at_once_are_counted_as_well(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.7")
    with pytest.raises(AccessError):
        actions.check_password("ada", "wrong", request=request)
    seen: list[int] = []

    def slowly(*_: object, **__: object) -> User:
        seen.append(FailedSignIn.objects.filter(account="ada").count())
        return ada

    monkeypatch.setattr(actions, "authenticate", slowly)
    assert actions.check_password("ada", PASSWORD, request=request) == ada
    assert seen == [2]  # this one counts while it is being checked
    assert not FailedSignIn.objects.exists()
