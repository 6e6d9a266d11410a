"""Keeping the lake fast: sorted by person, in few files, without files that nobody reads any more.

Sorting (a Z-order over one column) makes one customer's timeline a read of one or two row groups, but rewrites
the table, so it waits until the rows that came since the last sorting are a fifth of it: each row is then
rewritten a number of times that grows with the logarithm of the lake. How many rows a sorting covered is kept
in the table itself, as the number of the application transaction `sorted`. In between, small files are merged.
None of this conflicts with appending.
"""

from dataclasses import dataclass

from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError

from regard.ledger import keys, lake

SORTED_BY = {"events": "person", "attributes": "person"}
SORTER = "sorted"
FEWEST_ROWS = 20_000  # fewer unsorted rows are read faster than they are sorted
UNSORTED_SHARE = 0.2
MANY_FILES = 40
SORTED_FILE_BYTES = 128 * 1024 * 1024
MERGED_FILE_BYTES = 16 * 1024 * 1024
SPILL_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Tended:
    """Which tables were sorted and merged, and how many old files were removed."""

    sorted: tuple[str, ...]
    merged: tuple[str, ...]
    removed_files: int


def tend(*, thoroughly: bool = False) -> Tended:
    """Sort or merge every table that needs it, then remove files that no reader can hold any more."""
    chosen = {"sort": [], "merge": [], "leave": []}  # type: dict[str, list[str]]
    removed = 0
    for name in lake.TABLES:
        table = lake.open_table(name)
        if table is None:
            continue
        step = "sort" if thoroughly and name in SORTED_BY else needed_step(name, table)
        with lake.store_errors(f"Compacting the lake table `{name}`"):
            chosen[step if _compact(name, table, step) else "leave"].append(name)
            removed += len(_vacuum(name))
    if "events" in chosen["sort"] + chosen["merge"]:
        keys.held_digests()
        keys.forget_gone()
    return Tended(tuple(chosen["sort"]), tuple(chosen["merge"]), removed)


def needed_step(name: str, table: DeltaTable) -> str:
    """`sort`, `merge` or `leave`."""
    files = table.get_add_actions(flatten=True)
    rows = sum(files.column("num_records").to_pylist())
    unsorted = rows - (table.transaction_version(SORTER) or 0)
    if name in SORTED_BY and unsorted >= max(FEWEST_ROWS, UNSORTED_SHARE * (rows - unsorted)):
        return "sort"
    return "merge" if len(table.file_uris()) >= MANY_FILES else "leave"


def _compact(name: str, table: DeltaTable, step: str) -> bool:
    """Do the step; False if there was nothing to do or another process was doing it."""
    try:
        if step == "sort":
            rows = sum(table.get_add_actions(flatten=True).column("num_records").to_pylist())
            table.optimize.z_order(
                [SORTED_BY[name]],
                target_size=SORTED_FILE_BYTES,
                max_spill_size=SPILL_BYTES,
                writer_properties=lake.PARQUET,
                commit_properties=CommitProperties(app_transactions=[Transaction(SORTER, rows)]),
            )
        elif step == "merge":
            table.optimize.compact(target_size=MERGED_FILE_BYTES, writer_properties=lake.PARQUET)
    except CommitFailedError:
        return False
    return step != "leave"


def _vacuum(name: str) -> list[str]:
    table = lake.open_table(name)
    hours = int(lake.RETENTION.total_seconds() // 3600)
    return [] if table is None else table.vacuum(hours, dry_run=False, enforce_retention_duration=False)
