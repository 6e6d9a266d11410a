"""Recognise an export of public reviews by its headers: Google Play, App Store, Trustpilot and their like.

Such a file names stars, words and a moment, and nobody who could be known again. A table of our own reviews, which
names orders or customers, is none.
"""

import re
from collections.abc import Iterable, Sequence

from regard.listen.mapping.model import ROW, EventRule, PersonRule, Value

REVIEW = "review"
# what a column is for -> how exports call it, the surest first
ROLES: dict[str, tuple[str, ...]] = {
    "stars": ("star rating", "review stars", "stars", "rating", "score", "note", "sterne", "bewertung"),
    "text": ("review text", "review content", "review body", "review", "body", "content", "text", "comment",
             "rezension"),
    "at": ("review submit date and time", "review created", "review date", "created date", "createddate",
           "date created", "submitted at", "published", "created at", "date", "datum"),
    "key": ("review submit millis since epoch", "review id", "reviewid", "reference id", "id"),
    "title": ("review title", "title", "headline", "titel"),
    "author": ("nickname", "reviewer nickname", "reviewernickname", "consumer name", "review consumer user name",
               "reviewer name", "reviewer", "author", "user name", "username"),
    "url": ("review link", "review url", "url", "link"),
    "language": ("reviewer language", "review language", "language", "sprache"),
    "replied_at": ("developer reply date and time", "company reply date", "reply date", "replied at"),
    "reply": ("developer reply text", "developer response", "company reply", "reply", "response", "owner response"),
}  # fmt: skip
NEEDED = ("stars", "text", "at")
SPEAKS_OF_A_SITE = ("title", "author", "url", "replied_at", "reply")
OWN = re.compile(r"\b(order|customer|client|account|e ?mail|kunde|bestell\w*|invoice|ticket|case)\b")
PERSON = PersonRule(via=ROW)


def roles_of(headers: Sequence[str]) -> dict[str, str]:
    """Role -> column of an export of public reviews; empty if it is none."""
    words = {header: _words(header) for header in headers}
    if any(OWN.search(said) for said in words.values()) or not any(REVIEW in said for said in words.values()):
        return {}
    found: dict[str, str] = {}
    for role, names in ROLES.items():
        free = {said: header for header, said in words.items() if header not in found.values()}
        column = next((free[name] for name in names if name in free), "")
        if column:
            found[role] = column
    whole = all(role in found for role in NEEDED) and any(role in found for role in SPEAKS_OF_A_SITE)
    return found if whole else {}


def review_rule(roles: dict[str, str]) -> EventRule:
    """The event that each row of such an export is."""
    key = (roles["key"],) if "key" in roles else (roles["at"], *_present(roles, ("author", "stars")))
    said = ("title", "author", "url", "language", "replied_at", "reply")
    return EventRule(
        "review.written", key, at=roles["at"], instrument="stars-5", score=roles["stars"], text=roles["text"],
        scope="reviews", channel=Value(constant="review"), separate="key" not in roles,
        data={role: Value(roles[role]) for role in said if role in roles},
    )  # fmt: skip


def _present(roles: dict[str, str], wanted: Iterable[str]) -> list[str]:
    return [roles[role] for role in wanted if role in roles]


def _words(header: str) -> str:
    """`Review Created (UTC)` as `review created`."""
    return " ".join(re.sub(r"\(.*?\)|[^a-z0-9]", " ", header.lower()).split())
