"""A figure as it is kept and shown."""

from regard.understand.figures import Row
from regard.understand.models import Computation, Finding


def finding_of(row: Row, computation: Computation | None = None) -> Finding:
    """The finding, not yet stored; without a computation it is only shown."""
    estimate = row.estimate
    return Finding(
        computation=computation,
        measure=row.measure,
        version=estimate.version,
        dimension=row.dimension[:60],
        group=row.group[:200],
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        standard_error=estimate.standard_error,
        n=estimate.n,
        level=estimate.level,
        method=estimate.method,
        unit=row.unit,
    )
