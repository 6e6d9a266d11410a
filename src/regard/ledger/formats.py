"""How the payloads of batches are read, by their format. A higher room registers its own when its app starts.

The ledger's own format is the empty one: a JSON array of events. Whatever the format, batches are kept as they
came and read at the flush, many at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import pyarrow as pa

from regard.ledger.events import EVENT_SCHEMA
from regard.ledger.models import Batch


def _nothing() -> None:
    """Most formats have nothing to do but their rows."""


@dataclass(frozen=True)
class Reading:
    """What some batches say. `follow` is called once their rows are in the lake, perhaps more than once."""

    batches: tuple[int, ...]
    rows: pa.Table = field(default_factory=EVENT_SCHEMA.empty_table)
    unreadable: Mapping[int, str] = field(default_factory=dict)  # batch id -> why nothing of it can be read
    follow: Callable[[], None] = _nothing


Reader = Callable[[Sequence[Batch]], Reading]
_readers: dict[str, Reader] = {}


def register(name: str, reader: Reader) -> None:
    """From now on `reader` reads batches whose format is `name` or `name/<anything>`."""
    _readers[name] = reader


def read_batches(batches: Iterable[Batch]) -> Iterator[Reading]:
    """Read batches, those of one format together."""
    for name, some in groupby(sorted(batches, key=_name), key=_name):
        yield _readers.get(name, _refuse)(list(some))


def _name(batch: Batch) -> str:
    return batch.format.partition("/")[0]


def _refuse(batches: Sequence[Batch]) -> Reading:
    unknown = {batch.id: f"nothing here reads the format `{batch.format}`" for batch in batches}
    return Reading(tuple(unknown), unreadable=unknown)
