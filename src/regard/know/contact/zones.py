"""Where a person lives, as far as time is concerned: the time zones that may be theirs, and their country.

From country and postcode, else from the phone number, else the company's. Where several zones are possible all are
kept, so that an hour which is quiet in one of them is quiet.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import phonenumbers
from django.conf import settings
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

# what the beginning of a postcode says in countries of several zones; the longest beginning counts
POSTCODE_ZONES: dict[str, dict[str, tuple[str, ...]]] = {
    "US": {
        **dict.fromkeys(("0", "1", "2"), ("America/New_York",)),
        **dict.fromkeys(("3", "4"), ("America/New_York", "America/Chicago")),
        **dict.fromkeys(("5", "6", "7"), ("America/Chicago", "America/Denver")),
        "8": ("America/Denver", "America/Phoenix", "America/Los_Angeles"),
        "9": ("America/Los_Angeles",),
        **dict.fromkeys(("967", "968"), ("Pacific/Honolulu",)),
        "969": ("Pacific/Guam",),
        **dict.fromkeys(("995", "996", "997", "998", "999"), ("America/Anchorage", "America/Adak")),
    },
    "BR": {
        **dict.fromkeys("0123457", ("America/Sao_Paulo",)),
        "6": ("America/Fortaleza", "America/Manaus", "America/Rio_Branco"),
        "7": ("America/Sao_Paulo", "America/Cuiaba", "America/Porto_Velho", "America/Rio_Branco"),
        **dict.fromkeys("89", ("America/Sao_Paulo",)),
        "53990": ("America/Noronha",),
    },
    "AU": {
        **dict.fromkeys("12", ("Australia/Sydney", "Australia/Broken_Hill")),
        "3": ("Australia/Melbourne",),
        "4": ("Australia/Brisbane",),
        "5": ("Australia/Adelaide",),
        "6": ("Australia/Perth",),
        "7": ("Australia/Hobart",),
        "08": ("Australia/Darwin",),
    },
    "ES": {
        **dict.fromkeys("012345", ("Europe/Madrid",)),
        **dict.fromkeys(("35", "38"), ("Atlantic/Canary",)),
    },
    "PT": {
        **dict.fromkeys("12345678", ("Europe/Lisbon",)),
        **dict.fromkeys(("95", "96", "97", "98", "99"), ("Atlantic/Azores",)),
    },
}


@dataclass(frozen=True)
class Place:
    """What one record says of where a person is; each part may be empty."""

    country: str = ""
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Whereabouts:
    """The zones that may be a person's, and the countries whose holidays they keep."""

    zones: frozenset[str]
    countries: frozenset[str]


def whereabouts(places: Iterable[Place]) -> Whereabouts:
    """Put together what all records of a person say; the company's own place where none says anything."""
    zones: set[str] = set()
    countries: set[str] = set()
    for place in places:
        zones |= zones_of(place)
        countries |= {place.country.upper()} & zones_by_country().keys()
    return Whereabouts(
        frozenset(zones or {settings.TIME_ZONE}), frozenset(countries or {settings.REGARD_REGION})
    )


def zones_of(place: Place) -> frozenset[str]:
    """The zones that one record allows; empty when it says nothing."""
    country = place.country.upper()
    by_postcode = _by_postcode(country, place.postcode)
    if by_postcode:
        return frozenset(by_postcode)
    by_country = zones_by_country().get(country, frozenset())
    by_phone = _by_phone(place.phone)
    return (by_country & by_phone) or by_country or by_phone


def _by_postcode(country: str, postcode: str) -> tuple[str, ...]:
    table = POSTCODE_ZONES.get(country, {})
    longest = max((start for start in table if postcode.startswith(start)), key=len, default=None)
    return table[longest] if longest is not None else ()


@lru_cache(maxsize=10_000)
def _by_phone(phone: str) -> frozenset[str]:
    if not phone.startswith("+"):
        return frozenset()
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return frozenset()  # not a number after all: it says nothing of a place
    return frozenset(time_zones_for_number(number)) - {UNKNOWN_TIMEZONE}


@lru_cache(maxsize=1)
def zones_by_country() -> dict[str, frozenset[str]]:
    """The zones of every country, as the time zone database lists them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    listed = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in listed.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found[country].add(zone)
    return {country: frozenset(zones) for country, zones in found.items()}
