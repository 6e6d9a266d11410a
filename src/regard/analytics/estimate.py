"""What every figure leaves the library as: a value, how far to trust it, and on how many answers it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
MINIMUM_N = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure with its confidence interval.

    Below its minimum n an estimate has no value: `too_few` is true and value, low and high are None.

    Parameters
    ----------
    value, low, high : float or None
        The figure and the ends of its interval, in the measure's unit (a share of .3 is 30 %).
    n : int
        How many answers, orders or customers it stands on; of weighted data Kish's effective n, rounded down.
    level : float
        Confidence level of the interval.
    method : str
        Name of the interval's method, such as "wilson".
    version : str
        Version of the measure's definition; figures of different versions are not to be compared.
    standard_error : float or None
        Standard error of `value`, from which comparisons are made.

    Examples
    --------
    >>> print(Estimate(0.3, 0.1405, 0.442, n=100, method="adjusted Wald"))
    0.300 [0.141, 0.442] n=100
    >>> print(Estimate(None, None, None, n=4))
    too few (n=4)
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    level: float = LEVEL
    method: str = ""
    version: str = "1"
    standard_error: float | None = None

    @property
    def too_few(self) -> bool:
        """Whether n was below the measure's minimum, so that there is no figure."""
        return self.value is None

    def show(self, digits: int = 3, *, scale: float = 1.0, unit: str = "") -> str:
        """The figure as text, multiplied by `scale` (100 for per cent), with `unit` behind it.

        Examples
        --------
        >>> Estimate(0.308, 0.2553, 0.3662, n=263).show(1, scale=100, unit=" %")
        '30.8 % [25.5, 36.6] n=263'
        """
        if self.value is None:
            return f"too few (n={self.n})"
        text = f"{self.value * scale:,.{digits}f}{unit}"
        if self.low is not None and self.high is not None:
            text += f" [{self.low * scale:,.{digits}f}, {self.high * scale:,.{digits}f}]"
        return f"{text} n={self.n}"

    def __str__(self) -> str:
        return self.show()


@dataclass(frozen=True, slots=True)
class Interval:
    """Values and interval ends of many groups at once: float arrays of one length, and the method's name."""

    value: Floats
    low: Floats
    high: Floats
    standard_error: Floats
    method: str


@dataclass(frozen=True)
class Estimates:
    """The same measure for many groups, kept as columns; indexing or iterating gives `Estimate` objects.

    Parameters
    ----------
    groups : pyarrow.Table
        One row a group, one column a dimension; no columns when the measure was taken over everything.
    value, low, high, standard_error : float arrays, shape (groups,)
        nan where there were too few.
    n : float array, shape (groups,)
        How many each stands on.
    """

    groups: pa.Table
    value: Floats
    low: Floats
    high: Floats
    standard_error: Floats
    n: Floats
    level: float
    method: str
    version: str

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, position: int) -> Estimate:
        def number(values: Floats) -> float | None:
            return None if np.isnan(values[position]) else float(values[position])

        return Estimate(
            number(self.value),
            number(self.low),
            number(self.high),
            n=int(self.n[position]),
            level=self.level,
            method=self.method,
            version=self.version,
            standard_error=number(self.standard_error),
        )

    def __iter__(self) -> Iterator[Estimate]:
        return (self[position] for position in range(len(self)))

    def by_group(self) -> dict[tuple[Any, ...], Estimate]:
        """Group values, in the order of the dimensions, to estimate; `()` is the group of everything."""
        rows = [tuple(row.values()) for row in self.groups.to_pylist()] if self.groups.num_columns else [()]
        return dict(zip(rows, self, strict=False))

    def of(self, *group: Any) -> Estimate:
        """The estimate of one group, named by its values in the order of the dimensions.

        Raises
        ------
        KeyError
            If there is no such group.
        """
        return self.by_group()[group]

    def only(self) -> Estimate:
        """The estimate over everything, when no dimension was asked for; of no rows at all, too few."""
        if len(self) == 0:
            return Estimate(None, None, None, 0, level=self.level, method=self.method, version=self.version)
        return self[0]

    def show(self, digits: int = 3, *, scale: float = 1.0, unit: str = "") -> str:
        """One line a group, each as `Estimate.show` gives it.

        Examples
        --------
        >>> groups = pa.table({"class": ["first", "second"]})
        >>> n = np.array([50.0, 4.0])
        >>> ends = Interval(np.array([0.5, 0.2]), np.array([0.4, 0.1]), np.array([0.6, 0.3]), n, "wilson")
        >>> print(assemble(groups, ["class"], ends, n).show(0, scale=100, unit=" %"))
        first   50 % [40, 60] n=50
        second  too few (n=4)
        """
        names = [" · ".join(map(str, group)) for group in self.by_group()]
        wide = max(map(len, names), default=0)
        lines = (each.show(digits, scale=scale, unit=unit) for each in self)
        return "\n".join(f"{name:{wide}}  {line}".lstrip() for name, line in zip(names, lines, strict=True))

    def __str__(self) -> str:
        return self.show()

    def to_arrow(self) -> pa.Table:
        """One row a group: the dimensions, then value, low, high, n."""
        table = self.groups
        for name in ("value", "low", "high", "n"):
            values = getattr(self, name)
            table = table.append_column(name, pa.array(values, mask=np.isnan(values)))
        return table


def assemble(
    counts: pa.Table,
    by: Sequence[str],
    interval: Interval,
    n: Floats,
    *,
    level: float = LEVEL,
    version: str = "1",
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Put groups and intervals together, blanking the figures that stand on fewer than `minimum`."""
    enough = np.asarray(n, dtype=np.float64) >= minimum

    def blanked(values: Floats) -> Floats:
        return np.where(enough, values, np.nan)

    return Estimates(
        groups=counts.select(list(by)),
        value=blanked(interval.value),
        low=blanked(interval.low),
        high=blanked(interval.high),
        standard_error=blanked(interval.standard_error),
        n=np.asarray(n, dtype=np.float64),
        level=level,
        method=interval.method,
        version=version,
    )


def column(counts: pa.Table, name: str) -> Floats:
    """A column of counts as floats, null as 0."""
    values = counts.column(name).cast(pa.float64()).fill_null(0.0)
    return np.asarray(values.to_numpy(), dtype=np.float64)
