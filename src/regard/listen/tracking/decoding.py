"""Read the batches of tracking clients at the flush, as `ledger.formats` asks for."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec
from django.utils import timezone
from msgspec import Raw

from regard.errors import InputError
from regard.ledger.formats import Reading
from regard.ledger.models import Batch
from regard.listen.tracking.calls import SEVERAL, Call, Sent, call_in, calls_in, several_in
from regard.listen.tracking.following import Following, Refused, follow
from regard.listen.tracking.rows import Scribe

FORMAT = "tracking"


def read_calls(batches: Sequence[Batch]) -> Reading:
    """The rows that calls are, what is to be done with people once they are in the lake, and what is refused."""
    following = Following()
    scribe = Scribe(following)
    unreadable = {}
    for batch in batches:
        try:
            sent, calls = _open(batch)
        except InputError as error:
            unreadable[batch.id] = str(error)
            continue
        for position in scribe.take_plain(calls, sent):
            call = calls[position]
            try:
                scribe.take(call if isinstance(call, Call) else call_in(call), sent, position)
            except InputError as error:
                following.refused.append(Refused(sent, position, _as_sent(call), error.message))
    return Reading(
        tuple(batch.id for batch in batches), scribe.table(), unreadable, partial(follow, following)
    )


def _open(batch: Batch) -> tuple[Sent, Sequence[Call | Raw]]:
    """What holds for a batch, and its calls: read, or as they came where one of them cannot be read."""
    kind, body = batch.format.partition("/")[2], batch.body
    if kind not in SEVERAL:
        return Sent(batch.id, batch.source, kind, batch.created_at), [Raw(body)]
    several = calls_in(body) or several_in(body)
    sent = Sent(
        batch.id, batch.source, kind, batch.created_at, sent_at=_moment(several.sent_at),
        context=bytes(several.context), integrations=bytes(several.integrations),
    )  # fmt: skip
    return sent, several.batch


def _moment(said: object) -> datetime | None:
    try:
        return datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _as_sent(call: Call | Raw) -> str:
    text = msgspec.json.encode(call) if isinstance(call, Call) else bytes(call)
    return text.decode(errors="replace")


def check_call(kind: str, body: bytes, *, source: str) -> None:
    """Refuse a single call that could not be used at the flush."""
    Scribe(Following()).take(call_in(body), Sent(0, source, kind, timezone.now()), 0)
