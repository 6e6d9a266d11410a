"""The page docs/events.md, rendered from the catalogue: `python -m regard.ledger.catalogue_page > docs/events.md`."""

import sys

from regard.ledger.catalogue import CHANNELS, INSTRUMENTS, KINDS, EventKind
from regard.ledger.events import EVENT_SCHEMA

MEANINGS = {
    "event_id": "unique; given by the sender, or a hash of source and natural key; sending it again adds nothing",
    "name": "one of the names below",
    "occurred_at": "when it happened, UTC, to the microsecond",
    "recorded_at": "when Regard heard of it",
    "source": "which system said so: `shop`, `crm`, `regard`",
    "person": "the source's key of the person: `shop:4711`, `email:a@b.c`, `phone:+49…`, `anon:…`; "
    "`ref:<kind>:<id>` when the row names only a thing",
    "channel": "one of " + ", ".join(f"`{channel}`" for channel in CHANNELS),
    "touchpoint": "step of the journey, or the rated attribute",
    "department": "who in the company",
    "actor": "the employee or system that did it",
    "subject": "what it is about: `order:4711`, `case:T-9`, `survey:nps-2026q1`, `product:SKU`",
    "amount": "money",
    "currency": "three capital letters",
    "instrument": "how it was asked",
    "score": "the raw answer",
    "text": "the customer's words",
    "data": "everything else, a JSON object",
}
HEAD = """# Events

Generated from `regard.ledger.catalogue` by `make docs`; do not edit.

An event says what happened, to whom, when, and who says so. It never changes: a correction is
`event.retracted` and a new event. An event that does not fit this page is refused with the reason.

## Columns

| column | type | meaning |
|---|---|---|
"""
KINDS_HEAD = """
## Kinds of events

Every event has `event_id`, `name`, `occurred_at`, `source` and `person`. "Needs" lists what a kind requires
beyond them. Anything a kind does not require may be given too, and `data` may hold further keys.
Other events are called `custom.<name>` (small letters, digits and `_`).
"""


def render_page() -> str:
    """The whole page as Markdown."""
    columns = "".join(
        f"| `{column.name}` | {column.type} | {MEANINGS[column.name]} |\n" for column in EVENT_SCHEMA
    )
    scales = "".join(f"| `{name}` | {low:g} to {high:g} |\n" for name, (low, high) in INSTRUMENTS.items())
    instruments = f"\n## Instruments\n\n| instrument | raw answer |\n|---|---|\n{scales}"
    return HEAD + columns + instruments + KINDS_HEAD + "".join(_render_kind(kind) for kind in KINDS)


def _render_kind(kind: EventKind) -> str:
    lines = [f"\n### {kind.name}\n", kind.sentence]
    needs = [f"`{column}`" for column in kind.required]
    if kind.either:
        needs.append(" or ".join(f"`{column}`" for column in kind.either))
    if needs:
        lines.append(f"Needs {', '.join(needs)}.")
    if kind.subject:
        lines.append(
            "Its subject is " + " or ".join(f"`{one}:<id>`" for one in kind.subject.split("|")) + "."
        )
    page = "\n".join(lines) + "\n"
    if kind.data:
        page += f"\n| `data` (version {kind.version}) | type | meaning |\n|---|---|---|\n"
        page += "".join(f"| `{key}` | {one.kind} | {one.meaning} |\n" for key, one in kind.data.items())
    return page


if __name__ == "__main__":
    sys.stdout.write(render_page())
