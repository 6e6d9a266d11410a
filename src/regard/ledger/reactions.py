"""Listeners: code of higher rooms that answers to an event once it is in the lake.

A listener and the note that it has dealt with the event (a `Reaction` row) share one transaction, so however
often a flush is cut short and repeated, what a listener writes to the database is written once. What it does
elsewhere may happen again. A listener that fails leaves a dead letter and nothing else.
"""

import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from django.db import IntegrityError, transaction

from regard.errors import NotFoundError
from regard.ledger.events import Event
from regard.ledger.models import DeadLetter, Reaction

Listener = Callable[[Event], None]
CHUNK = 50  # reactions a transaction: few commits, and no long hold of the database

_listeners: dict[str, dict[str, Listener]] = {}  # event name -> listener name -> listener
_wanted: dict[
    str, Callable[[], Collection[str]]
] = {}  # listener name -> the events it wants to hear just now


@dataclass(frozen=True)
class Due:
    """One listener has yet to deal with one event."""

    name: str
    listener: Listener
    event: Event


def on(
    *names: str, while_wanted: Callable[[], Collection[str]] | None = None
) -> Callable[[Listener], Listener]:
    """Run the decorated function for every flushed event of these names: at least once, idempotently.

    `while_wanted` says, once a flush, which of them it wants just now; the others then cost nothing.
    """

    def register(listener: Listener) -> Listener:
        if while_wanted is not None:
            _wanted[name_of(listener)] = while_wanted
        for name in names:
            _listeners.setdefault(name, {})[name_of(listener)] = listener
        return listener

    return register


def name_of(listener: Listener) -> str:
    return f"{listener.__module__}.{listener.__qualname__}"


def listener_named(name: str) -> Listener:
    """The listener of that name, or NotFoundError."""
    for listeners in _listeners.values():
        if name in listeners:
            return listeners[name]
    raise NotFoundError(f"There is no listener `{name}` any more.")


def heard(rows: pa.Table) -> pa.Table:
    """The rows of events that anybody listens to."""
    return rows.filter(pc.is_in(rows["name"], pa.array(list(_heard_now()), pa.string())))


def _heard_now() -> dict[str, dict[str, Listener]]:
    """The listeners that want to hear an event just now."""
    wanted = {name: frozenset(ask()) for name, ask in _wanted.items()}
    return {
        event: kept
        for event, listeners in _listeners.items()
        if (kept := {name: each for name, each in listeners.items() if event in wanted.get(name, (event,))})
    }


def react(events: Iterable[Event]) -> int:
    """Run every listener that has not dealt with these events yet; says how many ran."""
    listeners = _heard_now()
    due = [
        Due(name, listener, event)
        for event in events
        for name, listener in listeners.get(event.name, {}).items()
    ]
    return sum(_react_to_some(due[start : start + CHUNK]) for start in range(0, len(due), CHUNK))


def _react_to_some(due: Sequence[Due]) -> int:
    done = set(
        Reaction.objects.filter(event_id__in={one.event.event_id for one in due}).values_list(
            "listener", "event_id"
        )
    )
    ran = 0
    with transaction.atomic():
        for one in due:
            if (one.name, one.event.event_id) not in done:
                done.add((one.name, one.event.event_id))
                ran += _run(one)
    return ran


def _run(one: Due) -> bool:
    """Run one listener unless another process has; its failure is kept, not raised."""
    try:
        with transaction.atomic():
            Reaction.objects.create(listener=one.name, event_id=one.event.event_id)
    except IntegrityError:
        return False
    try:
        with transaction.atomic():
            one.listener(one.event)
    except Exception:  # noqa: BLE001  # a listener is foreign code: whatever it raises is kept as a dead letter
        DeadLetter.objects.create(
            kind="reaction",
            source=one.event.source,
            payload=msgspec.json.encode(one.event),
            reason=traceback.format_exc(limit=-5).replace("\0", ""),  # PostgreSQL keeps no such character
            listener=one.name,
        )
    return True
