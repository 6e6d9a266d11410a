"""The doors of the rail, which follow the loop (hear, understand, act, show), and the pages behind each."""

from collections.abc import Collection
from dataclasses import dataclass

from regard.access.permissions import Permission as P


@dataclass(frozen=True)
class Page:
    """A page behind a door; `key` is the letter after `g`, `within` names views that belong to it."""

    view: str
    title: str
    permission: P | None  # None: everybody, but it opens no door by itself
    key: str = ""
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Door:
    """An entry of the rail."""

    name: str
    title: str
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class OpenDoor:
    """A door as one person sees it: only the pages she may read."""

    name: str
    title: str
    pages: tuple[Page, ...]
    view: str  # where it leads
    is_here: bool
    shows_pages: bool  # one of several pages is open, so the others stand beside it


SURVEY_PAGES = (
    "survey-page", "survey-build", "survey-invitations", "survey-groups", "survey-ways", "campaign-plan", "campaign",
)  # fmt: skip
DOORS = (
    Door("home", "Home", (Page("home", "Home", P.MEASURES_READ, "h", ("fix", "silences", "silence")),)),
    Door(
        "customers",
        "Customers",
        (
            Page(
                "customers", "Customers", P.CUSTOMERS_READ, "c", ("customer", "people", "customer-contacts")
            ),
            Page("value", "Value", P.MEASURES_READ, "w"),
            Page("review", "Review", P.CUSTOMERS_MERGE, "r"),
            Page("review-numbers", "Shared numbers", P.CUSTOMERS_MERGE),
        ),
    ),
    Door(
        "voice",
        "Voice",
        (
            Page("voice", "Voice", P.MEASURES_READ, "v", ("theme",)),
            Page("mentions", "Mentions", P.MENTIONS_READ, "n", ("mention",)),
            Page("measures", "Measures", P.MEASURES_READ, "m", ("measure",)),
            Page("surveys", "Surveys", P.SURVEYS_READ, "u", SURVEY_PAGES),
        ),
    ),
    Door("journeys", "Journeys", (Page("journeys", "Journeys", P.MEASURES_READ, "j"),)),
    Door(
        "show",
        "Show",
        (
            Page("show", "What we changed", P.MEASURES_READ, "p", ("show-fix", "new-fix")),
            Page("focus", "Index", P.MEASURES_READ, "x", ("focus-assessment",)),
        ),
    ),
    Door(
        "settings",
        "Settings",
        (
            Page("settings", "Settings", P.SETTINGS_READ, "s"),
            Page("imports", "Imports", P.IMPORTS_READ, "i", ("import",)),
            Page("sources", "Sources", P.SOURCES_MANAGE, "", ("source", "source-new")),
            Page("settings-tracking", "Tracking", P.KEYS_MANAGE, "t"),
            Page("settings-contact", "Contact rules", P.SETTINGS_READ, "", ("contact-returned",)),
            Page("settings-mail", "Mail", P.MAIL_MANAGE),
            Page("settings-webhooks", "Webhooks", P.SOURCES_MANAGE),
            Page("settings-users", "Users", P.USERS_MANAGE),
            Page("settings-keys", "API keys", P.KEYS_MANAGE),
            Page("account", "Your account", None),
            Page("styleguide", "Styleguide", None),
        ),
    ),
)


def open_doors(held: Collection[P], *, here: str) -> list[OpenDoor]:
    """The doors that somebody with these permissions may open, while a view is shown."""
    found = (_open(door, held, here) for door in DOORS)
    return [door for door in found if door is not None]


def _open(door: Door, held: Collection[P], here: str) -> OpenDoor | None:
    readable = [page for page in door.pages if page.permission in held]
    if not readable:
        return None
    pages = tuple(page for page in door.pages if page.permission is None or page.permission in held)
    views = {page.view for page in pages}
    return OpenDoor(
        door.name,
        door.title,
        pages,
        view=readable[0].view,
        is_here=here in views.union(*(page.within for page in pages)),
        shows_pages=here in views and len(pages) > 1,
    )
