"""Many requests, one commit: whoever comes first commits for all who came meanwhile.

Making a commit durable costs the same for one batch as for ten, so threads of a process that keep batches at
the same time share it. Nobody returns before the commit that holds his batch has succeeded.
"""

import threading
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection, transaction

from regard.errors import StoreError
from regard.ledger.lock import take_turns
from regard.ledger.models import Batch


@dataclass
class _Waiting:
    """A batch that a thread waits for."""

    batch: Batch
    kept: bool = False
    error: Exception | None = None


_queue: list[_Waiting] = []
_queueing = threading.Lock()
_turn = threading.Lock()  # to commit


def keep(batch: Batch) -> None:
    """Put a batch into the inbox; StoreError means that the database did not take it."""
    mine = _Waiting(batch)
    with _queueing:
        _queue.append(mine)
    with _turn:
        if not mine.kept and mine.error is None:
            _commit(_take_all())
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


def _commit(group: list[_Waiting]) -> None:
    """Put them all into the inbox or none; an error, whatever it is, goes to everybody who waits."""
    try:
        with take_turns("inbox"), transaction.atomic():
            Batch.objects.bulk_create([waiting.batch for waiting in group])
    except Exception as error:  # noqa: BLE001  # `keep` raises it in each thread
        for waiting in group:
            waiting.error = error
        if not connection.in_atomic_block:
            connection.close()  # it may be of a server that has gone; the next one is opened anew
    else:
        for waiting in group:
            waiting.kept = True
