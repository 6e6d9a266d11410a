"""Slices: some customers and some months, to which what pages show is narrowed."""

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from regard.ledger import lake


@dataclass(frozen=True)
class Slice:
    """The customers of one group of one dimension ("" is everybody), and first days of months, both included."""

    dimension: str = ""
    group: str = ""
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.dimension or self.since or self.until)

    @property
    def customers_only(self) -> "Slice":
        """The same customers, at any time."""
        return Slice(self.dimension, self.group)


EVERYTHING = Slice()


def within(rows: ir.Table, part: Slice) -> ir.Table:
    """The rows (customer_id, month) of a slice."""
    if part.dimension:
        segments = lake.read("segments")
        chosen = segments.filter((segments.dimension == part.dimension) & (segments.group == part.group))
        rows = rows.semi_join(chosen, "customer_id")
    if part.since is not None:
        rows = rows.filter(rows.month >= ibis.date(part.since))
    if part.until is not None:
        rows = rows.filter(rows.month <= ibis.date(part.until))
    return rows
