"""Why they left: the reasons given, ranked, with what each took along."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, Floats, assemble
from regard.analytics.intervals import normal_quantile, poisson_total, wilson

VERSION = "1"


@dataclass(frozen=True)
class LeavingReasons:
    """Reasons for leaving, the commonest first; one row each in all of these.

    Attributes
    ----------
    shares : Estimates
        Of those who gave a reason; each interval taken alone (Wilson).
    together : Estimates
        The same shares with intervals that hold for all reasons at once (Goodman).
    lost : Estimates or None
        Value that left with those who gave the reason, in the unit of `value`.
    ranks : tuple of (int, int)
        Best and worst place that each reason may have, given how few were asked: (1, 1) is surely the first.
    said, unsaid : int
        How many gave a reason, and how many left without one.
    """

    shares: Estimates
    together: Estimates
    lost: Estimates | None
    ranks: tuple[tuple[int, int], ...]
    said: int
    unsaid: int

    @property
    def names(self) -> list[str]:
        """The reasons, in this order."""
        return [str(name) for name in self.shares.groups.column(0).to_pylist()]


def leaving_reasons(
    departures: ir.Table,
    *,
    reason: str = "reason",
    value: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> LeavingReasons:
    """Rank the reasons that those who left gave, and sum the value they took along.

    Parameters
    ----------
    departures : ibis.Table
        One row a customer who left.
    reason : str
        Column of the one reason given, or of its category; null and empty are "gave none".
    value : str, optional
        Column of what the customer was worth (revenue a year, future value, …); null counts as 0.
    level : float, default .95
    minimum : int, default 10
        If fewer gave a reason, the shares say "too few"; of reasons given by fewer, so does the value.

    Returns
    -------
    LeavingReasons

    Raises
    ------
    ValueError
        If a column is missing.

    Notes
    -----
    Together: Goodman's simultaneous intervals for multinomial shares, Wilson's, each at ``1 - (1 - level)/k`` for k
    reasons. Ranks: places that no other reason holds for certain, two reasons being told apart
    if ``|p - q|`` exceeds ``z sqrt((p + q - (p - q)²)/n)`` with z at ``(1 - level)/(k (k - 1)/2)``. Value: compound
    Poisson, ``total ± z sqrt(sum x²)``: what chance alone would change in another equal period. Those who left without
    a word are not spread over the reasons.

    References
    ----------
    Goodman (1965), On simultaneous confidence intervals for multinomial proportions, Technometrics 7(2), 247-254.

    Examples
    --------
    >>> left = ibis.memtable({"reason": ["price"] * 30 + ["moved"] * 10 + [None] * 5, "a_year": [100.0] * 45})
    >>> found = leaving_reasons(left, value="a_year")
    >>> found.names, found.ranks, found.said, found.unsaid
    (['price', 'moved'], ((1, 1), (2, 2)), 40, 5)
    >>> print(found.shares[0], "|", found.together[0], "|", found.lost[0].value)
    0.750 [0.598, 0.858] n=40 | 0.750 [0.575, 0.869] n=40 | 3000.0
    """
    missing = [name for name in (reason, value) if name and name not in departures.columns]
    if missing:
        raise ValueError(f"the table has no column {missing[0]!r}")
    worth = departures[value].cast("float64").fill_null(0.0) if value else ibis.literal(0.0)
    word = departures[reason].cast("string").nullif("")
    rows = departures.select(reason=word, worth=worth)
    counts = rows.group_by("reason").aggregate(
        n=ibis._.count(), total=ibis._.worth.sum(), squares=(ibis._.worth * ibis._.worth).sum()
    )
    held = sorted(counts.to_pyarrow().to_pylist(), key=lambda row: (-row["n"], row["reason"] or ""))
    said = [row for row in held if row["reason"] is not None]
    n = np.array([row["n"] for row in said], dtype=np.float64)
    base = np.full(len(said), n.sum())
    groups = pa.table({reason: pa.array([row["reason"] for row in said], type=pa.string())})

    def shares(confidence: float) -> Estimates:
        return assemble(
            groups, [reason], wilson(n, base, confidence), base, level=level, version=VERSION, minimum=minimum
        )

    totals = poisson_total([row["total"] for row in said], [row["squares"] for row in said], level)
    return LeavingReasons(
        shares=shares(level),
        together=shares(1 - (1 - level) / max(len(said), 1)),
        lost=assemble(groups, [reason], totals, n, level=level, version=VERSION, minimum=minimum)
        if value
        else None,
        ranks=_ranks(n / max(n.sum(), 1.0), float(n.sum()), level),
        said=int(n.sum()),
        unsaid=sum(row["n"] for row in held if row["reason"] is None),
    )


def _ranks(shares: Floats, n: float, level: float) -> tuple[tuple[int, int], ...]:
    """Best and worst place of each share, all pairs compared at once."""
    k = len(shares)
    if k < 2:
        return ((1, 1),) * k
    z = normal_quantile(1 - (1 - level) / (k * (k - 1) / 2))
    gap = shares[:, None] - shares
    error = np.sqrt((shares[:, None] + shares - gap**2) / n)
    above = (gap < -z * error).sum(axis=1)  # who is surely ahead of each
    below = (gap > z * error).sum(axis=1)
    return tuple((int(ahead) + 1, k - int(behind)) for ahead, behind in zip(above, below, strict=True))
