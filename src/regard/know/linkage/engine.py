"""Splink on our own database, asked no more often than needed."""

from functools import cached_property

from splink import DuckDBAPI
from splink.internals.duckdb.dataframe import DuckDBDataFrame
from splink.internals.input_column import InputColumn


class Engine(DuckDBAPI):
    """One for a whole run: what Splink has counted in a table, such as how rare a name is, it counts once."""

    def table_to_splink_dataframe(self, templated_name: str, physical_name: str) -> "_Table":
        return _Table(templated_name, physical_name, self)


class _Table(DuckDBDataFrame):
    """A table of Splink's. None gets other columns later, so they are read and quoted once."""

    @cached_property
    def columns(self) -> list[InputColumn]:
        return super().columns

    @cached_property
    def columns_escaped(self) -> list[str]:
        return [column.name for column in self.columns]
