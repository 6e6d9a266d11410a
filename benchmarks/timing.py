"""How long something takes: processor seconds (user and system, of all threads) beside seconds on the clock.

Peers time themselves with this too, so it needs nothing but Python.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Taken:
    """What one piece of work took, and what came of it."""

    cpu: float
    clock: float
    result: Any

    def __str__(self) -> str:
        return f"{self.cpu:.3g} s ({self.clock:.3g} s on the clock)"


def once(work: Callable[[], Any]) -> Taken:
    """Do it once."""
    cpu, clock = time.process_time(), time.perf_counter()
    result = work()
    return Taken(time.process_time() - cpu, time.perf_counter() - clock, result)


def best(work: Callable[[], Any], rounds: int = 3) -> Taken:
    """Do it several times; the least of each clock, and the last result."""
    taken = [once(work) for _ in range(rounds)]
    return Taken(min(one.cpu for one in taken), min(one.clock for one in taken), taken[-1].result)


def say_load() -> None:
    """Print how busy the machine is: others make processor seconds dearer, too."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
