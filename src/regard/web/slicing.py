"""Narrowing a page to some customers and some months: read from its address, kept in every link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from regard.errors import InputError
from regard.understand.doors import queries as doors
from regard.understand.slices import EVERYTHING, Slice

LONGEST = 300
YEARS = range(1900, 2200)


@dataclass(frozen=True)
class Narrowing:
    """What a page is narrowed to, with what there is to choose from."""

    part: Slice
    groups: list[tuple[str, list[dict[str, Any]]]]  # by dimension
    problem: InputError | None = None  # why the page shows everything although the address asks for less

    @property
    def chosen(self) -> str:
        return f"{self.part.dimension}:{self.part.group}" if self.part.dimension else ""

    @property
    def since(self) -> str:
        return f"{self.part.since:%Y-%m}" if self.part.since else ""

    @property
    def until(self) -> str:
        return f"{self.part.until:%Y-%m}" if self.part.until else ""

    @property
    def words(self) -> str:
        """`state Nord, from 2026-01 to 2026-06`; nothing for everything."""
        who = f"{self.part.dimension} {self.part.group}" if self.part.dimension else ""
        when = " ".join(
            f"{word} {month}" for word, month in (("from", self.since), ("to", self.until)) if month
        )
        return ", ".join(each for each in (who, when) if each)

    @property
    def query(self) -> str:
        """To be appended to an address that has a query already."""
        said = {"who": self.chosen, "since": self.since, "until": self.until}
        return "".join(f"&{urlencode({name: value})}" for name, value in said.items() if value)

    @property
    def own(self) -> str:
        """The whole query of an address that has none."""
        return f"?{self.query[1:]}" if self.query else ""

    def link(self, address: str, **said: Any) -> str:
        """An address with what it says and this narrowing."""
        return f"{address}?{urlencode(said)}{self.query}"


def shown_narrowing(asked: Mapping[str, str]) -> Narrowing:
    """The same for a page, which shows everything, and says why, when the address cannot be followed."""
    try:
        return read_narrowing(asked)
    except InputError as problem:
        return Narrowing(EVERYTHING, list(doors.segments().items()), problem)


def read_narrowing(asked: Mapping[str, str]) -> Narrowing:
    """The slice that an address asks for; InputError for a month or a group that is none."""
    segments = doors.segments()
    dimension, _, group = asked.get("who", "")[:LONGEST].partition(":")
    known = {each["group"] for each in segments.get(dimension, [])}
    if dimension and group not in known:
        raise InputError(f"There are no customers “{dimension} {group}”.", hint="Choose from the list again.")
    since, until = _month(asked.get("since", "")), _month(asked.get("until", ""))
    if since and until and since > until:
        raise InputError(f"{since:%Y-%m} is after {until:%Y-%m}.", hint="Say the earlier month first.")
    return Narrowing(Slice(dimension, group, since, until), list(segments.items()))


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        month = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        month = None
    if month is None or month.year not in YEARS:
        raise InputError(f"`{text[:40]}` is no month.", hint="Say it like 2026-03.")
    return month
