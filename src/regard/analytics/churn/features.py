"""What is known of each customer as a matrix for trees: numbers as they are, text as one column a level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats

Features = Mapping[str, npt.ArrayLike]
Column = npt.NDArray[np.generic]

RARE = 20  # levels seen less often are one together: a tree cannot learn them
LEVELS = 30


def read_column(name: str, given: npt.ArrayLike, n: int | None) -> Column:
    """A column as an array, of n rows if said; text, mixed and missing values as objects."""
    values = np.asarray(given)
    if values.ndim != 1 or (n is not None and len(values) != n):
        raise ValueError(f"feature {name!r} has shape {values.shape}, expected ({n},)")
    return values.astype(object) if values.dtype.kind in "UST" else values


def is_time(values: Column) -> bool:
    """Whether a column holds dates or times."""
    return values.dtype.kind == "M" or (
        values.dtype.kind == "O" and any(isinstance(value, date) for value in values.tolist())
    )


def is_text(values: Column) -> bool:
    """Whether a column holds text."""
    return values.dtype.kind == "O" and any(isinstance(value, str) for value in values.tolist())


def as_days(values: Column) -> Floats:
    """Times as days since 1970 in UTC, nan where there is none."""
    if values.dtype.kind == "M":
        seconds = values.astype("datetime64[s]")
        return np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64) / 86_400)
    return np.array([_days(value) for value in values.tolist()])


def _days(value: object) -> float:
    if isinstance(value, datetime) and value == value:  # pandas' missing time is a datetime unlike itself
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() / 86_400
    if isinstance(value, date) and value == value:
        return float((value - date(1970, 1, 1)).days)
    return float("nan")


def as_numbers(values: Column) -> Floats:
    """Numbers, booleans and times as floats, nan where missing."""
    return as_days(values) if is_time(values) else values.astype(np.float64)


def missing_in(values: Column) -> npt.NDArray[np.bool_]:
    """Where a column has no value."""
    if is_text(values):
        return np.array([value is None or value != value or value == "" for value in values.tolist()])
    return np.isnan(as_numbers(values))


def level_names(values: Column) -> npt.NDArray[np.str_]:
    """Text of each row; missing is the empty text."""
    return np.where(missing_in(values), "", values.astype(str))


@dataclass(frozen=True, slots=True)
class Encoding:
    """How features become columns: levels of the text ones, None for the others; and which feature each column is."""

    levels: dict[str, tuple[str, ...] | None]
    owner: npt.NDArray[np.intp]

    @classmethod
    def learn(cls, features: Features, n: int) -> "Encoding":
        """From the rows a model is trained on.

        Raises
        ------
        ValueError
            If a column has another length, or is text that differs in nearly every row.
        """
        levels = {name: _common_levels(name, read_column(name, given, n)) for name, given in features.items()}
        sizes = [1 if kept is None else len(kept) for kept in levels.values()]
        return cls(levels, np.repeat(np.arange(len(sizes)), sizes))

    def matrix(self, features: Features) -> Floats:
        """Shape (rows, columns), in the order in which the features were learnt."""
        absent = [name for name in self.levels if name not in features]
        if absent:
            raise ValueError(f"feature {absent[0]!r} is missing")
        columns: list[Floats] = []
        n = None
        for name, kept in self.levels.items():
            values = read_column(name, features[name], n)
            n = len(values)
            if kept is None:
                columns.append(as_numbers(values))
            else:
                named = level_names(values)
                columns += [(named == level).astype(np.float64) for level in kept]
        return np.column_stack(columns)


def _common_levels(name: str, values: Column) -> tuple[str, ...] | None:
    if not is_text(values):
        return None
    levels, counts = np.unique(level_names(values), return_counts=True)
    if len(levels) > 2 * RARE and len(levels) > 0.5 * len(values):
        raise ValueError(
            f"feature {name!r} differs in nearly every row: it names the customer, it says nothing of others"
        )
    order = np.argsort(-counts, kind="stable")[:LEVELS]
    return tuple(str(levels[at]) for at in order if counts[at] >= min(RARE, len(values) // 4)) or (
        str(levels[order[0]]),
    )
