"""Which event_ids the lake holds: what makes dropping repeated events cheap however large the lake grows.

For every Parquet file of the table there is one small file of sorted 128-bit digests of its event_ids. Parquet
files never change, so a digest file is made once and then mapped into memory; looking up n ids costs n binary
searches a file, not a scan of the lake. Of the many small files that a busy inbox makes, the digests are merged in
memory, so that few arrays are searched. It is a cache: delete the folder and it is made again. A digest is MD5,
a fixed function, so two different ids meet with a chance of 2^-128.
"""

import hashlib
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from django.conf import settings
from numpy.typing import NDArray

from regard.ledger import lake, sorting

Digests = NDArray[np.uint64]  # shape (2, n): upper halves, lower halves; sorted by both

MERGED_DIGESTS = 1 << 20  # of a run, 16 MB; larger ones stay in their files


@dataclass(frozen=True)
class _Run:
    """The digests of some files of a table."""

    files: frozenset[str]
    digests: Digests

    @property
    def size(self) -> int:
        size: int = self.digests.shape[1]
        return size


_runs: dict[str, list[_Run]] = {}  # of a table's place

_HALVES = """
    SELECT (digest >> 64)::UBIGINT AS upper_half, (digest & 18446744073709551615::UHUGEINT)::UBIGINT AS lower_half
    FROM (SELECT md5_number(event_id)::UHUGEINT AS digest FROM {rows})
"""


def digest_ids(database: duckdb.DuckDBPyConnection, event_ids: pa.ChunkedArray) -> Digests:
    """The digests of event_ids, in their order."""
    database.register("ids_to_digest", pa.table({"event_id": event_ids}))
    try:
        return _fetch(database, _HALVES.format(rows="ids_to_digest"))
    finally:
        database.unregister("ids_to_digest")


def _fetch(database: duckdb.DuckDBPyConnection, sql: str) -> Digests:
    columns = database.execute(sql).fetchnumpy()
    return np.stack([np.asarray(columns["upper_half"]), np.asarray(columns["lower_half"])])


def order_of(digests: Digests) -> NDArray[np.intp]:
    """The order that sorts digests by both halves, and leaves equal ones as they stand."""
    order = np.argsort(digests[0])  # a third of the time of a stable sort, or of one by both halves
    upper = digests[0][order]
    if (upper[1:] == upper[:-1]).any():
        order = np.lexsort((digests[1], digests[0]))
    return order


def sort_digests(digests: Digests) -> Digests:
    return np.ascontiguousarray(digests[:, order_of(digests)])


def found_in(known: Digests, wanted: Digests) -> NDArray[np.bool_]:
    """Which of `wanted` (sorted) are in `known` (sorted)."""
    size = known.shape[1]
    if not size or not wanted.shape[1]:
        return np.zeros(wanted.shape[1], dtype=bool)
    at = np.searchsorted(known[0], wanted[0])
    while True:  # equal upper halves are as good as never followed by different lower ones: one round
        inside = np.minimum(at, size - 1)
        same_upper = (at < size) & (known[0][inside] == wanted[0])
        behind = same_upper & (known[1][inside] < wanted[1])
        if not behind.any():
            found: NDArray[np.bool_] = same_upper & (known[1][inside] == wanted[1])
            return found
        at = at + behind


def first_of_each(digests: Digests) -> NDArray[np.bool_]:
    """Which of sorted digests differ from the one before."""
    first = np.ones(digests.shape[1], dtype=bool)
    first[1:] = (digests[:, 1:] != digests[:, :-1]).any(axis=0)
    return first


def held_digests(name: str = "events") -> list[Digests]:
    """The digests of every file of the table, those of small files merged, making those that are missing."""
    table, place = lake.open_table(name), lake.location(name)
    files = set(lake.paths_of(table)) if table is not None else set()
    runs = [run for run in _runs.get(place, ()) if run.files <= files]
    for file in sorted(files.difference(*(run.files for run in runs))):
        runs.append(_Run(frozenset([file]), _digests_of(name, file)))
        while (
            len(runs) > 1
            and runs[-2].size <= 2 * runs[-1].size
            and runs[-2].size + runs[-1].size <= MERGED_DIGESTS
        ):
            last, before = runs.pop(), runs.pop()
            merged = digests_of_many([before.digests, last.digests])
            runs.append(_Run(before.files | last.files, merged))
    _runs[place] = runs
    return [run.digests for run in runs]


def held_events(event_ids: pa.ChunkedArray) -> pa.Array:
    """Which of these event_ids the lake holds."""
    digests = digest_ids(lake.connection().con.cursor(), event_ids)
    order = order_of(digests)
    found = np.zeros(len(event_ids), dtype=bool)
    for known in held_digests():
        here = found_in(known, digests[:, order])
        found[order[here]] = True
        order = order[~here]  # the others may be in another file
    return pa.array(found)


def note_added(name: str, before: set[str], digests: Digests) -> None:
    """Spare indexing the one file that an append has just written: its digests are known.

    The caller holds the writer lock and names the files from before, so whatever else there is, is its own.
    """
    table = lake.open_table(name)
    added = set(lake.paths_of(table)) - before if table is not None else set()
    if len(added) == 1:
        with lake.store_errors(f"Keeping the index of {name}"):
            _save(digests, _path_of(name, added.pop()))


def forget_gone(name: str = "events") -> None:
    """Remove digest files of Parquet files that the table no longer has, and unfinished ones."""
    table = lake.open_table(name)
    kept = {f"{file}.npy" for file in lake.paths_of(table)} if table is not None else set()
    for path in _folder(name).glob("*.npy"):
        if path.name not in kept:
            path.unlink(missing_ok=True)
    for path in _folder(name).glob("*.part"):  # of a process that was killed while making one
        if path.stat().st_mtime < time.time() - 3600:
            path.unlink(missing_ok=True)


def wrong_files(name: str = "events", *, thoroughly: bool = False) -> list[Path]:
    """Digest files that do not say what their Parquet file holds; `thoroughly` compares each id, not how many."""
    table = lake.open_table(name)
    files = sorting.files_of(table) if table is not None else []
    kept = [(file, _path_of(name, file.path)) for file in files]
    return [path for file, path in kept if path.exists() and not _fits(name, file, path, thoroughly)]


def _fits(name: str, file: sorting.DataFile, path: Path, thoroughly: bool) -> bool:
    try:
        held = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return False
    if held.dtype != np.uint64 or held.shape != (2, file.rows):
        return False
    return not thoroughly or np.array_equal(held, _digest(name, file.path))


def make_anew(paths: Sequence[Path], name: str = "events") -> None:
    """Make these digest files again."""
    for path in paths:
        path.unlink(missing_ok=True)
    _runs.clear()
    _load.cache_clear()
    held_digests(name)


def _digests_of(name: str, file: str) -> Digests:
    path = _path_of(name, file)
    if not path.exists():
        _make(name, file, path)
    return _load(path)


@lru_cache(maxsize=4096)
def _load(path: Path) -> Digests:
    digests: Digests = np.load(path, mmap_mode="r")
    return digests


def _make(name: str, file: str, path: Path) -> None:
    digests = _digest(name, file)
    with lake.store_errors(f"Keeping the index of {file}"):
        _save(digests, path)


def _digest(name: str, file: str) -> Digests:
    """The digests of a Parquet file, read from it."""
    rows = lake.read_files(name, [file])
    with lake.store_errors(f"Indexing the event_ids of {file}"):
        digests = _fetch(lake.connection().con, _HALVES.format(rows=f'"{rows.get_name()}"'))
    lake.drop_view(rows)
    return sort_digests(digests)  # in three quarters of the time that the engine takes to sort them


def _save(digests: Digests, path: Path) -> None:
    """Write a digest file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{uuid.uuid4().hex}.part")
    with fresh.open("wb") as target:
        np.save(target, digests)
    fresh.replace(path)


def _path_of(name: str, file: str) -> Path:
    return _folder(name) / f"{file}.npy"


def _folder(name: str) -> Path:
    place = hashlib.blake2b(lake.location(name).encode(), digest_size=8).hexdigest()
    return Path(settings.REGARD_HOME) / "keys" / place


def digests_of_many(pieces: Sequence[Digests]) -> Digests:
    """Several sorted arrays as one."""
    return sort_digests(np.concatenate(pieces, axis=1)) if pieces else np.empty((2, 0), dtype=np.uint64)
