"""Where mappings lie, which of their tables a sheet is, and who may import into a source at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from fnmatch import fnmatch
from pathlib import Path

from django.conf import settings

from regard.errors import ConflictError, MappingError
from regard.listen.mapping import SourceMapping, TableMapping, read_mapping, write_mapping
from regard.listen.reading import Hints, Sheet


def mapping_path(source: str) -> Path:
    return Path(settings.REGARD_HOME) / "sources" / f"{source}.toml"


def stored_mapping(source: str) -> SourceMapping | None:
    """The mapping of a source, or None before its first."""
    path = mapping_path(source)
    return read_mapping(path) if path.exists() else None


def known_mappings() -> list[SourceMapping]:
    """The mappings of all sources."""
    return [read_mapping(path) for path in sorted(mapping_path("x").parent.glob("*.toml"))]


def store_mapping(mapping: SourceMapping, *, notes: dict[str, list[str]] | None = None) -> Path:
    """Keep a mapping as its source's."""
    path = mapping_path(mapping.source)
    write_mapping(mapping, path, notes=notes)
    return path


def expect_source(mapping: SourceMapping, source: str) -> None:
    """Refuse a mapping of another source than the one that is imported into."""
    if mapping.source != source:
        raise MappingError(
            f"The mapping is of `{mapping.source}`, the import of `{source}`.",
            hint=f'Write source = "{source}", or import into `{mapping.source}`.',
        )


@contextmanager
def hold_source(source: str) -> Iterator[None]:
    """The right to import into a source; a process that dies lets go of it."""
    path = mapping_path(source).with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConflictError(
                f"Another import into `{source}` is running.", hint="Wait for it, then import again."
            ) from error
        yield


def is_held(source: str) -> bool:
    """Whether somebody imports into a source right now."""
    try:
        with hold_source(source):
            return False
    except ConflictError:
        return True


def match_table(mapping: SourceMapping, sheet: Sheet, file_name: str) -> TableMapping | None:
    """The table of the mapping that a sheet is: by its headers, then by the name of file or sheet."""
    columns = set(sheet.columns)
    named = [table for table in mapping.tables if _is_named(table, sheet, file_name)]
    same = [table for table in mapping.tables if set(table.headers) == columns]
    enough = [table for table in mapping.tables if table.columns() and table.columns() <= columns]
    for found in (
        [table for table in same if table in named],
        same,
        [table for table in enough if table in named],
        sorted(enough, key=lambda table: -len(columns & set(table.headers))),
    ):
        if found:
            return found[0]
    return None


def _is_named(table: TableMapping, sheet: Sheet, file_name: str) -> bool:
    names = (file_name.lower(), sheet.name.lower())
    return any(fnmatch(name, pattern.lower()) for name in names for pattern in table.files)


def expect_table(mapping: SourceMapping, sheet: Sheet, file_name: str) -> TableMapping:
    """The table that a sheet is, or MappingError with what is missing from the nearest."""
    table = match_table(mapping, sheet, file_name)
    if table is not None:
        return table
    nearest = max(mapping.tables, key=lambda t: len(set(t.headers) & set(sheet.columns)), default=None)
    missing = sorted(nearest.columns() - set(sheet.columns)) if nearest else []
    hint = (
        f"Nearest is table `{nearest.name}`, which needs also: {', '.join(missing)}."
        if nearest and missing
        else ""
    )
    raise MappingError(
        f"No table of {mapping.source}.toml fits `{sheet.name}` of {file_name} ({', '.join(sheet.columns[:12])}).",
        hint=hint,
    )


def hints_for(mapping: SourceMapping | None, file_name: str, hints: Hints) -> Hints:
    """What is known about a file before it is opened: what is said now, else what the mapping says."""
    for table in mapping.tables if mapping else ():
        if any(fnmatch(file_name.lower(), pattern.lower()) for pattern in table.files):
            known = {
                name: getattr(table.read, name) or None for name in ("encoding", "delimiter", "date_order")
            }
            known |= {name: getattr(table.read, name) for name in ("header", "decimal_comma")}
            asked = {f.name for f in fields(hints) if getattr(hints, f.name) is not None}
            return replace(hints, **{k: v for k, v in known.items() if v is not None and k not in asked})
    return hints
