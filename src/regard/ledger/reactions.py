"""Listeners: code that answers to an event after it has reached the lake."""

from collections.abc import Callable

from regard.ledger.events import Event

Listener = Callable[[Event], None]
_listeners: dict[str, dict[str, Listener]] = {}  # event name -> listener name -> listener


def on(*names: str) -> Callable[[Listener], Listener]:
    """Run the decorated function for every flushed event of these names: at least once, idempotently."""

    def register(listener: Listener) -> Listener:
        for name in names:
            _listeners.setdefault(name, {})[name_of(listener)] = listener
        return listener

    return register


def name_of(listener: Listener) -> str:
    return f"{listener.__module__}.{listener.__qualname__}"


def listeners_of(name: str) -> dict[str, Listener]:
    """The listeners of an event name, by their own names."""
    return dict(_listeners.get(name, {}))
