"""Steps wait for what they need, whoever does them; and what a computation finds does not depend on who did."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regard.ledger import lake
from regard.show.models import FocusReading
from regard.understand import computing
from regard.understand.actions import compute
from regard.understand.facts import held_facts
from regard.understand.models import Artefact, Computation, PainPoint
from regard.understand.schedule import Step, run_steps
from tests.understand.lake_writing import day, event, write_attributes, write_events, write_people

NOW = day(700)
CUSTOMERS = 150


def _run(steps: list[Step], threads: int, **given: Any) -> dict[str, Any]:
    return run_steps(steps, given, threads=threads, say=lambda what, part: None)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_each_step_gets_what_it_needs(threads: int) -> None:
    steps = [
        Step("double", lambda n: 2 * n, ("n",)),
        Step("slow", lambda n: time.sleep(0.05) or n + 1, ("n",)),
        Step("both", lambda double, slow: (double, slow), ("double", "slow"), at_home=True),
        Step("last", sum, ("both",)),
    ]
    found = _run(steps, threads, n=3)
    assert (found["both"], found["last"]) == ((6, 4), 10)


def test_steps_at_home_stay_with_the_caller_while_others_are_done_elsewhere() -> None:
    met = threading.Barrier(2, timeout=5)  # nobody passes it alone

    def where() -> str:
        met.wait()
        return threading.current_thread().name

    found = _run([Step("away", where), Step("home", where, at_home=True)], 2)
    assert found["home"] == threading.current_thread().name != found["away"]


@pytest.mark.parametrize("at_home", [True, False])
def test_an_error_of_any_step_is_raised_and_no_further_step_begins(at_home: bool) -> None:
    begun, failed = [], threading.Event()

    def fail() -> None:
        failed.set()
        raise OSError("the disk is full")

    def wait() -> None:
        failed.wait(5)
        time.sleep(0.05)

    steps = [
        Step("fails", fail, at_home=at_home),
        Step("under way", wait, at_home=not at_home),
        Step("next", lambda _: begun.append("next"), ("under way",)),
    ]
    with pytest.raises(OSError, match="the disk is full"):
        _run(steps, 2)
    assert begun == []


def test_a_step_listed_before_what_it_needs_is_refused() -> None:
    with pytest.raises(ValueError, match="step a is listed before b"):
        _run([Step("a", print, ("b",)), Step("b", print)], 2)


@pytest.mark.django_db
def test_held_facts_are_the_same_on_another_thread(shop: None) -> None:
    def count(facts: Any, held: Any) -> tuple[int, int]:
        more = facts.hold(held.filter(held.customer_id == 1))
        return facts.events.count().to_pyarrow().as_py(), more.count().to_pyarrow().as_py()

    with held_facts(NOW) as facts:
        given = {"facts": facts, "held": facts.hold(facts.sales)}
        first = Step("first", count, ("facts", "held"))
        found = _run([first, Step("second", count, ("facts", "held"))], 2, **given)
    assert found["first"] == found["second"]
    assert found["first"][1] > 0


@pytest.fixture
def shop(db: None) -> None:
    """A year and a half of orders; every third comes late and its customer mostly stays away, and some complain."""
    rows = []
    for n in range(CUSTOMERS):
        late = n % 3 == 0
        for order in range(1 + (0 if late else 1 + n % 4)):
            person, subject, at = f"shop:{n}", f"order:{n}-{order}", day(n % 60 + 90 * order + n % 7)
            rows.append(
                event("order.completed", person, at, subject=subject, amount=str(5 + n % 40), channel="web")
            )
            rows.append(event("order.delivered", person, at + timedelta(days=9 if late else 2), subject=subject,
                              data={"promised_at": (at + timedelta(days=4)).isoformat()}))  # fmt: skip
            rows.append(event("survey.answered", person, at + timedelta(days=12), instrument="nps",
                              score=float(n % 5 if late else 6 + n % 5)))  # fmt: skip
            if n % 5 == 0:
                rows.append(event("case.opened", person, at + timedelta(days=10), subject=f"case:{n}-{order}",
                                  text="The parcel came broken.", data={"kind": "return"}))  # fmt: skip
    write_events(rows)
    write_people({f"shop:{n}": n + 1 for n in range(CUSTOMERS)})
    write_attributes({f"shop:{n}": {"region": "south" if n % 2 else "north"} for n in range(CUSTOMERS)})


def _kept(computation: Computation) -> list[Any]:
    """All that pages show of a computation."""
    figures = computation.findings.order_by("pk").values_list("measure", "dimension", "group", "unit", "n")
    values = computation.findings.order_by("pk").values_list("value", "low", "high", "standard_error")
    points = (
        PainPoint.objects.filter(computation=computation).order_by("pk").values("key", "standing", "cost")
    )
    artefacts = (
        Artefact.objects.filter(computation=computation).order_by("name").values_list("name", "content")
    )
    profiles = lake.fetch(lake.read("profiles").order_by("customer_id")).to_pylist()
    reading = FocusReading.objects.get(day=NOW.date()).measured
    return [list(figures), list(values), list(points), list(artefacts), profiles, computation.worth, reading]


def _nearly(found: Any) -> Any:
    """Without the last digits of sums: in which order the engine adds is open, whatever the number of threads."""
    if isinstance(found, float):
        return float(f"{found:.9g}")
    if isinstance(found, dict):
        return {name: _nearly(each) for name, each in found.items()}
    return [_nearly(each) for each in found] if isinstance(found, list | tuple) else found


@pytest.mark.slow
def test_what_is_found_does_not_depend_on_the_number_of_threads(shop: None) -> None:
    alone, together = (_nearly(_kept(compute(as_of=NOW, actor="test", threads=n))) for n in (1, 2))
    assert alone == together
    assert alone[2], "no pain point was looked at"


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["_picture", "_profiles"])
def test_a_computation_that_fails_halfway_leaves_what_was_shown(
    monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    write_people({"shop:1": 1})
    write_events([event("order.completed", "shop:1", day(1), subject="order:1", amount="10")])
    before = compute(as_of=NOW, actor="test")
    shown = _kept(before)[:4]

    def fail(*_: Any) -> Callable[[], None]:
        raise ArithmeticError("no figure")

    monkeypatch.setattr(computing, broken, fail)
    with pytest.raises(ArithmeticError, match="no figure"):
        compute(as_of=NOW + timedelta(days=1), actor="test")
    assert list(Computation.objects.filter(ended_at__isnull=False)) == [before]
    assert _kept(before)[:4] == shown
    assert not FocusReading.objects.exclude(day=NOW.date()).exists()
