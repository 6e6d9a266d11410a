"""Which events a sheet's rows are: one function for each family of tables, all alike.

A family looks at a sheet and gives the events it sees in it, or none. `MAIN` and `ALONGSIDE` are the order in which
they look; a column that one has taken is spoken for.
"""

from collections.abc import Callable

from regard.listen.mapping.families.answers import ratings, review, survey
from regard.listen.mapping.families.contacts import call, case, letter, message
from regard.listen.mapping.families.platforms import delighted, limesurvey
from regard.listen.mapping.families.purchases import item, order, payment
from regard.listen.mapping.families.shops import shopify
from regard.listen.mapping.families.standing import billed, churn, registration
from regard.listen.mapping.model import EventRule
from regard.listen.mapping.parts import Setting
from regard.listen.mapping.view import View

Family = Callable[[View, Setting], list[EventRule]]
PLATFORMS: tuple[Family, ...] = (
    limesurvey,
    delighted,
    shopify,
)  # known by their headers: nothing is guessed beside them
MAIN: tuple[Family, ...] = (
    letter,
    call,
    review,
    item,
    payment,
    case,
    order,
)  # the first that sees its events
ALONGSIDE: tuple[Family, ...] = (
    churn,
    survey,
    ratings,
    billed,
    registration,
)  # beside those of another family


def propose_events(view: View, setting: Setting) -> list[EventRule]:
    """The events that a sheet's rows are."""
    if setting.who.is_thing and setting.who.rules[0].via not in ("ref:order", "ref:case"):
        return []
    if known := next((found for family in PLATFORMS if (found := family(view, setting))), []):
        return known
    events = next((found for family in MAIN if (found := family(view, setting))), [])
    for family in ALONGSIDE:
        if not (events and family is billed):
            events = [*events, *family(view, setting)]
    return events or message(view, setting)
