"""Apply a function of text to a column at the cost of its distinct values."""

from collections.abc import Callable

import pyarrow as pa

from regard.know.normalise.text import is_missing

Normaliser = Callable[[str], str | None]


def map_distinct(column: pa.Array, make: Normaliser) -> pa.Array:
    """The column with `make` applied to each distinct value; missing ones stay missing."""
    encoded = column.dictionary_encode()
    values = encoded.dictionary.to_pylist()
    made = [None if value is None or is_missing(value) else make(value) for value in values]
    return pa.array(made, pa.string()).take(encoded.indices)
