"""The second engine: PySpark on this machine, and a way to ask DuckDB and Spark the same.

A tests folder that compares the two imports the fixtures into its conftest: `from tests.spark import both, spark`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import ibis
import pyarrow as pa
import pytest

from regard import analytics as ra

Both = Callable[..., None]


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Ibis on a small local Spark, one for all tests; skipped without Java, unless in CI, which must have it."""
    if shutil.which("java") is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Java, to run the measures on Spark")
        pytest.skip("no Java: the measures are not run on Spark")
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "1g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder),
    }
    builder = SparkSession.builder.master("local[2]").appName("regard-tests")
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield ibis.pyspark.connect(session)
    session.stop()


@pytest.fixture
def both(spark: Any) -> Both:
    """Ask both engines: `both(question, name=table, ...)` calls the question with each engine's own tables."""

    def ask(question: Callable[..., Any], **tables: pa.Table) -> None:
        here = {name: ibis.memtable(table) for name, table in tables.items()}
        there = {name: spark.create_table(name, table, overwrite=True) for name, table in tables.items()}
        answers = [plain(question(**held)) for held in (here, there)]
        assert answers[0], "a question without an answer compares nothing"
        assert_same(*answers)

    return ask


def plain(answer: Any) -> list[dict[str, Any]]:
    """Rows of a table, of estimates or of each answer in a list, in an order that does not depend on the engine."""
    if isinstance(answer, list):
        return [row for one in answer for row in plain(one)]
    if isinstance(answer, dict):
        return [answer]
    if isinstance(answer, ra.Estimate):
        return [{name: getattr(answer, name) for name in ("value", "low", "high", "n")}]
    table = answer.to_arrow() if isinstance(answer, ra.Estimates) else answer.to_pyarrow()
    return sorted(table.to_pylist(), key=lambda row: [(value is None, str(value)) for value in row.values()])


def assert_same(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    """Equal rows, floats up to rounding."""
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert list(one) == list(other)
        for name, value in one.items():
            close = pytest.approx(value, rel=1e-9, nan_ok=True) if isinstance(value, float) else value
            assert other[name] == close, f"{name}: DuckDB {one}, Spark {other}"
