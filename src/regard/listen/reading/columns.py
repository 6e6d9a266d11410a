"""What a column's values show: the shape that profiling fills and converting follows."""

from dataclasses import dataclass, field

KINDS = (
    "empty", "integer", "decimal", "currency", "rating", "boolean", "date", "datetime", "time",
    "email", "phone", "url", "name", "id", "postcode", "category", "text",
)  # fmt: skip


@dataclass(frozen=True)
class ColumnProfile:
    """One column as the whole of it shows."""

    name: str
    kind: str  # one of KINDS
    null_share: float = 0.0  # empty or a missing word
    distinct: int = 0  # exact up to 200,000 rows, else within a few per cent
    unique: bool = False  # every value once (within what `distinct` can tell)
    examples: list[str] = field(default_factory=list)
    minimum: str | None = None  # of numbers and dates, in their own order
    maximum: str | None = None
    missing_words: list[str] = field(default_factory=list)  # as they stand in the column, without ""
    decimal_comma: bool = False
    number_certain: bool = True  # False: "1,234" may be a thousand or one and a bit
    currency: str | None = None  # EUR, USD, … when every amount says so
    date_format: str | None = None  # "m/d/yyyy h:mm", "yyyymmdd", "epoch seconds", "excel serial", …
    date_order_certain: bool = True  # False: ask, or refuse
    evidence: str = ""  # why the kind or the order was chosen, to be shown
