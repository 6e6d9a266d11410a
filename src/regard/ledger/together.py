"""Many requests, one commit: whoever comes first commits for all who came meanwhile.

Making a commit durable costs the same for one batch as for ten, so threads of a process that keep batches at
the same time share it. Nobody returns before the commit that holds his batch has succeeded.
"""

import threading
from dataclasses import dataclass
from itertools import chain

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from regard.errors import StoreError
from regard.ledger.lock import take_turns
from regard.ledger.packing import pack

# not through the models, which take longer than the parsing of a hundred events
INSERT = "INSERT INTO ledger_batch (source, format, payload, unpacked_size, event_count, created_at) VALUES "
ROW = "(%s, %s, %s, %s, %s, %s)"


@dataclass
class _Waiting:
    """A batch that a thread waits for: its columns but the last."""

    columns: tuple[str, str, bytes, int, int]
    kept: bool = False
    error: Exception | None = None


_queue: list[_Waiting] = []
_queueing = threading.Lock()
_turn = threading.Lock()  # to commit


def keep(body: bytes, *, source: str, form: str, event_count: int) -> None:
    """Put a batch into the inbox; StoreError means that the database did not take it."""
    mine = _Waiting((source, form, *pack(body), event_count))
    with _queueing:
        _queue.append(mine)
    with _turn:
        if not mine.kept and mine.error is None:
            _commit()
    if isinstance(mine.error, OperationalError | InterfaceError):
        raise StoreError(
            f"The inbox is locked, full or away: {mine.error}.", hint="Nothing was kept; try again."
        ) from mine.error
    if mine.error is not None:
        raise mine.error


def _take_all() -> list[_Waiting]:
    with _queueing:
        taken = list(_queue)
        _queue.clear()
    return taken


def _commit() -> None:
    """Put all that wait into the inbox or none; an error, whatever it is, goes to everybody who waits."""
    group: list[_Waiting] = []
    try:
        with take_turns("inbox"), connection.cursor() as cursor:
            group = _take_all()  # only now, so that whoever came while we waited for our turn comes along
            now = connection.ops.adapt_datetimefield_value(timezone.now())
            # one statement is one transaction
            cursor.execute(
                INSERT + ", ".join([ROW] * len(group)),
                list(chain.from_iterable((*waiting.columns, now) for waiting in group)),
            )
    except Exception as error:  # noqa: BLE001  # `keep` raises it in each thread
        for waiting in group or _take_all():
            waiting.error = error
        if not connection.in_atomic_block:
            connection.close()  # it may be of a server that has gone; the next one is opened anew
    else:
        for waiting in group:
            waiting.kept = True
