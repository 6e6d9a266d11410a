"""Keeping the lake fast: sorted by person, in few files, without files that nobody reads any more.

Sorting the whole table makes one customer's timeline a read of one or two row groups, but rewrites everything,
so it waits until the rows that came since the last time are a fifth of the rest: a row is then rewritten a
number of times that grows with the logarithm of the lake. In between, many small files become one sorted one.
"""

from dataclasses import dataclass

from deltalake import DeltaTable

from regard.ledger import keys, lake, sorting

SORTED_BY = {"events": "person", "attributes": "person"}
FEWEST_ROWS = 20_000  # fewer unsorted rows are read faster than they are sorted
UNSORTED_SHARE = 0.2
MANY_FILES = 40
SMALL_FILE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Tended:
    """Which tables were sorted as a whole, in which small files were merged, and how many old files are gone."""

    sorted: tuple[str, ...]
    merged: tuple[str, ...]
    removed_files: int


@dataclass(frozen=True)
class Step:
    """What a table needs: `sort`, `merge` or `leave`, and the files it is about."""

    kind: str
    files: list[sorting.DataFile]


def tend(*, thoroughly: bool = False) -> Tended:
    """Sort or merge every table that needs it, then remove files that no reader can hold any more."""
    done: dict[str, list[str]] = {"sort": [], "merge": []}
    removed = 0
    for name in lake.TABLES:
        table = lake.open_table(name)
        if table is None:
            continue
        with lake.store_errors(f"Compacting the lake table `{name}`"):
            step = needed_step(name, table, thoroughly=thoroughly)
            if step.kind != "leave" and sorting.rewrite(name, SORTED_BY[name], step.files):
                done[step.kind].append(name)
            removed += _vacuum(table)
    if any("events" in names for names in done.values()):
        keys.held_digests()
        keys.forget_gone()
    return Tended(tuple(done["sort"]), tuple(done["merge"]), removed)


def needed_step(name: str, table: DeltaTable, *, thoroughly: bool = False) -> Step:
    """What the table needs now; `thoroughly` sorts whatever is not sorted."""
    files = sorting.files_of(table)
    rows = sum(file.rows for file in files)
    settled = sorting.sorted_rows(table)
    settled = settled if settled <= rows else 0  # the table was overwritten since
    if name not in SORTED_BY or rows == settled:
        return Step("leave", [])
    if thoroughly or rows - settled >= max(FEWEST_ROWS, UNSORTED_SHARE * settled):
        return Step("sort", files)
    small = [file for file in files if file.size < SMALL_FILE_BYTES]
    return Step("merge", small) if len(small) >= MANY_FILES else Step("leave", [])


def _vacuum(table: DeltaTable) -> int:
    hours = int(lake.RETENTION.total_seconds() // 3600)
    if not table.vacuum(hours, dry_run=True, enforce_retention_duration=False):
        return 0  # a vacuum that removes nothing would still be a commit
    return len(table.vacuum(hours, dry_run=False, enforce_retention_duration=False))
