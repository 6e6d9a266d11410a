"""A fix is written down before it starts, and called working only where what it is about changed beyond elsewhere."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from regard.errors import ConflictError, InputError
from regard.show.actions import judge_fixes, keep_proofs, register_fix, withdraw_fix
from regard.show.models import Fix, Proof
from regard.show.queries import fixes, fixes_about
from regard.understand.actions import compute
from regard.understand.facts import held_facts
from regard.understand.pains.exposures import find_exposures
from regard.understand.pains.orders import read_orders
from regard.understand.traits import customer_traits
from tests.understand.lake_writing import event, write_attributes, write_events, write_people

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)
STARTED = (NOW - timedelta(days=240)).date()
CUSTOMERS, ORDERS = 300, 9


def _company(*, cut: float = 0.0, drift: float = 0.0, size: int = CUSTOMERS) -> None:
    """Orders of two regions; `cut` of late deliveries in the South from STARTED on, `drift` before it."""
    rng = np.random.default_rng(3)
    rows: list[dict[str, Any]] = []
    for number in range(size):
        south = number % 2 == 0
        for order, days in enumerate(np.sort(rng.uniform(5, 720, ORDERS)).tolist()):
            at, subject = NOW - timedelta(days=days), f"order:{number}-{order}"
            after = at.date() >= STARTED
            chance = 0.4 - (cut if south and after else 0.0) + (drift * (720 - days) / 720 if south else 0.0)
            arrived = at + timedelta(days=6 if rng.random() < chance else 3)
            promised = {"promised_at": (at + timedelta(days=4)).isoformat()}
            rows.append(event("order.completed", f"shop:{number}", at, subject=subject, amount="40"))
            rows.append(
                event("order.delivered", f"shop:{number}", min(arrived, NOW), subject=subject, data=promised)
            )
    write_events(rows)
    write_people({f"shop:{number}": number + 1 for number in range(size)})
    write_attributes({f"shop:{n}": {"region": "South" if n % 2 == 0 else "North"} for n in range(size)})


def _judge() -> None:
    """Judge all fixes, without the rest of a computation."""
    with held_facts(NOW) as facts:
        orders = read_orders(facts)
        keep_proofs(judge_fixes(facts, customer_traits(), orders, find_exposures(facts, orders)))


def _carrier(**changed: Any) -> Fix:
    asked: dict[str, Any] = {"about": "late", "since": STARTED, "dimension": "region", "groups": ["South"],
                             "smallest_effect": 0.1, "actor": "test"}  # fmt: skip
    return register_fix("New carrier", **(asked | changed))


def test_a_fix_that_halves_late_deliveries_where_it_was_made_worked() -> None:
    _company(cut=0.3)
    fix = _carrier()
    _judge()
    proof = Proof.objects.get(fix=fix)
    assert proof.verdict == Proof.Verdict.WORKED
    assert proof.low is not None
    assert proof.high is not None
    assert proof.low < -0.3 < proof.high < 0
    assert fix.direction == "down"
    assert 0.3 < fix.baseline < 0.5
    assert {row["period"] for row in proof.series} >= {-12, -1, 0, 5}


def test_a_change_that_changed_nothing_did_not_work() -> None:
    _company()
    fix = _carrier(smallest_effect=0.2)
    _judge()
    assert Proof.objects.get(fix=fix).verdict == Proof.Verdict.DID_NOT


def test_before_the_registered_day_nothing_is_called_working() -> None:
    _company(cut=0.3)
    fix = _carrier(window_days=365)
    _judge()
    proof = Proof.objects.get(fix=fix)
    assert proof.verdict == Proof.Verdict.CANNOT_TELL_YET
    assert str(fix.judged_from) in proof.reason


def test_places_that_moved_apart_before_give_no_verdict() -> None:
    _company(drift=0.6)
    fix = _carrier()
    _judge()
    proof = Proof.objects.get(fix=fix)
    assert proof.verdict != Proof.Verdict.WORKED


def test_a_change_for_everybody_is_held_against_the_weeks_before() -> None:
    _company(cut=0.3)
    fix = _carrier(dimension="", groups=[])
    _judge()
    proof = Proof.objects.get(fix=fix)
    assert proof.effect is not None
    assert proof.effect < 0
    assert any("Everybody got the change" in note for note in proof.notes)
    assert all("expected" in row for row in proof.series)


def test_a_later_computation_replaces_the_verdict_and_a_withdrawn_fix_has_none() -> None:
    _company(cut=0.3)
    fix = _carrier()
    _judge()
    compute(as_of=NOW, actor="test")
    assert Proof.objects.filter(fix=fix).count() == 1
    assert fixes_about("late") == fixes() == [fix]
    withdraw_fix(fix.pk, actor="test")
    assert fixes() == []
    with pytest.raises(ConflictError):
        withdraw_fix(fix.pk, actor="test")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"about": "nonsense"}, "nothing to watch"),
    ({"about": "revenue"}, "not made of single"),
    ({"groups": ["Nowhere"]}, "No customer has region"),
    ({"groups": ["South", "North"]}, "nobody is left to compare with"),
    ({"dimension": "shoe size"}, "Nothing parts customers"),
    ({"groups": []}, "where it is changed"),
    ({"smallest_effect": -1.0}, "above 0"),
    ({"since": date(2019, 1, 1)}, "too few to promise"),
]


def test_what_cannot_be_judged_is_refused_with_what_to_do_and_nothing_twice() -> None:
    _company(size=60)
    for asked, said in REFUSED:
        with pytest.raises(InputError, match=said):
            _carrier(**asked)
    assert not Fix.objects.exists()
    _carrier()
    with pytest.raises(ConflictError):
        _carrier()
