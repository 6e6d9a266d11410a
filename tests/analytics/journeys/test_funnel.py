"""The funnel: order matters, Wilson's intervals, groups."""

from datetime import UTC, datetime, timedelta

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard import analytics as ra

START = datetime(2026, 1, 1, tzinfo=UTC)
STAGES = ["view", "order", "pay"]


def log_of(rows: list[tuple[int, str, int]]) -> ibis.Table:
    columns = {"customer_id": "int64", "name": "string", "occurred_at": "timestamp('UTC')"}
    return ibis.memtable(
        [(who, name, START + timedelta(hours=hour)) for who, name, hour in rows], schema=ibis.schema(columns)
    )


def reached(customer: list[tuple[str, int]]) -> int:
    """How many stages one customer reaches, in plain Python."""
    moment, place = -1, 0
    for stage in STAGES:
        later = [hour for name, hour in customer if name == stage and hour >= moment]
        if not later:
            break
        moment, place = min(later), place + 1
    return place


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from([*STAGES, "call"]), st.integers(0, 6)),
        min_size=1,
        max_size=30,
    )
)
def test_agrees_with_plain_python_on_any_log(rows: list[tuple[int, str, int]]) -> None:
    people = {who: [(name, hour) for one, name, hour in rows if one == who] for who, _, _ in rows}
    places = [reached(events) for events in people.values()]
    (counts,) = ra.funnel_counts(log_of(rows), STAGES).to_pyarrow().to_pylist()
    assert counts == {"everyone": len(people)} | {
        f"stage_{stage}": sum(place >= stage for place in places) for stage in (1, 2, 3)
    }


def test_conversion_has_wilsons_interval_of_the_stage_before_or_of_the_first() -> None:
    """Newcombe (1998): 81 of 263 and 15 of 148."""
    rows = [(who, "view", 0) for who in range(263)] + [(who, "order", 1) for who in range(81)]
    rows += [(who, "pay", 2) for who in range(20)]
    previous = ra.funnel(log_of(rows), STAGES).by_group()
    assert previous[1, "view"].value == 1.0
    assert previous[2, "order"].show(4) == "0.3080 [0.2553, 0.3662] n=263"
    assert previous[3, "pay"].value == pytest.approx(20 / 81)
    assert ra.funnel(log_of(rows), STAGES, base="first").by_group()[3, "pay"].value == pytest.approx(20 / 263)


def test_groups_are_apart_and_missing_ones_are_a_group() -> None:
    rows = [(who, "view", 0) for who in range(40)] + [(who, "order", 1) for who in range(10)]
    log = log_of(rows).mutate(channel=ibis.cases((ibis._.customer_id < 20, "web"), else_=None))
    by = ra.funnel(log, ["view", "order"], by=["channel"]).by_group()
    assert (by["web", 2, "order"].value, by[None, 2, "order"].value) == (0.5, 0.0)


@pytest.mark.parametrize("stages", [[], ["view", "view"]])
def test_stages_are_named_once(stages: list[str]) -> None:
    with pytest.raises(ValueError, match="each named once"):
        ra.funnel(log_of([(1, "view", 0)]), stages)
