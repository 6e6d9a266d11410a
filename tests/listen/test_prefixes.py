"""Any split of a file into prefixes, imported in growing length, equals one import."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from regard.ledger import lake
from regard.ledger.queries import events
from regard.listen.actions import import_file
from regard.listen.mapping import parse_mapping

MAPPING = parse_mapping(
    """source = "shop"
[[table]]
name = "orders"
headers = ["order", "customer", "day", "total", "plan"]
person = [{ via = "id", columns = ["customer"] }]
[table.read]
decimal_comma = false
[table.attributes]
plan = "plan"
[table.dates]
day = "yyyy-mm-dd"
[[table.event]]
name = "order.completed"
id = ["order"]
at = "day"
subject = { kind = "order", column = "order" }
amount = "total"
[[table.event]]
name = "custom.visited"
id = ["customer", "day"]
separate = true
at = "day"
"""
)
ROWS = st.lists(
    st.tuples(
        st.integers(1, 4), st.sampled_from("AB"), st.integers(1, 3), st.sampled_from(["1", "2.5", "x"]),
        st.sampled_from(["gold", "free", ""]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@contextmanager
def fresh_place() -> Iterator[Path]:
    """A lake and home of their own for each example."""
    before = settings.REGARD_LAKE, settings.REGARD_HOME
    with TemporaryDirectory() as folder:
        settings.REGARD_LAKE, settings.REGARD_HOME = f"{folder}/lake", Path(folder)
        yield Path(folder)
    settings.REGARD_LAKE, settings.REGARD_HOME = before


def take_in(folder: Path, rows: list[tuple[int, str, int, str, str]]) -> None:
    path = folder / f"orders{len(rows)}.csv"
    lines = [f"{order},{who},2026-01-0{day},{total},{plan}" for order, who, day, total, plan in rows]
    path.write_text("\n".join(["order,customer,day,total,plan", *lines]) + "\n")
    done = import_file(path, source="shop", actor="ann", mapping=MAPPING)
    assert done.rows_read == len(rows) == (
        done.event_rows + done.attribute_rows + done.duplicate_rows + done.rejected_rows
    )  # fmt: skip


def state() -> tuple[list[str], list[str]]:
    said = events().select("event_id").to_pyarrow()["event_id"].to_pylist()
    told = lake.read("attributes").select("row_id").to_pyarrow()["row_id"].to_pylist()
    return sorted(said), sorted(told)


@pytest.mark.slow
@pytest.mark.django_db
@limits(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, cuts=st.sets(st.integers(1, 7)))
def test_prefixes_of_growing_length_equal_one_import(
    rows: list[tuple[int, str, int, str, str]], cuts: set[int]
) -> None:
    with fresh_place() as folder:
        take_in(folder, rows)
        whole = state()
    with fresh_place() as folder:
        for cut in sorted(cut for cut in cuts if cut < len(rows)):
            take_in(folder, rows[:cut])
        take_in(folder, rows)
        assert state() == whole
        take_in(folder, rows)
        assert state() == whole
