"""What is planted is found, priced and ranked; what is harmless or unknowable is kept apart with its reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from regard.errors import NotFoundError
from regard.understand.actions import compute
from regard.understand.models import PainPoint
from regard.understand.queries import pain_point, pain_points, people_of, words_of
from tests.understand.lake_writing import event, write_events, write_people

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
HOSTILE = "<script>alert('late')</script>"
pytestmark = pytest.mark.django_db


def _order(
    rng: np.random.Generator, number: int, at: datetime, name: str
) -> tuple[list[dict[str, Any]], float]:
    """One order with what befalls it, and the chance that the customer stays."""
    who, subject, stays = f"shop:{number}", f"order:{name}", 0.85
    late, asked, passed, faulty = (rng.random() < share for share in (0.2, 0.3, 0.1, 0.15))
    due, arrived = at + timedelta(days=4), at + timedelta(days=6 if late else 3)
    bought = {"product": "A-10" if faulty else "B-20"}  # said of the order, or of its line
    rows = [
        event(
            "order.completed",
            who,
            at,
            subject=subject,
            amount="40",
            channel="web",
            data=bought if number % 2 else None,
        ),
        *([] if number % 2 else [event("item.bought", who, at, subject=subject, data=bought)]),
        event("order.delivered", who, arrived, subject=subject, data={"promised_at": due.isoformat()}),
    ]
    if late:
        stays *= 0.5
        rows.append(event("message.received", who, arrived, channel="email", text=HOSTILE))
    if asked:
        data = {"kind": "question", "order": name}
        rows.append(event("case.opened", who, at, subject=f"case:q{name}", data=data))
    if faulty:
        stays *= 0.6
        data = {"kind": "complaint", "order": name}
        rows.append(event("case.opened", who, arrived, subject=f"case:f{name}", data=data))
    if passed:
        stays *= 0.5
        rows.append(event("case.opened", who, arrived, subject=f"case:p{name}", data={"kind": "complaint"}))
        rows += [
            event(
                "case.handed_over",
                who,
                arrived + timedelta(hours=hour),
                subject=f"case:p{name}",
                department=to,
            )
            for hour, to in ((1, "sales"), (2, "billing"))
        ]
    return rows, stays


def _write_company(customers: int, *, seed: int = 4) -> None:
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for number in range(1, customers + 1):
        days, place = float(rng.uniform(60, 900)), 0
        while days > 10:
            said, stays = _order(rng, number, AS_OF - timedelta(days=days), f"{number}-{place}")
            rows += said
            if rng.random() > stays:
                break
            days, place = days - 8 - float(rng.exponential(60)), place + 1
    write_events(rows)
    write_people({f"shop:{number}": number for number in range(1, customers + 1)})


def test_what_drives_customers_away_stands_first_and_a_harmless_question_apart() -> None:
    _write_company(700)
    compute(as_of=AS_OF, actor="test")
    points = {point.key: point for point in pain_points()}
    clear = {key for key, point in points.items() if point.clear}
    assert clear == {"late", "handover:billing", "product:A-10"}
    late, question = points["late"], points["case:question"]
    assert late.place == 1
    assert question.place > 3
    assert question.reason
    assert late.effect_high is not None
    assert late.effect_high < -0.2
    assert late.cost_low is not None
    assert late.cost is not None
    assert late.cost_high is not None
    assert 0 < late.cost_low < late.cost < late.cost_high
    assert late.currency == "EUR"
    assert "association" in late.assumptions[0]

    people = people_of(late)
    assert len(people) == late.customers
    assert sum(row["befell"] for row in people) == late.orders
    assert people_of(late, limit=3) == people[:3]
    words = words_of(late)
    assert words[0]["text"] == HOSTILE
    assert {row["customer_id"] for row in words} <= {row["customer_id"] for row in people}


def test_what_cannot_be_estimated_is_kept_with_its_reason() -> None:
    _write_company(80)
    compute(as_of=AS_OF, actor="test")
    points = pain_points()
    assert points
    assert not any(point.clear for point in points)
    assert all(point.reason for point in points)
    assert {point.standing for point in points} <= {PainPoint.Standing.TOO_FEW, PainPoint.Standing.UNCLEAR}
    assert pain_point(points[0].pk) == points[0]


def test_without_orders_there_is_nothing_to_rank() -> None:
    write_events([event("survey.answered", "shop:1", AS_OF - timedelta(days=9), instrument="nps", score=9.0)])
    write_people({"shop:1": 1})
    compute(as_of=AS_OF, actor="test")
    assert pain_points() == []
    with pytest.raises(NotFoundError):
        pain_point(1)
