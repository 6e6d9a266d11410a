"""The verbs of silence: look for it, tell of it once, tell when it is over; say that nothing more is expected."""

from datetime import datetime
from typing import Any

from django.db import transaction

from regard.errors import NotFoundError
from regard.ledger import queries as ledger
from regard.ledger.rhythms import Rhythm, Stream, coarsest
from regard.ledger.silence.models import Silence
from regard.ledger.silence.queries import stream_of, unexpected
from regard.outside.actions import announce

BEGAN, ENDED = "silence.began", "silence.ended"


def look(now: datetime) -> tuple[int, int]:
    """Note what fell silent and what is heard again, and announce each once; says how many of both."""
    rhythms = ledger.rhythms(now)
    found = {one.stream: one for one in rhythms}
    silent = {one.stream: one for one in coarsest(rhythms)}
    begun = ended = 0
    for row in Silence.objects.filter(ended_at=None):
        heard = found.get(stream_of(row))
        # an outage that spreads to the whole source goes on; it ends with a sound
        if heard is not None and heard.last_at > row.last_at and not heard.silent:
            ended += _end(row.pk, heard)
    over = unexpected()
    for stream, one in silent.items():
        if stream not in over:
            begun += _begin(one, now)
    return begun, ended


def expect_nothing(silence_id: int, *, actor: str) -> Silence:
    """This stream has ended for good: it is not called silent any more, unless it is heard again."""
    return _expect(silence_id, more=False, actor=actor)


def expect_again(silence_id: int, *, actor: str) -> Silence:
    """Take that back."""
    return _expect(silence_id, more=True, actor=actor)


@transaction.atomic
def _expect(silence_id: int, *, more: bool, actor: str) -> Silence:
    row = Silence.objects.select_for_update().filter(pk=silence_id).first()
    if row is None:
        raise NotFoundError("There is no such silence.")
    row.expected, row.ended_by = more, actor
    row.save(update_fields=["expected", "ended_by"])
    return row


@transaction.atomic
def _begin(one: Rhythm, now: datetime) -> bool:
    row, is_new = Silence.objects.get_or_create(
        **one.stream._asdict(), ended_at=None,
        defaults={"sentence": one.sentence[:500], "last_at": one.last_at, "noticed_at": now},
    )  # fmt: skip
    if is_new:
        announce(BEGAN, _told(row, one))
    return is_new


@transaction.atomic
def _end(silence_id: int, heard: Rhythm) -> bool:
    row = Silence.objects.select_for_update().get(pk=silence_id)
    if row.ended_at is not None:
        return False
    row.ended_at = heard.last_at
    row.save(update_fields=["ended_at"])
    if row.expected:
        announce(ENDED, _told(row, heard))
    return True


def _told(row: Silence, one: Rhythm) -> dict[str, Any]:
    return {
        **{name: value for name, value in Stream(*one.stream)._asdict().items() if value},
        "silence": row.pk, "sentence": one.sentence, "last_heard_at": one.last_at.isoformat(),
        "usual_a_day": one.usual, "usual_gap_days": one.usual_gap,
    }  # fmt: skip
