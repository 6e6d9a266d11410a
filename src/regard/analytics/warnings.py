"""Numbers that are computed and still not to be trusted: warnings, apart from errors."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class StatisticalWarning(UserWarning):
    """A figure stands on too little, or on an assumption the data contradict."""


class ConvergenceWarning(StatisticalWarning):
    """A fit stopped before it settled, or settled on an edge where its parameters are not identified."""


_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


def warn(
    message: str, category: type[StatisticalWarning] = StatisticalWarning, *, stacklevel: int = 1
) -> None:
    """Warn as `warnings.warn` does, unless somebody listens with `hear_warnings`."""
    said = _heard.get()
    if said is None:
        warnings.warn(message, category, stacklevel=stacklevel + 1)
    else:
        said.append(message)


@contextmanager
def hear_warnings() -> Iterator[list[str]]:
    """Collect what this library warns of inside, in place of showing it.

    `warnings.catch_warnings` would do the same for one thread only: it changes what all threads of the process show.

    Examples
    --------
    >>> from regard.analytics import change_points
    >>> with hear_warnings() as said:
    ...     changes = change_points([])
    >>> said
    ['0 periods with a figure are too few to look for a change.']
    """
    said: list[str] = []
    before = _heard.set(said)
    try:
        yield said
    finally:
        _heard.reset(before)
