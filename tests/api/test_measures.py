import pytest
from django.test import Client

from regard.understand.measures import MEASURES
from tests.api.conftest import Asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(with_key: Asking, company: list[int]) -> Client:
    return with_key("measures.read")


def test_every_measure_is_listed_with_its_sentence(analyst: Client) -> None:
    listed = analyst.get("/api/v1/measures").json()
    assert [row["name"] for row in listed] == list(MEASURES)
    assert all(row["sentence"] and row["version"] for row in listed)


def test_a_figure_carries_interval_n_and_version(analyst: Client) -> None:
    (figure,) = analyst.get("/api/v1/measures/revenue").json()
    assert (figure["unit"], figure["n"], figure["dimension"]) == ("EUR", 20, "")
    assert figure["value"] == pytest.approx(20 * 19.99)
    assert figure["low"] < figure["value"] < figure["high"]
    assert figure["version"] == MEASURES["revenue"].version


def test_too_few_give_no_value(analyst: Client) -> None:
    (figure,) = analyst.get("/api/v1/measures/nps").json()
    assert (figure["value"], figure["low"], figure["n"]) == (None, None, 0)


def test_a_measure_by_a_dimension_and_within_days(analyst: Client) -> None:
    months = analyst.get("/api/v1/measures/orders", {"by": "month"}).json()
    assert [row["group"] for row in months] == ["2026-10", "2026-11"]
    within = {"since": "2026-10-20", "until": "2026-10-21"}
    (figure,) = analyst.get("/api/v1/measures/orders", within).json()
    assert figure["n"] == 2


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("wrong", 404),
        ("orders?by=shoe+size", 404),
        ("orders?since=2026-11-02&until=2026-11-01", 400),
        ("orders?since=gestern", 400),
    ],
)
def test_a_wrong_question_gets_a_sentence(analyst: Client, asked: str, status: int) -> None:
    answer = analyst.get(f"/api/v1/measures/{asked}")
    assert answer.status_code == status
    assert answer.json()["message"]
