import pytest
from django.test import Client

from regard.know.models import Candidate, Identity, Merge
from tests.api.conftest import Asking

pytestmark = pytest.mark.django_db
MERGES = "/api/v1/merges"


@pytest.fixture
def agent(with_key: Asking, company: list[int]) -> Client:
    return with_key("customers.read", "customers.merge")


def post(client: Client, path: str, **body: object) -> tuple[int, dict[str, object]]:
    answer = client.post(f"{MERGES}{path}", body, content_type="application/json")
    return answer.status_code, answer.json() if answer.content else {}


def customers() -> set[int | None]:
    return set(Identity.objects.filter(person__in=["crm:2", "shop:8"]).values_list("customer", flat=True))


def test_a_merge_is_made_listed_and_undone(agent: Client) -> None:
    status, merge = post(agent, "", left="crm:2", right="shop:8", reason="they told us")
    assert status == 200
    assert len(customers()) == 1
    assert str(merge["actor"]).startswith("api:")
    assert agent.get(MERGES).json() == [merge]
    status, undone = post(agent, f"/{merge['id']}/undo")
    assert (status, bool(undone["undone_at"]), len(customers())) == (200, True, 2)
    assert Merge.objects.get().undone_by == merge["actor"]
    status, answer = post(agent, f"/{merge['id']}/undo")
    assert (status, answer["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("left", "right", "status"), [("crm:2", "crm:2", 400), ("crm:2", "crm:77", 404), ("", "crm:2", 400)]
)
def test_an_impossible_merge_is_refused(agent: Client, left: str, right: str, status: int) -> None:
    assert post(agent, "", left=left, right=right)[0] == status
    assert not Merge.objects.exists()


def test_a_pair_is_decided_once(agent: Client) -> None:
    left, right = Identity.objects.filter(person__in=["crm:2", "shop:8"]).order_by("pk")
    pair = Candidate.objects.create(
        left=left, right=right, probability=0.8, evidence={"name": {"weight": 3.0}}
    )
    (shown,) = agent.get(f"{MERGES}/candidates").json()
    assert (shown["id"], shown["left_id"], shown["right_id"]) == (pair.pk, left.pk, right.pk)
    assert post(agent, f"/candidates/{pair.pk}", decision="perhaps")[0] == 400
    assert post(agent, f"/candidates/{pair.pk}", decision="same") == (204, {})
    assert len(customers()) == 1
    assert agent.get(f"{MERGES}/candidates").json() == []
    assert post(agent, f"/candidates/{pair.pk}", decision="different")[0] == 409
    assert post(agent, "/candidates/77", decision="same")[0] == 404
