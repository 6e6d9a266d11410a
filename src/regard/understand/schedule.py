"""Steps that need each other's results, done side by side: one fits models while another waits for the engine."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Condition
from typing import Any

import ibis.expr.types as ir
from django.db import connections

from regard.ledger import lake
from regard.understand.facts import Facts

Say = Callable[[str, float], None]  # what is being done, and which part of all is done


@dataclass(frozen=True)
class Step:
    """One part of a whole. `run` is called with the results of the steps it needs, in that order.

    `at_home`: on the caller's thread only, for whatever asks the relational database; the others get by without it.
    """

    name: str
    run: Callable[..., Any]
    needs: tuple[str, ...] = ()
    title: str = ""  # what is said while it is done
    at_home: bool = False


def run_steps(steps: Sequence[Step], given: Mapping[str, Any], *, threads: int, say: Say) -> dict[str, Any]:
    """The results by name, beside what is given; an error of one step stops all and is raised.

    With one thread the steps are done as they are listed; with more, each free thread takes the first one that is
    ready. `say` is called by one thread at a time.
    """
    board = _Board(steps, given, say)
    with ThreadPoolExecutor(max(threads - 1, 1)) as pool:
        helpers = [pool.submit(board.help) for _ in range(threads - 1)]
        board.work(at_home=True)
    for helper in helpers:
        helper.result()  # raises what went wrong there
    return board.found


class _Board:
    """What is found and what is still to do."""

    def __init__(self, steps: Sequence[Step], given: Mapping[str, Any], say: Say) -> None:
        self.found = dict(given)
        self._waiting, self._count, self._say = list(steps), len(steps), say
        self._changed = Condition()
        known = set(given)
        for step in steps:  # or a thread might wait for ever
            if missing := set(step.needs) - known:
                raise ValueError(f"step {step.name} is listed before {', '.join(sorted(missing))}")
            known.add(step.name)

    def help(self) -> None:
        """Work on a thread other than the caller's."""
        try:
            self.work(at_home=False)
        finally:
            connections.close_all()

    def work(self, *, at_home: bool) -> None:
        """Do one step after another until none is left."""
        try:
            while (step := self._take(at_home)) is not None:
                result = step.run(*(_on_this_thread(self.found[name]) for name in step.needs))
                with self._changed:
                    self.found[step.name] = result
                    self._changed.notify_all()
        finally:  # where a step failed nobody begins another one
            with self._changed:
                self._waiting.clear()
                self._changed.notify_all()

    def _take(self, at_home: bool) -> Step | None:
        with self._changed:
            while self._waiting:
                for step in self._waiting:
                    if (at_home or not step.at_home) and self.found.keys() >= set(step.needs):
                        self._say(step.title or step.name, 1 - len(self._waiting) / self._count)
                        self._waiting.remove(step)
                        return step
                self._changed.wait()
        return None


def _on_this_thread(result: Any) -> Any:
    """Held tables as this thread's connection sees them: a connection serves one thread at a time."""
    if isinstance(result, Facts):
        return result.here()
    return lake.here(result) if isinstance(result, ir.Table) else result
