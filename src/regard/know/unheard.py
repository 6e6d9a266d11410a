"""What the lake recorded and this database never heard of, because it was lost or is older than the lake.

An import hands people on only with rows that say something new, and whether they do is asked of the lake. After the
database was lost that answer is wrong; so it is noted until when the lake is ahead, and rows it recorded before are
new once more.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from regard.know.models import Identity, Unheard
from regard.ledger import lake


@dataclass(frozen=True)
class Stretch:
    """A stretch of time; without `after` it has no beginning."""

    after: datetime | None
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return moment <= self.until and (self.after is None or moment > self.after)

    def sql(self, column: str) -> str:
        """The SQL test of whether a moment lies in it."""
        begun = f" AND {column} > TIMESTAMPTZ '{self.after.isoformat()}'" if self.after else ""
        return f"({column} <= TIMESTAMPTZ '{self.until.isoformat()}'{begun})"


def unheard_stretches() -> list[Stretch]:
    """The stretches this database never heard of; none, as a rule."""
    return [Stretch(row.after, row.until) for row in Unheard.objects.order_by("id")]


def note_unheard(after: datetime | None, *, actor: str) -> None:
    """From `after` until now the lake may have recorded what this database did not."""
    Unheard.objects.create(after=after, until=timezone.now(), noted_by=actor)


@transaction.atomic
def notice_new_database(*, actor: str) -> bool:
    """A database that knows nobody beside a lake that holds something is new: the one before it was lost."""
    if Identity.objects.exists() or Unheard.objects.exists():
        return False
    if lake.open_table("events") is None and lake.open_table("attributes") is None:
        return False
    note_unheard(None, actor=actor)
    return True
