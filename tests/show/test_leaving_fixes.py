"""A change for customers under contract worked where fewer left than elsewhere, and nobody calls it so otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from regard.errors import InputError
from regard.show.actions import judge_fixes, register_fix
from regard.show.models import Fix, Proof
from regard.show.verdicts import compare_places, compare_times
from regard.show.watching import Watched, customer_months, fewer
from regard.understand.facts import held_facts
from regard.understand.leaving.watched import Concerned
from regard.understand.models import Computation, PainPoint
from regard.understand.traits import customer_traits
from tests.understand.lake_writing import event, write_attributes, write_events
from tests.understand.leaving.subscribers import (
    MONTH,
    Flags,
    Floats,
    Hazard,
    draw_subscribers,
    spans_of,
    usual,
    write_subscribers,
)

NOW = datetime.now(UTC).replace(microsecond=0)
SINCE = 12 * MONTH  # days ago
STARTED = (NOW - timedelta(days=SINCE)).date()
BY_THE_MONTH = "condition:contract=monthly"


def _helped(cut: float, *, everywhere: bool = False) -> Hazard:
    """Monthly contracts in the South, or everywhere, end `cut` less often since the change."""

    def hazard(monthly: Flags, south: Flags, days_ago: float) -> Floats:
        reached = monthly & (south | everywhere) & (days_ago <= SINCE + 1)
        return 1.5 * usual(monthly, south, days_ago) * np.where(reached, 1 - cut, 1.0)

    return hazard


def _watched(hazard: Hazard, seed: int, customers: int = 6000) -> tuple[Watched, Flags]:
    """The months of those with a monthly contract, and which of them are in the South."""
    drawn = draw_subscribers(hazard, seed=seed, customers=customers)
    spans = spans_of(drawn, NOW).rows(drawn.monthly)
    watched = customer_months(Concerned(spans, spans.left), STARTED)
    return watched, drawn.south[watched.customers - 1]


def _held(cut: float, seeds: range, customers: int) -> int:
    """In how many companies the interval holds what the change did; one that works is seen in each of them."""
    held = 0
    for seed in seeds:
        effect = compare_places(*_watched(_helped(cut), seed, customers), STARTED, NOW).effect
        assert effect.low is not None
        assert effect.high is not None
        held += effect.low <= -0.045 * cut <= effect.high
        assert cut == 0 or effect.high < 0
    return held


def test_a_change_that_works_is_seen_and_one_that_does_not_is_not() -> None:
    assert _held(0.6, range(3), 4000) >= 2
    assert _held(0.0, range(3), 4000) >= 2


@pytest.mark.slow
def test_what_a_change_did_is_within_the_interval_in_nearly_all_companies() -> None:
    for cut in (0.5, 0.0):
        assert _held(cut, range(20), 6000) >= 17  # of 20; 19 expected


def test_where_everybody_got_it_the_months_before_are_gone_on_with() -> None:
    watched, _ = _watched(_helped(0.6, everywhere=True), 1)
    compared = compare_times(watched, STARTED, NOW)
    assert compared.effect.high is not None
    assert compared.effect.high < 0
    periods = [row["period"] for row in compared.series]
    assert periods == list(range(-17, 11)) or periods == list(range(-17, 12))


def test_each_customer_is_there_every_month_until_they_leave_and_only_so_long() -> None:
    drawn = draw_subscribers(usual, seed=4, customers=500)
    spans = spans_of(drawn, NOW)
    watched = customer_months(Concerned(spans, spans.left), STARTED)
    assert watched.outcomes.sum() == ((drawn.left < 30 * MONTH) & (drawn.left > 0)).sum() - _outside(
        drawn.left
    )
    pairs = np.column_stack([watched.customers, watched.seconds])
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    for customer in watched.customers[watched.outcomes > 0][:20].tolist():
        mine = watched.customers == customer
        assert watched.outcomes[mine].sum() == 1
        assert watched.outcomes[mine][np.argmax(watched.seconds[mine])] == 1


def _outside(left: Floats) -> int:
    """Who left before the first month that is watched, or in the last one, which is not over."""
    start = NOW.timestamp() - datetime(STARTED.year, STARTED.month, STARTED.day, tzinfo=UTC).timestamp()
    month = np.floor((start / 86_400 - left[np.isfinite(left)]) / (365.2425 / 12))
    last = int(start / 86_400 // (365.2425 / 12)) - 1
    return int(((month < -18) | (month > last)).sum())


def test_a_large_company_is_compared_by_a_part_that_is_always_the_same() -> None:
    watched, south = _watched(usual, 5)
    copies = 12
    large = replace(
        watched, customers=np.concatenate([watched.customers + 10_000 * copy for copy in range(copies)]),
        seconds=np.tile(watched.seconds, copies), outcomes=np.tile(watched.outcomes, copies),
    )  # fmt: skip
    kept, changed = fewer(large, np.tile(south, copies))
    assert len(np.unique(kept.customers[changed])) == len(np.unique(kept.customers[~changed])) == 10_000
    assert (kept.customers == fewer(large, np.tile(south, copies))[0].customers).all()


def _computed() -> None:
    """What a computation would have found, as far as a fix asks for it."""
    found = Computation.objects.create(as_of=NOW, actor="test", ended_at=NOW)
    for key, title in (
        (BY_THE_MONTH, "Contract: monthly"),
        ("leaving:promise:visit", "Promises not kept: visit"),
    ):
        PainPoint.objects.create(
            computation=found, outcome=PainPoint.Outcome.STAY, place=1, standing="costly", key=key, title=title,
            customers=1, orders=1, kind="condition", trend="cannot tell", sentence="",
        )  # fmt: skip


def _discount(title: str = "A discount for a year", **changed: Any) -> Fix:
    asked: dict[str, Any] = {"about": BY_THE_MONTH, "since": STARTED, "dimension": "region", "groups": ["South"],
                             "smallest_effect": 0.02, "actor": "test"}  # fmt: skip
    return register_fix(title, **(asked | changed))


def _judged() -> dict[str, Proof]:
    with held_facts(NOW) as facts:
        return {proof.fix.title: proof for proof in judge_fixes(facts, customer_traits(), None, [])}


@pytest.mark.django_db
def test_of_two_changes_the_one_that_keeps_customers_worked_and_the_other_did_not() -> None:
    drawn = draw_subscribers(_helped(0.7), seed=1, customers=2400)
    write_subscribers(drawn, now=NOW)
    # who stayed because of the discount has a yearly contract by now: they count with those it was made for
    moved = np.flatnonzero(drawn.monthly & drawn.south & np.isnan(drawn.left))[::2] + 1
    write_attributes({f"crm:{number}": {"contract": "yearly"} for number in moved}, source="later", at=NOW)
    _computed()
    discount = _discount()
    assert (discount.about_title, discount.unit, discount.direction) == ("Contract: monthly", "share", "down")
    assert 0.03 < discount.baseline < 0.06
    _discount("Nicer letters", about="reason:Other")
    verdicts = _judged()
    assert verdicts["A discount for a year"].verdict == Proof.Verdict.WORKED
    assert verdicts["Nicer letters"].verdict == Proof.Verdict.DID_NOT


@pytest.mark.django_db
def test_what_befell_customers_is_judged_by_whether_those_it_could_befall_left() -> None:
    drawn = draw_subscribers(usual, seed=2, customers=600)
    write_subscribers(drawn, now=NOW)
    promised = np.flatnonzero(drawn.came > 20 * MONTH)[:200] + 1
    write_events([
        event(name, f"crm:{number}", NOW - timedelta(days=20 * MONTH), subject=f"visit:{number}",
              event_id=f"{name}{number}", data={"kind": "visit"})
        for number in promised.tolist() for name in ("promise.made", "promise.kept")
    ])  # fmt: skip
    _computed()
    fix = _discount(about="leaving:promise:visit", smallest_effect=0.01)
    assert fix.about_title == "Promises not kept: visit"
    proof = _judged()[fix.title]
    assert proof.n <= len(promised)


@pytest.mark.django_db
def test_too_few_gives_no_verdict_and_says_what_would() -> None:
    write_subscribers(draw_subscribers(_helped(0.2), seed=3, customers=300), now=NOW)
    _computed()
    with pytest.raises(InputError, match="Everybody whom it concerns is there"):
        _discount(dimension="contract", groups=["monthly"])
    fix = _discount(smallest_effect=0.015)
    Fix.objects.update(judged_from=STARTED + timedelta(days=90))
    proof = _judged()[fix.title]
    assert proof.verdict == Proof.Verdict.CANNOT_TELL_YET
    assert "times as many cases, before and after, would tell" in proof.reason


@pytest.mark.django_db
def test_where_nobody_knows_when_customers_left_no_change_can_be_planned() -> None:
    write_subscribers(
        draw_subscribers(usual, seed=3, customers=300), now=NOW - timedelta(days=3), tells_when=False
    )
    _computed()
    for about in (BY_THE_MONTH, "reason:Price", "churn-rate"):
        with pytest.raises(
            InputError, match=r"not when each of them did.*Import the day on which each contract began"
        ):
            _discount(about=about)
    with pytest.raises(InputError, match="nothing to watch"):
        _discount(about="condition:contract=weekly")
    assert not Fix.objects.exists()
