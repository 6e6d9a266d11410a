"""What follows from calls once their rows are in the lake: people are registered, what was refused is shown.

Everything here may run again after a crash and then changes nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import pyarrow as pa

from regard.know.actions import register_identities
from regard.listen.tracking.calls import Call

ACTOR = "tracking"


@dataclass
class Following:
    """What some batches say of people, by source."""

    met: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def meet(self, source: str, person: str) -> None:
        self.met[source].add(person)

    def hear(self, kind: str, call: Call, source: str, person: str) -> None:
        pass

    def refuse(self, sent: object, position: int, text: str, reason: str) -> None:
        pass


def follow(following: Following) -> None:
    for source, persons in following.met.items():
        known = sorted(person for person in persons if not person.startswith("anon:"))
        if known:
            register_identities(pa.table({"person": known}), source=source, actor=ACTOR)
