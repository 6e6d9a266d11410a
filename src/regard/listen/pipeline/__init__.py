"""An import as a list of named steps: read it and you know what happens to rows.

chunk of text rows → mapped, parsed → person → refused or kept → events → what is new → identities → counts
"""

from collections.abc import Callable

import duckdb

from regard.errors import InputError
from regard.listen.pipeline.build import make_events, name_persons, refuse_rows
from regard.listen.pipeline.chunk import Chunk, Context, Counts
from regard.listen.pipeline.columns import load_rows
from regard.listen.pipeline.settle import (
    count_rows,
    make_attributes,
    make_identities,
    prepare,
    pretend,
    settle_events,
)

Step = Callable[[Chunk, Context], None]
UNDERSTAND: tuple[Step, ...] = (load_rows, name_persons, refuse_rows, make_events)
COMPARE: tuple[Step, ...] = (settle_events, make_attributes, make_identities, count_rows)


def run_steps(chunk: Chunk, context: Context, steps: tuple[Step, ...] = UNDERSTAND + COMPARE) -> Chunk:
    """Take a chunk through the steps."""
    try:
        for step in steps:
            step(chunk, context)
    except duckdb.OutOfMemoryException as error:
        raise InputError(
            "These rows need more memory than an import may use.",
            hint="Leave out long texts and columns that are not needed, or hand the file in in pieces.",
        ) from error
    return chunk


__all__ = ["COMPARE", "UNDERSTAND", "Chunk", "Context", "Counts", "prepare", "pretend", "run_steps"]
