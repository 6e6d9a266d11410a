"""Every operation says who may, and refuses who may not."""

from datetime import timedelta
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone

from regard.access.actions import change_role, deactivate_user, make_user
from regard.access.models import ApiKey, Role, User
from regard.access.permissions import Permission
from regard.api.v1 import api
from tests.api.conftest import Asking

pytestmark = pytest.mark.django_db

PATHS = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
OPERATIONS = {(method, path): about for path, methods in PATHS.items() for method, about in methods.items()}


def ask(client: Client, method: str, path: str) -> tuple[int, dict[str, str]]:
    address = path.replace("{import_id}", "1").replace("{merge_id}", "1").replace("{candidate_id}", "1")
    address = address.replace("{key}", "1").replace("{name}", "nps")
    answer = client.generic(method.upper(), address, b"{}", content_type="application/json")
    return answer.status_code, answer.json() if answer.content else {}


def test_the_description_has_every_noun() -> None:
    assert {about["tags"][0] for about in OPERATIONS.values()} == {
        "customers", "events", "measures", "pain-points", "fixes", "index", "imports", "merges",
    }  # fmt: skip


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_names_its_scope_and_asks_for_it(with_key: Asking, method: str, path: str) -> None:
    scope = OPERATIONS[method, path]["x-scope"]
    assert scope in set(Permission)
    assert OPERATIONS[method, path]["security"]
    assert ask(Client(), method, path) == (
        401, {"code": "no_key", "message": "No valid API key came with the request.",
              "hint": "Send `Authorization: Bearer <key>`; keys are made under Settings."},
    )  # fmt: skip
    others = [each for each in Permission if each != scope]
    status, answer = ask(with_key(*others), method, path)
    assert (status, answer["code"]) == (403, "not_allowed")
    assert scope in answer["message"]


def test_a_key_does_what_its_scopes_say(with_key: Asking, company: list[int]) -> None:
    wrong = {}
    for scope, (operation, about) in product(
        (
            "customers.read",
            "events.read",
            "measures.read",
            "imports.read",
            "imports.write",
            "customers.merge",
        ),
        OPERATIONS.items(),
    ):
        status, _ = ask(with_key(scope), *operation)
        if (status == 403) == (about["x-scope"] == scope) or status >= 500:
            wrong[scope, operation] = status
    assert wrong == {}


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Bearer rk_aaaaaaaaaa_bbb", "Basic YTpi", "Bearer é\u2603"]
)
def test_what_is_no_key_is_401(ada: User, header: str) -> None:
    answer = Client(headers={"Authorization": header}).get("/api/v1/events")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_an_ended_or_revoked_key_is_401(with_key: Asking) -> None:
    for change in ({"expires_at": timezone.now()}, {"revoked_at": timezone.now()}):
        client = with_key()
        assert client.get("/api/v1/events").status_code == 200
        ApiKey.objects.update(**change)
        assert client.get("/api/v1/events").status_code == 401


def test_a_key_never_does_more_than_its_maker_may_now(with_key: Asking, ada: User) -> None:
    mona = make_user("mona", role=Role.MANAGER, actor="ada")
    client = with_key("imports.read", "events.read", creator=mona)
    assert client.get("/api/v1/imports").status_code == 200
    change_role(mona.pk, Role.AGENT, actor="ada")
    assert client.get("/api/v1/imports").status_code == 403
    assert client.get("/api/v1/events").status_code == 200
    deactivate_user(mona.pk, actor="ada")
    assert client.get("/api/v1/events").status_code == 401


def test_a_session_opens_no_endpoint(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    assert {ask(client, *operation)[0] for operation in OPERATIONS} == {401}


def test_a_keys_use_is_noted_once_a_minute(with_key: Asking) -> None:
    client = with_key()
    client.get("/api/v1/events")
    first = ApiKey.objects.get().last_used_at
    client.get("/api/v1/events")
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    client.get("/api/v1/events")
    assert ApiKey.objects.get().last_used_at > first


def test_the_description_is_for_insiders(with_key: Asking, ada: User) -> None:
    address = "/api/v1/openapi.json"
    assert Client().get(address).status_code == 401
    assert with_key("events.read").get(address).json()["info"]["title"] == "Regard"
    signed_in = Client()
    signed_in.force_login(ada)
    assert signed_in.get(address).status_code == 200


def test_an_unknown_endpoint_is_refused_in_the_same_shape(db: None) -> None:
    for path in ("/api/v1/nothing", "/api/v2/events", "/api/"):
        answer = Client().get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
