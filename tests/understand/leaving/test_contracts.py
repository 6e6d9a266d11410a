"""Customers under contract: what goes with leaving, why they left, and what that took along."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client

from regard.access.actions import make_user
from regard.access.models import User
from regard.understand.actions import compute
from regard.understand.doors import queries as doors
from regard.understand.doors.behind import count, crowd
from regard.understand.models import PainPoint
from regard.understand.queries import pain_points, people_of
from regard.understand.slices import EVERYTHING, Slice
from tests.understand.lake_writing import event, write_attributes, write_events, write_people

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
CUSTOMERS = 600
pytestmark = pytest.mark.django_db


def _customer(rng: np.random.Generator, number: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Who signed by the month leaves far more often, after a broken promise too; paperless bills go with nothing."""
    who, monthly, paperless = f"crm:{number}", rng.random() < 0.5, rng.random() < 0.5
    broken = rng.random() < 0.3
    left = rng.random() < 0.1 + 0.3 * monthly + 0.25 * broken
    end = AS_OF - timedelta(days=20)
    rows = [
        event("contract.billed", who, end - timedelta(days=30 * month), subject=f"bill:{number}-{month}",
              amount=Decimal(50))
        for month in range(1, 13)
    ]  # fmt: skip
    for name, days in (("promise.made", 70), ("promise.broken" if broken else "promise.kept", 60)):
        at = end - timedelta(days=days)
        rows.append(event(name, who, at, subject=f"visit:{number}", data={"kind": "visit"}))
    if left:
        reason = "Too dear" if rng.random() < 0.6 else "Moved <b>away</b>"
        rows.append(
            event("customer.churned", who, end, data={"reason": reason, "category": reason.split()[0]})
        )
    said = {
        "contract": "monthly" if monthly else "two years", "paperless": "Yes" if paperless else "No",
        "age": int(rng.integers(20, 80)), "closing_score": 1 if left else 0,
    }  # fmt: skip
    return rows, said


@pytest.fixture
def company(lake: object) -> Iterator[None]:
    rng = np.random.default_rng(3)
    rows: list[dict[str, Any]] = []
    said_of: dict[str, dict[str, Any]] = {}
    for number in range(1, CUSTOMERS + 1):
        said_rows, said = _customer(rng, number)
        rows += said_rows
        said_of[f"crm:{number}"] = said
    write_events(rows)
    write_attributes(said_of, source="shop")
    write_people({f"crm:{number}": number for number in range(1, CUSTOMERS + 1)})
    compute(as_of=AS_OF, actor="test")
    return


def test_what_drives_them_away_is_ranked_by_contract_revenue_a_year(company: None) -> None:
    points = {point.key: point for point in pain_points()}
    assert {point.outcome for point in points.values()} == {PainPoint.Outcome.STAY}
    clear = [key for key, point in points.items() if point.clear]
    assert set(clear) == {"condition:contract=monthly", "leaving:promise:visit"}
    assert {point.trend for point in points.values()} == {"cannot tell"}
    assert all("not when each of them did" in point.trend_said for point in points.values())
    monthly = points["condition:contract=monthly"]
    assert monthly.effect_low is not None
    assert monthly.effect_high is not None
    assert monthly.effect_low < -0.3 < monthly.effect_high
    # half of them pay 608 a year, and 30 of a hundred leave because of it
    assert monthly.cost == pytest.approx(0.5 * CUSTOMERS * 0.3 * 50 * 365 / 30, rel=0.35)
    assert not any("closing_score" in key for key in points), "what knows the outcome is no cause of it"

    people = people_of(monthly)
    assert len(people) == monthly.customers
    assert sum(row["churned"] for row in people) == monthly.orders
    assert [row["churned"] for row in people] == sorted(row["churned"] for row in people)

    _reasons_count_everybody_and_the_revenue_that_went()
    _the_model_says_what_it_did_not_use()


def _reasons_count_everybody_and_the_revenue_that_went() -> None:
    found = doors.leaving(EVERYTHING)
    assert found["left"] + found["there"] == CUSTOMERS
    assert found["lost"] == pytest.approx(found["left"] * 50 * 365 / 30)
    rows = found["reason"]["rows"]
    assert rows[0]["name"] == "Too dear"
    assert sum(row["customers"] for row in rows) == found["left"]
    assert rows[0]["lost_low"] < rows[0]["lost"] < rows[0]["lost_high"]
    behind = crowd("left", {"reason": "Too dear"}, EVERYTHING)
    assert count(behind.rows) == rows[0]["customers"]
    monthly = doors.leaving(Slice("contract", "monthly"))
    assert 0 < monthly["left"] < found["left"]


def _the_model_says_what_it_did_not_use() -> None:
    kept = doors.likely_leavers()
    assert [leak["column"] for leak in kept["leaks"]] == ["closing score"]
    assert kept["model"]["auc"]["low"] > 0.5
    told = {reason["feature"] for one in kept["model"]["likely"][:10] for reason in one["reasons"]}
    assert "contract" in told
    assert "closing score" not in told


def test_pages_show_it_and_reasons_are_escaped(company: None, client: Client) -> None:
    client.force_login(make_user("ann", role="manager", actor="test", password="long enough 123"))
    assert User.objects.count() == 1
    home, value = (client.get(address).content.decode() for address in ("/", "/value"))
    for page in (home, value):
        assert "Why they left" in page
        assert "<b>away</b>" not in page
    assert "Who may leave next" in value
    point = pain_points()[0]
    page = client.get(f"/fix/{point.pk}").content.decode()
    for said in (
        "Contract revenue at risk a year", "not when each of them did", "No change can be proven with these files yet",
        "What those who left said", "Too dear", "promise broken", "No text of theirs",
    ):  # fmt: skip
        assert said in page
    assert "<b>away</b>" not in page
    form = client.get(f"/show/new?about={point.key}").content.decode()
    assert 'value="reason:Too dear"' in form
    assert 'value="churn-rate"' in form
    rows = b"".join(client.get(f"/fix/{point.pk}/customers.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert len(rows.splitlines()) == point.customers + 1
    assert "Too dear" in b"".join(client.get("/value/reasons.csv").streaming_content).decode()  # type: ignore[attr-defined]
