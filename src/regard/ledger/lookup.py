"""The rows of a few keys, read straight from the row groups that may have them: what a page asks.

Planning such a question costs DuckDB more than reading its answer, and it reads the whole of a group to find one row.
Here the footers of the files, which never change under their names, say which groups may hold a key; of those the
column of the key is read first. That pays as long as the groups are few and small, so tables that pages look into are
sorted by their key. Otherwise the engine is the better reader.
"""

import threading
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regard.ledger import lake

GROUP_ROWS = 4096  # of a row group of what pages read by its key
MOST_ROWS = 500_000  # in the groups that may hold the keys; the engine reads more of them faster
KEPT_BYTES = 64 * 1024 * 1024  # of unpacked row groups, in each process


@dataclass(frozen=True)
class _Footer:
    """What a Parquet file says of itself, and between which values a column lies in each of its row groups."""

    metadata: pq.FileMetaData
    groups: list[int]  # those with a value at all
    lowest: list[Any]
    highest: list[Any]
    ordered: bool  # the groups follow one another

    def groups_with(self, keys: Sequence[Any]) -> list[int]:
        """The row groups that may have one of the keys, in their order."""
        if not self.ordered:
            bounds = zip(self.groups, self.lowest, self.highest, strict=True)
            return [group for group, low, high in bounds if any(low <= key <= high for key in keys)]
        spans = (range(bisect_left(self.highest, key), bisect_right(self.lowest, key)) for key in keys)
        return [self.groups[place] for place in sorted({place for span in spans for place in span})]


@dataclass
class _Kept:
    """Row groups as they were unpacked; those not asked for the longest are forgotten first."""

    groups: OrderedDict[tuple[str, int], pa.Table] = field(default_factory=OrderedDict)
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, path: str, group: int) -> pa.Table | None:
        with self.lock:
            held = self.groups.get((path, group))
            if held is not None:
                self.groups.move_to_end((path, group))
            return held

    def put(self, path: str, group: int, rows: pa.Table) -> None:
        with self.lock:
            if (path, group) not in self.groups:
                self.groups[path, group] = rows
                self.size += rows.nbytes
            while self.size > KEPT_BYTES:
                _, forgotten = self.groups.popitem(last=False)
                self.size -= forgotten.nbytes


_kept = _Kept()


def find(name: str, column: str, keys: Sequence[Any], *, keep: bool = False) -> pa.Table | None:
    """The rows of a table whose column is one of the keys, in no order; None if the engine should be asked instead.

    With `keep`, for tables that are small as a whole, what was unpacked once is kept for the next question.
    """
    if not lake.is_local(lake.location(name)):
        return None
    table = lake.open_table(name)
    paths = lake.paths_of(table) if table is not None else []
    with lake.store_errors(f"Reading the lake table `{name}`"):
        places = _places([f"{lake.location(name)}/{path}" for path in paths], column, keys)
        if places is None:
            return None
        wanted = pa.array(keys)
        read = _read_kept if keep else _read
        parts = [part for path, groups in places for part in read(path, column, groups, wanted)]
    return pa.concat_tables(parts, promote_options="default") if parts else lake.TABLES[name].empty_table()


def _places(paths: Sequence[str], column: str, keys: Sequence[Any]) -> list[tuple[str, list[int]]] | None:
    """Files with the row groups to read; None if one says too little or they are too many."""
    places, rows = [], 0
    for path in paths:
        footer = _footer(path, column)
        if footer is None:
            return None
        groups = footer.groups_with(keys)
        rows += sum(footer.metadata.row_group(group).num_rows for group in groups)
        if rows > MOST_ROWS:
            return None
        if groups:
            places.append((path, groups))
    return places


@lru_cache(maxsize=2048)
def _footer(path: str, column: str) -> _Footer | None:
    """None where a row group does not say between which values the column lies."""
    metadata = pq.read_metadata(path)
    groups, lowest, highest = [], [], []
    for group in range(metadata.num_row_groups):
        # statistics belong to their chunk: they must not outlive it
        rows = metadata.row_group(group)
        chunks = (rows.column(place) for place in range(rows.num_columns))
        chunk = next(chunk for chunk in chunks if chunk.path_in_schema == column)
        stated = chunk.statistics
        if stated is not None and stated.has_min_max:
            groups.append(group)
            lowest.append(stated.min)
            highest.append(stated.max)
        elif stated is None or stated.null_count != rows.num_rows:
            return None
    ordered = all(before <= after for bound in (lowest, highest) for before, after in pairwise(bound))
    return _Footer(metadata, groups, lowest, highest, ordered)


def _read(path: str, column: str, groups: Sequence[int], wanted: pa.Array) -> Iterator[pa.Table]:
    with _open(path, column) as file:
        names: list[str] = file.schema_arrow.names
        others = [name for name in names if name != column]
        for group in groups:
            held = file.read_row_group(group, columns=[column], use_threads=False)
            chosen = pc.is_in(held[column], value_set=wanted)
            if pc.any(chosen).as_py():
                rows = file.read_row_group(group, columns=others, use_threads=False)
                yield rows.append_column(column, held[column]).select(names).filter(chosen)


def _read_kept(path: str, column: str, groups: Sequence[int], wanted: pa.Array) -> Iterator[pa.Table]:
    for group in groups:
        rows = _kept.get(path, group)
        if rows is None:
            with _open(path, column) as file:
                rows = file.read_row_group(group, use_threads=False)
            _kept.put(path, group, rows)
        yield rows.filter(pc.is_in(rows[column], value_set=wanted))


def _open(path: str, column: str) -> pq.ParquetFile:
    footer = _footer(path, column)
    return pq.ParquetFile(path, metadata=footer.metadata if footer else None, memory_map=True)
