"""What a column's values show: the shape that profiling fills and converting follows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from regard.listen.reading.numbers import NumberStyle

KINDS = (
    "empty", "integer", "decimal", "currency", "rating", "boolean", "date", "datetime", "time",
    "email", "phone", "url", "name", "id", "postcode", "category", "text",
)  # fmt: skip
NUMBERS = {"integer", "decimal", "currency", "rating"}


@dataclass(frozen=True)
class ColumnProfile:
    """One column as the whole of it shows."""

    name: str
    kind: str  # one of KINDS
    null_share: float = 0.0  # empty or a missing word
    distinct: int = 0
    unique: bool = False  # every value once
    examples: list[str] = field(default_factory=list)
    minimum: str | None = None  # of numbers and dates, in their own order
    maximum: str | None = None
    missing_words: list[str] = field(default_factory=list)  # as they stand in the column, without ""
    decimal_comma: bool = False
    number_certain: bool = True  # False: "1,234" may be a thousand or one and a bit
    ambiguous_mark: str = ""  # "," or "." if it is that mark which may be either; ask, or refuse
    currency: str | None = None  # EUR, USD, … when every amount says so
    date_format: str | None = None  # "m/d/yyyy h:mm", "yyyymmdd", "epoch seconds", "excel serial", …
    date_order_certain: bool = True  # False: ask, or refuse
    evidence: str = ""  # why the kind or the order was chosen, to be shown


@dataclass
class Column:
    """One column on its way to a profile."""

    profile: ColumnProfile
    data: pa.ChunkedArray
    counts: pa.StructArray | None  # values and how often, unless there are too many
    style: NumberStyle | None = None
    separator: str = ""

    def pieces(self) -> Iterator[pa.Array]:
        """The values that are there, each once if they are not too many."""
        for piece in [self.counts.field("values")] if self.counts is not None else self.data.chunks:
            yield present(piece, self.profile.missing_words).drop_null()


def present(texts: pa.Array, missing_words: list[str], *, trim: bool = True) -> pa.Array:
    """The texts, with null for what only says that there is no value."""
    trimmed = pc.utf8_trim_whitespace(texts)
    missing = pc.is_in(trimmed, value_set=pa.array(["", *missing_words], pa.string()))
    found = trimmed if trim else texts
    return pc.if_else(missing, None, found) if pc.any(missing).as_py() else found
