"""What the steps of an import work on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from regard.know.unheard import Stretch
from regard.listen.mapping import SourceMapping, TableMapping
from regard.listen.reading import ColumnProfile, Hints, Sheet, profile_sheet


@dataclass
class Context:
    """What stays the same during one import. `con` is a DuckDB cursor of its own, with temporary tables."""

    mapping: SourceMapping
    con: Any
    zone: str
    region: str
    currency: str
    recorded_at: datetime
    hints: Hints = field(default_factory=Hints)
    unheard: Sequence[Stretch] = ()  # what the lake recorded then, the database has not heard
    sheet: Sheet | None = None  # being read
    before_looking: Callable[[], None] = lambda: None  # finishes what is still being written to the lake
    is_first: dict[str, bool] = field(
        default_factory=dict
    )  # lake table -> it had nothing of the source before
    profiles: dict[str, ColumnProfile] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return self.mapping.source

    def close(self) -> None:
        """Give the working database back."""
        self.con.close()

    def enter(self, sheet: Sheet) -> None:
        """Go on to another sheet."""
        if sheet is not self.sheet:
            self.sheet, self.profiles = sheet, {}

    def profile(self, column: str) -> ColumnProfile:
        """What the sheet shows of a column; looked at only when the mapping does not say."""
        if not self.profiles and self.sheet is not None:
            self.profiles = {profile.name: profile for profile in profile_sheet(self.sheet, hints=self.hints)}
        return self.profiles[column]


@dataclass
class Counts:
    """How rows were used; every row counts once."""

    rows_read: int = 0
    event_rows: int = 0
    attribute_rows: int = 0
    duplicate_rows: int = 0
    rejected_rows: int = 0
    events_added: int = 0
    corrections: int = 0

    def add(self, other: "Counts") -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Chunk:
    """Some rows of one sheet on their way. A step reads what earlier ones left and adds its own."""

    table: TableMapping
    rows: pa.Table  # text columns and `_row`
    signed: set[str] = field(default_factory=set)  # columns whose amounts say their currency
    made: pa.Table = field(
        default_factory=lambda: pa.table({})
    )  # every event of every row, with key and version
    fresh: pa.Table = field(default_factory=lambda: pa.table({}))  # those of them that are new
    events: pa.Table | None = None  # new ones and retractions, EVENT_SCHEMA
    attributes: pa.Table | None = None
    identities: pa.Table | None = None
    rejects: dict[int, str] = field(default_factory=dict)  # row number -> reason
    counts: Counts = field(default_factory=Counts)


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''").replace("\x00", "") + "'"
