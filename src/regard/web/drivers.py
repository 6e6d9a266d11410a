"""What to mend first in what customers rate: over everybody, and in which groups."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from regard.understand.doors import queries as doors

FIX_FIRST = "fix first"
MOST_LINES = 5


def first_to_fix() -> dict[str, Any]:
    """The attributes that matter much and are rated low, what weighs most in front, each with the groups of customers
    of whom it is true as well; empty where nothing is rated."""
    found = doors.drivers()
    if not found:
        return {}
    lines: dict[str, dict[str, Any]] = {}
    for one in found["maps"]:
        for point in one["points"]:
            if point["verdict"] != FIX_FIRST:
                continue
            line = lines.setdefault(point["driver"], {"driver": point["driver"], "whole": None, "groups": []})
            if one["dimension"]:
                line["groups"].append(_group(one, point))
            else:
                line["whole"] = point
    ranked = sorted(lines.values(), key=lambda line: (line["whole"] is None, -_weight(line)))
    return {"outcome": found["outcome"], "lines": ranked[:MOST_LINES]}


def _group(one: dict[str, Any], point: dict[str, Any]) -> dict[str, Any]:
    who = urlencode({"who": f"{one['dimension']}:{one['group']}"})
    words = f"{one['dimension'].replace('_', ' ')} {one['group']}"
    return {
        "words": words,
        "address": f"{reverse('voice')}?{who}#drivers",
        "weight": point["importance"]["value"] or 0.0,
    }


def _weight(line: dict[str, Any]) -> float:
    if line["whole"]:
        return float(line["whole"]["importance"]["value"] or 0.0)
    return max((float(group["weight"]) for group in line["groups"]), default=0.0)
