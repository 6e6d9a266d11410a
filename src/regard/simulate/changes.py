"""What management knows it changed, from its own minutes. Whether it worked is in the truth, not here."""

import json
from pathlib import Path
from typing import Any

from regard.simulate.model import Calendar, Fix, Model
from regard.simulate.shop import REGION_NAMES


def changes_of(model: Model, calendar: Calendar) -> list[dict[str, Any]]:
    """Each change with its first day, what it was to help against, and for whom, in the words of the files."""
    regions = [REGION_NAMES[name] for name in model.carrier_fix.affected]
    return [
        _change(model.carrier_fix, calendar, "late", "state", regions),
        _change(model.billing_fix, calendar, "handover:billing", "country", list(model.billing_fix.affected)),
    ]


def write_changes(folder: Path, model: Model, calendar: Calendar) -> None:
    """Write `changes.json`."""
    text = json.dumps(changes_of(model, calendar), indent=2, ensure_ascii=False)
    (folder / "changes.json").write_text(text + "\n", encoding="utf-8")


def _change(fix: Fix, calendar: Calendar, about: str, dimension: str, groups: list[str]) -> dict[str, Any]:
    since = calendar.iso[calendar.months_before_end(fix.months_before_end)]
    return {
        "title": fix.name.capitalize(),
        "since": since,
        "about": about,
        "dimension": dimension,
        "groups": groups,
    }
