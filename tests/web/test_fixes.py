"""Home ranks what to fix; a pain point opens into people and words, for those who may see them."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse

from regard.access.models import User
from regard.ledger import lake
from regard.understand.models import Computation, PainPoint
from tests.web.conftest import HOSTILE, NOW

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def point(computed: int) -> PainPoint:
    """A costly pain point that befell the first two customers, one of whom is hostile."""
    computation = Computation.objects.latest("pk")
    found = {"kind": "late", "currency": "EUR", "trend": "worse", "sentence": "In the last year 2 customers waited.",
             "customers": 2, "orders": 2, "computation": computation}  # fmt: skip
    PainPoint.objects.create(place=2, standing="unclear", key="case:x", title=f"Cases: {HOSTILE}", **found)
    rows = [{"key": "late", "customer_id": number, "subject": "order:1", "ordered_at": NOW.replace(month=NOW.month - 1)
             if NOW.month > 1 else NOW} for number in (computed, computed + 1)]  # fmt: skip
    lake.overwrite("touched", pa.Table.from_pylist(rows, schema=lake.TABLES["touched"]))
    path = {"occurred_at": rows[0]["ordered_at"], "month": NOW.date(), "path": "ordered → delivered late"}
    taken = [
        path | {"customer_id": computed, "back": True},
        path | {"customer_id": computed + 7, "back": False},
    ]
    lake.overwrite("episodes", pa.Table.from_pylist(taken, schema=lake.TABLES["episodes"]))
    return PainPoint.objects.create(
        place=1, standing="costly", key="late", title="Late delivery", effect=-0.1, effect_low=-0.15, effect_high=-0.05,
        cost=52_000.0, cost_low=38_123.0, cost_high=71_456.0, assumptions=["This is an association."],
        trend_said="It befell 12.0% of the orders.", **found,
    )  # fmt: skip


def test_home_says_in_one_line_what_costs_most(as_: SignIn, point: PainPoint) -> None:
    page = as_("max").get("/").content.decode()
    assert "Late delivery" in page
    assert "€38,000 to €71,000 of future value a year" in page
    assert "worse" in page
    assert "Unclear, too small or harmless: 1" in page
    assert HOSTILE not in page


def test_a_pain_point_opens_into_its_people_their_words_and_its_assumptions(
    as_: SignIn, point: PainPoint
) -> None:
    page = as_("max").get(reverse("fix", args=[point.pk])).content.decode()
    assert "Grete Åberg" in page
    assert "This is an association." in page
    assert "It befell 12.0% of the orders." in page
    assert "ordered → delivered late" in page
    assert 'data-label="Ordered again">100 %' in page, "only the orders that it befell count"
    assert "&lt;script&gt;alert(" in page
    assert HOSTILE not in page
    assert "style=" not in page


def test_its_customers_download_as_csv_for_those_who_may(as_: SignIn, point: PainPoint) -> None:
    address = reverse("fix-csv", args=[point.pk])
    lines = b"".join(as_("max").get(address).streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("customer_id,name,email,befell")
    assert len(lines) == 3
    assert as_("greta").get(address).status_code == 403


def test_a_pain_point_of_an_older_computation_is_not_found(as_: SignIn, cast: dict[str, User]) -> None:
    answer = as_("max").get(reverse("fix", args=[99]))
    assert answer.status_code == 404
    assert "or no longer" in answer.content.decode()
