"""Programs read what to fix, whether a fix worked, and the focus index, as pages show them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from regard.show.models import Fix, FocusReading, Proof
from regard.understand.models import Computation, PainPoint
from tests.api.conftest import Asking

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def analyst(with_key: Asking) -> Client:
    return with_key("measures.read")


def _fix(**said: Any) -> Fix:
    values: dict[str, Any] = {
        "title": "New carrier", "about": "late", "about_title": "Late delivery", "started_on": date(2026, 3, 1),
        "judged_from": date(2026, 6, 1), "window_days": 30, "smallest_effect": 0.05, "direction": "down",
        "unit": "share", "baseline": 0.2, "rows_needed": 400, "power": 0.8, "registered_by": "max",
    }  # fmt: skip
    return Fix.objects.create(**(values | said))


@pytest.mark.parametrize(("noun", "answer"), [("pain-points", []), ("fixes", []), ("index", None)])
def test_before_a_computation_there_is_nothing(analyst: Client, noun: str, answer: object) -> None:
    found = analyst.get(f"/api/v1/{noun}")
    assert (found.status_code, found.json()) == (200, answer)


def test_pain_points_of_the_newest_computation_come_ranked(analyst: Client) -> None:
    shared = {"customers": 40, "orders": 60, "kind": "late", "trend": "worse"}
    old, new = (
        Computation.objects.create(as_of=NOW, actor="test", ended_at=timezone.now()) for _ in range(2)
    )
    PainPoint.objects.create(computation=old, place=1, key="old", standing="costly", title="Old", **shared)
    PainPoint.objects.create(
        computation=new, place=2, key="case:x", standing="too few", title="Cases", **shared
    )
    PainPoint.objects.create(
        computation=new, place=1, key="late", standing="costly", title="Late delivery", currency="EUR",
        cost=50.0, cost_low=38.0, cost_high=71.0, assumptions=["Orders are alike."], **shared,
    )  # fmt: skip
    first, second = analyst.get("/api/v1/pain-points").json()
    assert (first["key"], first["cost_low"], first["cost_high"], first["currency"]) == (
        "late",
        38.0,
        71.0,
        "EUR",
    )
    assert first["assumptions"] == ["Orders are alike."]
    assert (second["key"], second["cost"], second["standing"]) == ("case:x", None, "too few")


def test_a_fix_carries_its_verdict_once_judged_and_a_withdrawn_one_is_left_out(analyst: Client) -> None:
    judged = _fix()
    Proof.objects.create(
        fix=judged, as_of=NOW, verdict="worked", reason="Less.", effect=-0.1, low=-0.15, high=-0.05
    )
    _fix(title="Too early", started_on=date(2026, 10, 1))
    _fix(title="Given up", withdrawn_at=NOW)
    early, proven = analyst.get("/api/v1/fixes").json()
    assert (early["title"], early["proof"]) == ("Too early", None)
    assert (proven["proof"]["verdict"], proven["proof"]["effect"], proven["registered_late"]) == (
        "worked",
        -0.1,
        True,
    )


def test_the_index_says_what_it_is_made_of_and_what_is_missing(analyst: Client) -> None:
    kept = {"value": 0.9, "low": 0.88, "high": 0.92, "n": 500, "level": 0.95, "method": "wilson"}
    FocusReading.objects.create(day=NOW.date(), as_of=NOW, measured={"promises": kept})
    index = analyst.get("/api/v1/index").json()
    assert (index["day"], index["score"]["value"]) == ("2026-11-01", None)  # most of it is missing
    assert 0 < index["missing_weight"] < 1
    parts = {part["name"]: part for pillar in index["pillars"] for part in pillar["parts"]}
    assert parts["promises"]["measured"]["value"] == 0.9
    assert "promises" not in index["missing"]
    assert parts[index["missing"][0]]["measured"] is None
