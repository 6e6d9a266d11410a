"""From columns of text to typed columns, many rows at a time."""

from typing import Literal

import pyarrow as pa

from regard.listen.reading.profile import ColumnProfile

Target = Literal["text", "datetime", "decimal", "float", "boolean"]


def parse_column(
    values: pa.Array | pa.ChunkedArray, profile: ColumnProfile, *, to: Target | None = None, zone: str = "UTC"
) -> tuple[pa.Array, pa.Array]:
    """Typed values (text, timestamp us UTC, decimal128(18, 4), double, bool) and, per row, why it has none.

    A missing value is null with a null reason; an unreadable one is null with a reason.
    """
    raise NotImplementedError
