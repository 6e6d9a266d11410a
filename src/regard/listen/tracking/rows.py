"""Turn calls into rows of the lake.

Most calls are custom events, whose properties stay the bytes that they were sent as (the plainest of them are written
down all at once, see `plain.py`); only calls that mean an event of the catalogue are looked into.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress

import msgspec
import pyarrow as pa
from msgspec import Raw

from regard.errors import InputError
from regard.ledger.catalogue import EARLIEST, check_event
from regard.ledger.events import Event, event_id_of
from regard.ledger.inbox import rows_of
from regard.listen.tracking.calls import LARGEST_CALL, SEVERAL, TYPES, Call, Sent, object_in, read_object
from regard.listen.tracking.clock import happened_at
from regard.listen.tracking.following import Following
from regard.listen.tracking.names import Rule, custom_name, rule_for, text_of
from regard.listen.tracking.persons import has_id, person_of
from regard.listen.tracking.plain import AROUND, LONGEST_SLUG, Rows, plain_name, rows_of_plain

KEPT_AS = {"identify": "custom.identified", "group": "custom.grouped", "alias": "custom.aliased"}


@dataclass
class Scribe:
    """Writes calls down: rows, and what is said of people."""

    following: Following
    plain: Rows = field(default_factory=Rows)
    events: list[Event] = field(default_factory=list)

    def table(self) -> pa.Table:
        return pa.concat_tables([self.plain.table(), rows_of(self.events)])

    def take_plain(self, calls: Sequence[Call | Raw], sent: Sent) -> Sequence[int]:
        """Write down at once those calls of a batch that are plain; the positions of those that are left."""
        positions = range(len(calls))
        read = [call for call in calls if isinstance(call, Call)]
        if len(read) < len(calls) or len({str(call.message_id) for call in read}) < len(calls):
            return positions  # of calls that are the same the first one counts, so they are taken in order
        names = [plain_name(call.event) if call.type == "track" else None for call in read]
        chosen = list(compress(read, names))
        rows = rows_of_plain(chosen, [name for name in names if name], sent) if chosen else None
        if rows is None:
            return positions
        self.plain.add(rows)
        self.following.met[sent.source].update(rows.person)
        return [position for position in positions if names[position] is None]

    def take(self, call: Call, sent: Sent, position: int) -> None:
        """Write one call down, or raise InputError with what is wrong with it; then nothing of it is kept."""
        kind = sent.kind if sent.kind not in SEVERAL else call.type
        if kind not in TYPES:
            raise InputError(f"`type` must be one of {', '.join(TYPES)}.")
        person = person_of(sent.source, call.user_id, call.anonymous_id)
        event_id = event_id_of(sent.source, "tracking", *_message(call, sent, position))
        moment, context = _moment(call, sent), bytes(call.context)
        if kind == "track":
            if not call.event or not call.event.strip():
                raise InputError("`event` is required.")
            rule = rule_for(call.event)
            if rule is not None:
                self._look_into(call, sent, event_id, moment, person, rule)
                return
            name, said = custom_name(call.event), bytes(call.properties)
            channel = "web" if b'"page"' in context else None
        elif kind in ("page", "screen"):
            name, said = "page.viewed", _with_path(call)
            channel = "web" if kind == "page" else None
        else:
            name, said, channel = KEPT_AS[kind], bytes(call.traits), None
        data = spliced(said, context, call, sent)
        if kind in KEPT_AS:
            self.following.hear(kind, call, sent.source, person)
        self.following.met[sent.source].add(person)
        self.plain.add(
            Rows([event_id], [name], [moment], [sent.received], [sent.source], [person], [channel], [data])
        )

    def _look_into(
        self, call: Call, sent: Sent, event_id: str, moment: datetime, person: str, rule: Rule
    ) -> None:
        """Write down the events of the catalogue that a call is."""
        said = object_in(bytes(call.properties), "properties")
        whole = read_object(spliced(msgspec.json.encode(said), bytes(call.context), call, sent) or b"{}")
        made = []
        for number, meaning in enumerate(rule(said)):
            event = Event(
                event_id=event_id if not number else event_id_of(sent.source, "tracking", event_id, str(number)),
                name=meaning.name, occurred_at=moment, recorded_at=sent.received, source=sent.source,
                person=person, data=(whole | meaning.data if not number else meaning.data) or None,
                **meaning.columns,
            )  # fmt: skip
            check_event(event)
            made.append(event)
        self.events += made
        self.following.met[sent.source].add(person)


def spliced(said: bytes, context: bytes, call: Call, sent: Sent) -> bytes | None:
    """The event's `data`: what was said, and around it the context, bytes as they came as far as possible."""
    integrations = bytes(call.integrations)
    if sent.context or not context.startswith(b"{"):
        context = _merged(sent.context, context, "context")
    if integrations or sent.integrations:
        integrations = _merged(sent.integrations, integrations, "integrations")
    if len(said) + len(context) > LARGEST_CALL:
        raise InputError(f"It is larger than {LARGEST_CALL // 1024} KB.")
    if said in (b"", b"null"):
        said = b"{}"
    elif not said.startswith(b"{"):
        raise InputError("`properties` and `traits` must be objects.")
    added = b""
    if context:
        added += b',"context":' + context
    if integrations:
        added += b',"integrations":' + integrations
    if call.event and (len(call.event) > LONGEST_SLUG or not call.event.isascii()):
        added += b',"event":' + msgspec.json.encode(call.event)
    inner = said[1:-1].strip()
    if not added:
        return said if inner else None
    if not inner:
        return b"{" + added[1:] + b"}"
    if any(one in inner for one in AROUND):  # a name must not stand there twice
        return msgspec.json.encode(read_object(said) | read_object(b"{" + added[1:] + b"}"))
    return b"{" + inner + added + b"}"


def _merged(of_batch: bytes, of_call: bytes, name: str) -> bytes:
    """What the batch says of all its calls and the call of itself, which wins; empty if nothing."""
    if of_call in (b"", b"null", b"{}"):
        of_call = b""
    elif not of_call.startswith(b"{"):
        raise InputError(f"`{name}` must be an object.")
    if of_batch in (b"", b"null", b"{}"):
        return of_call
    return msgspec.json.encode(object_in(of_batch, name) | object_in(of_call, name))


def _with_path(call: Call) -> bytes:
    """The properties of a page, with the path that the catalogue asks for."""
    said = object_in(bytes(call.properties), "properties")
    if isinstance(said.get("path"), str):
        return bytes(call.properties)
    page = object_in(bytes(call.context), "context").get("page")
    path = text_of(said, "path", "url") or (text_of(page, "path", "url") if isinstance(page, dict) else "")
    path = path or call.name or text_of(said, "name")
    return msgspec.json.encode(
        {**said, "path": path} if path else {k: v for k, v in said.items() if k != "path"}
    )


def _message(call: Call, sent: Sent, position: int) -> tuple[str, ...]:
    """What makes the call the same when it is sent again; without a messageId only its place tells."""
    if has_id(call.message_id):
        return (str(call.message_id),)
    return "batch", str(sent.batch_id), str(position)


def _moment(call: Call, sent: Sent) -> datetime:
    said = call.original_timestamp or call.timestamp
    moment = happened_at(
        sent.received, said=said, sent=call.sent_at or sent.sent_at, corrected=sent.kind != "import"
    )
    if moment < EARLIEST:
        raise InputError(f"`timestamp` is before {EARLIEST.year}.")
    return moment
