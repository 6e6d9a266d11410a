"""The directly-follows graph: the published example, any log against plain Python, the help desk, little memory."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard import analytics as ra

START = datetime(2026, 1, 1, tzinfo=UTC)
RUNNING_EXAMPLE = ["abdeh", "adceg", "acdefbdeg", "adbeh", "acdefdcefcdeh", "acdeg"]


def log_of(rows: list[tuple[int, str, int]]) -> ibis.Table:
    """Case, activity and second of each event, in the order of the log, as a table."""
    return ibis.memtable(
        pa.table(
            {
                "case": pa.array([case for case, _, _ in rows], pa.int64()),
                "activity": pa.array([activity for _, activity, _ in rows], pa.string()),
                "at": pa.array(
                    [START + timedelta(seconds=second) for *_, second in rows], pa.timestamp("us", "UTC")
                ),
                "row": pa.array(range(len(rows)), pa.int64()),
            }
        )
    )


def graph_of(rows: list[tuple[int, str, int]]) -> "ra.JourneyGraph":
    return ra.journey_graph(log_of(rows), case="case", activity="activity", at="at", order="row")


def test_agrees_with_the_running_example() -> None:
    """van der Aalst's six cases, as pm4py's discover_dfg returns them."""
    rows = [
        (case, step, 60 * place)
        for case, path in enumerate(RUNNING_EXAMPLE)
        for place, step in enumerate(path)
    ]
    graph = graph_of(rows)
    counts = {f"{step}{following}": edge.passages for (step, following), edge in graph.edges.items()}
    assert counts == {
        "ab": 1, "ac": 3, "ad": 2, "bd": 2, "be": 1, "cd": 4, "ce": 2, "db": 1, "dc": 2, "de": 6, "ef": 3, "eg": 3,
        "eh": 3, "fb": 1, "fc": 1, "fd": 1,
    }  # fmt: skip
    assert (graph.starts, graph.ends) == ({"a": 6}, {"g": 3, "h": 3})
    assert (graph.edges["d", "e"].customers, graph.edges["d", "e"].median_wait) == (4, 60.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.integers(0, 5)), max_size=30))
def test_agrees_with_plain_python_on_any_log(rows: list[tuple[int, str, int]]) -> None:
    """Many ties: the row number keeps the order of the log, as a stable sort by case and time does."""
    waits: dict[tuple[str, str], list[int]] = {}
    customers: dict[tuple[str, str], set[int]] = {}
    starts, ends = Counter(), Counter()
    for case in {case for case, _, _ in rows}:
        path = sorted((row for row in rows if row[0] == case), key=lambda row: row[2])
        starts[path[0][1]] += 1
        ends[path[-1][1]] += 1
        for (_, step, second), (_, following, later) in pairwise(path):
            waits.setdefault((step, following), []).append(later - second)
            customers.setdefault((step, following), set()).add(case)
    graph = graph_of(rows)
    found = {pair: (edge.passages, edge.customers, edge.median_wait) for pair, edge in graph.edges.items()}
    assert found == {pair: (len(each), len(customers[pair]), median(each)) for pair, each in waits.items()}
    assert (graph.starts, graph.ends) == (starts, ends)


def test_equal_times_are_ordered_by_activity_whatever_the_order_of_the_rows() -> None:
    log = log_of([(1, "b", 0), (1, "a", 0), (1, "c", 0)])
    for rows in (log, log.order_by("activity"), log.order_by(ibis.desc("activity"))):
        graph = ra.journey_graph(rows, case="case", activity="activity", at="at")
        assert set(graph.edges) == {("a", "b"), ("b", "c")}


def test_waits_are_exact_quantiles_to_the_microsecond() -> None:
    waits = [0.25, 1, 2, 3, 1000]
    rows = [(n, step, after) for n, wait in enumerate(waits) for step, after in (("a", 0), ("b", wait))]
    edge = graph_of(rows).edges["a", "b"]
    assert (edge.median_wait, edge.p90_wait) == (2.0, pytest.approx(3 + 0.6 * 997))


def test_incomplete_rows_are_left_out_and_customers_may_have_several_cases() -> None:
    log = ibis.memtable(
        {
            "case": [1, 1, 2, 2, None, 3],
            "activity": ["a", "b", "a", "b", "a", None],
            "at": [START + timedelta(hours=hour) for hour in range(6)],
            "who": ["x", "x", "x", "x", "y", "z"],
        }
    )
    edges = ra.journey_edges(log, case="case", activity="activity", at="at", customer="who").to_pyarrow()
    assert edges.select(["step", "next_step", "passages", "customers"]).to_pylist() == [
        {"step": "a", "next_step": "b", "passages": 2, "customers": 1},
        {"step": "b", "next_step": None, "passages": 2, "customers": 1},
    ]
    steps = ra.journey_steps(log, case="case", activity="activity", at="at", customer="who").to_pyarrow()
    assert steps.to_pylist() == [
        {"step": "a", "events": 2, "customers": 1, "starts": 2, "ends": 0},
        {"step": "b", "events": 2, "customers": 1, "starts": 0, "ends": 2},
    ]


def test_customers_may_be_left_uncounted() -> None:
    edges = ra.journey_edges(
        log_of([(1, "a", 0)]), case="case", activity="activity", at="at", count_customers=False
    )
    assert "customers" not in edges.columns


def test_a_wrong_column_is_named() -> None:
    with pytest.raises(ValueError, match="no column 'nothing'"):
        ra.journey_edges(log_of([]), case="nothing")


def test_the_help_desk(shared_data: Path) -> None:
    log = ibis.read_csv(shared_data / "helpdesk" / "helpdesk.csv")
    columns = {"case": "CaseID", "activity": "ActivityID", "at": "CompleteTimestamp"}
    graph = ra.journey_graph(log, **columns)
    assert (sum(graph.starts.values()), sum(graph.ends.values())) == (3804, 3804)
    assert sum(edge.passages for edge in graph.edges.values()) == 13_710 - 3804
    steps = ra.journey_steps(log, **columns).to_pyarrow()
    assert (sum(steps["events"].to_pylist()), steps.num_rows) == (13_710, 9)
    assert dict(zip(*(steps[name].to_pylist() for name in ("step", "ends")), strict=True)) == {
        step: graph.ends.get(step, 0) for step in steps["step"].to_pylist()
    }


@pytest.mark.slow
def test_a_log_larger_than_the_memory_is_sorted_on_disk(tmp_path: Path) -> None:
    """Five million events, some 250 MB in the engine, under a limit of 200 MB."""
    engine = ibis.duckdb.connect(
        tmp_path / "log.duckdb", memory_limit="200MB", temp_directory=str(tmp_path / "spill"), threads=1
    )
    engine.raw_sql(
        "CREATE TABLE log AS SELECT 'customer ' || i % 500000 AS customer_id, 'step ' || i // 500000 AS name, "
        "TIMESTAMP '2026-01-01' + INTERVAL (i % 97 + i // 500000 * 100) SECOND AS occurred_at "
        "FROM range(5000000) numbers(i)"
    )
    edges = ra.journey_edges(engine.table("log")).to_pyarrow()
    assert edges["passages"].to_pylist() == edges["customers"].to_pylist() == [500_000] * 10
