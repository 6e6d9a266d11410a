"""What the page of a customer says about contacting them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from regard.know.contact import queries as contact
from regard.know.contact.models import HeldBack, Touch
from regard.know.contact.queries import ConsentRow
from regard.know.contact.terms import ANY, CHANNELS, PURPOSES, REASON_WORDS, Reason
from regard.know.queries import IdentityRow

SHOWN = 20
HOW = (
    "said on the phone",
    "wrote to us",
    "said in the shop",
    "form on the website",
    "contract",
)


@dataclass
class Standing:
    """One answer, and the ways of contact that it holds for."""

    may: bool
    given: bool | None
    since: datetime | None
    how: str
    channels: list[str] = field(default_factory=list)

    @property
    def ways(self) -> str:
        return "" if len(self.channels) == len(CHANNELS) else ", ".join(self.channels)


@dataclass(frozen=True)
class ContactCard:
    """Contacts made and held back, and the choices of the form."""

    touches: list[dict[str, object]]
    held_back: list[dict[str, object]]
    purposes: list[tuple[str, str]]
    channels: list[tuple[str, str]]
    ways_to_say: tuple[str, ...] = HOW


def contact_card(customer_id: int) -> ContactCard:
    return ContactCard(
        [_touch(each) for each in contact.touches_of(customer_id, limit=SHOWN)],
        [_held(each) for each in contact.held_back_of(customer_id, limit=SHOWN)],
        [*PURPOSES.items(), (ANY, "everything")],
        [*CHANNELS.items(), (ANY, "every way")],
    )


def standings_of(
    customer_id: int, identities: Sequence[IdentityRow] | None = None
) -> list[tuple[str, list[Standing]]]:
    """How it stands with each purpose."""
    rows = contact.consent_of(customer_id, identities)
    return [(PURPOSES[name], _together([row for row in rows if row.purpose == name])) for name in PURPOSES]


def _together(rows: list[ConsentRow]) -> list[Standing]:
    """Channels of which the same was said, in one line."""
    found: dict[tuple[object, ...], Standing] = {}
    for row in rows:
        key = (row.may, row.given, row.since, row.how)
        standing = found.setdefault(key, Standing(row.may, row.given, row.since, row.how))
        standing.channels.append(CHANNELS[row.channel])
    return list(found.values())


def _touch(made: Touch) -> dict[str, object]:
    return {
        "what": _what(made.purpose, made.channel, made.kind),
        "about": made.about,
        "at": made.at,
        "actor": made.actor,
    }


def _held(held: HeldBack) -> dict[str, object]:
    return {
        "what": _what(held.purpose, held.channel, held.kind), "about": held.about, "at": held.last_at,
        "times": held.times, "why": REASON_WORDS[Reason(held.reason)], "not_before": held.not_before,
    }  # fmt: skip


def _what(purpose: str, channel: str, kind: str) -> str:
    return f"{PURPOSES[purpose].capitalize()}, {CHANNELS[channel]}{f': {kind}' if kind else ''}"
