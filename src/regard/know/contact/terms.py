"""The words in which contact is spoken of: purposes, channels, and why somebody is not contacted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regard.errors import InputError

PURPOSES = {"survey": "surveys", "service": "service", "marketing": "offers"}
CHANNELS = {
    "email": "e-mail",
    "web": "website",
    "sms": "text message",
    "phone": "phone",
    "kiosk": "in the shop",
}
PRESENT = frozenset({"web", "kiosk"})  # the person is there already: nothing disturbs them at night
ANY = "any"  # in a consent: for every purpose, or by every channel
REMINDER = "reminder"  # the kind of contact that may follow its own first asking before the gap is over


class Reason(StrEnum):
    """Why a contact was held back."""

    NOBODY = "nobody"
    WITHDRAWN = "withdrawn"
    NOT_AGREED = "not agreed"
    UNREACHABLE = "unreachable"
    OFTEN = "often"
    OFTEN_FOR_PURPOSE = "often for this purpose"
    TOO_SOON = "too soon"
    QUIET = "quiet"
    HOLIDAY = "holiday"


REASON_WORDS = {
    Reason.NOBODY: "The key names a thing or nobody, not a person.",
    Reason.WITHDRAWN: "They do not want it.",
    Reason.NOT_AGREED: "They have not agreed to it yet.",
    Reason.UNREACHABLE: "Letters to their address come back.",
    Reason.OFTEN: "They have been contacted often enough.",
    Reason.OFTEN_FOR_PURPOSE: "They have been contacted for this purpose often enough.",
    Reason.TOO_SOON: "The last survey was too short a while ago.",
    Reason.QUIET: "It is a quiet hour where they live.",
    Reason.HOLIDAY: "It is a holiday where they live.",
}


@dataclass(frozen=True)
class Decision:
    """Whether a contact may be made. `not_before` says when to ask again; empty means not at all."""

    allowed: bool
    reason: str = ""
    not_before: datetime | None = None
    touch_id: int | None = None

    @property
    def delayed(self) -> bool:
        return not self.allowed and self.not_before is not None

    @property
    def sentence(self) -> str:
        return REASON_WORDS[Reason(self.reason)] if self.reason else ""


def check_terms(purpose: str, channel: str, *moments: datetime | None, wide: bool = False) -> None:
    """Refuse an unknown purpose or channel (`any` is one of a consent only) and a time without a zone."""
    if purpose not in PURPOSES and not (wide and purpose == ANY):
        raise InputError(f"`{purpose[:40]}` is no purpose.", hint=f"Say one of {', '.join(PURPOSES)}.")
    if channel not in CHANNELS and not (wide and channel == ANY):
        raise InputError(f"`{channel[:40]}` is no channel.", hint=f"Say one of {', '.join(CHANNELS)}.")
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        raise InputError("A time has no time zone.")
