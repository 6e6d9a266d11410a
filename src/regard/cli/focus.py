"""`regard index`: the customer-focus index with its parts and what is missing."""

from typing import TYPE_CHECKING, Any

from regard.cli import start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_json, print_table

if TYPE_CHECKING:
    from regard.analytics import Estimate, FocusIndex


def index(home: HomeOption = None, json: JsonOption = False) -> None:
    """Print the customer-focus index, its pillars and parts, and what is missing, as last computed."""
    start(home)
    from regard.show.focus_words import PART_WORDS
    from regard.show.queries import newest_reading

    reading = newest_reading()
    if json:
        print_json({"day": reading.day, **_plain(reading.index)} if reading else None)
        return
    if reading is None:
        print("Nothing was read yet: import what customers did, then run `regard compute`.")
        return
    found = reading.index
    titles = {one.part.name: one.part.title for pillar in found.pillars for one in pillar.parts}
    rows = [("INDEX", _missing(found.missing_weight), _score(found.score))]
    for pillar in found.pillars:
        rows.append((pillar.name.upper(), _missing(pillar.missing_weight), _score(pillar.score)))
        rows += [
            (one.part.title, _measured(one.measured), "missing" if one.missing else f"{one.score.value:.0f}")
            for one in pillar.parts
        ]
    print_table(["part", "measured, of 100", "score"], rows)
    if found.missing:
        print(
            f"\nWith the missing parts at their worst {found.lowest:.0f}, at their best {found.highest:.0f}."
        )
        for name in found.missing:
            print(f"- {titles[name]}: {PART_WORDS[name].fill}")


def _score(one: "Estimate") -> str:
    if one.value is None:
        return "none"
    return f"{one.value:.0f} [{one.low:.0f}, {one.high:.0f}]"


def _missing(weight: float) -> str:
    return f"{weight:.0%} of the weight missing" if weight else ""


def _measured(one: "Estimate | None") -> str:
    return one.show(0, scale=100) if one else ""


def _plain(found: "FocusIndex") -> dict[str, Any]:
    return {
        "score": _ends(found.score), "missing": found.missing, "missing_weight": found.missing_weight,
        "lowest": found.lowest, "highest": found.highest,
        "pillars": [
            {"name": pillar.name, "score": _ends(pillar.score), "missing_weight": pillar.missing_weight,
             "parts": [{"name": one.part.name, "title": one.part.title, "weight": one.part.weight,
                        "zero": one.part.zero, "hundred": one.part.hundred,
                        "measured": _ends(one.measured) if one.measured else None,
                        "score": None if one.missing else _ends(one.score)} for one in pillar.parts]}
            for pillar in found.pillars
        ],
    }  # fmt: skip


def _ends(one: "Estimate") -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("value", "low", "high", "n", "level", "method", "version")}
