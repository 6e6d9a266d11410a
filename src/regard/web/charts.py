"""Charts as Vega-Lite specs: the value as a line or point, its interval as a band, and a sentence that says it all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regard.web.templatetags.regard import in_unit, month_short, month_words, number

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
MOST_BARS = 7
STEP = 36  # pixels a bar
PADDING = {"right": 56, "left": 4, "top": 4, "bottom": 4}  # room for the last value, written beside its point
HUNDREDS = {"share", "points"}  # shown out of a hundred
FROM_ANYWHERE = {"points", "stars", "effort"}  # scales without a zero that means nothing


@dataclass(frozen=True)
class Chart:
    """What `parts/chart.html` draws: the spec, the sentence, the rows of the table under it."""

    name: str
    sentence: str
    spec: dict[str, Any]
    rows: list[Mapping[str, Any]]
    unit: str
    head: str = "Month"
    csv: str = ""
    is_series: bool = False  # the page keeps its height free
    is_empty: bool = False  # nothing to draw: the sentence says so

    @property
    def spec_id(self) -> str:
        return f"spec-{self.name}"


def chart_of_series(
    name: str, title: str, rows: Sequence[Mapping[str, Any]], *, unit: str, csv: str = ""
) -> Chart:
    """A measure month by month: line, band of the 95 % interval, the last value written at its end."""
    known = [row for row in rows if row["value"] is not None]
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "area"}, "encoding": {"y": _axis("low", unit), "y2": {"field": "high"}}},
        {"mark": {"type": "line", "point": True}, "encoding": {"y": _axis("value", unit)}},
    ]
    if known:
        last = {"mark": {"type": "text", "align": "left", "dx": 8, "fontWeight": "bold"},
                "data": {"values": _drawn(known[-1:], unit)},
                "encoding": {"y": _axis("value", unit), "text": {"field": "written"}}}  # fmt: skip
        layers.append(last)
    spec = {
        "$schema": SCHEMA, "height": 240, "padding": PADDING,
        "data": {"values": _drawn(known, unit)},
        "encoding": {
            # rows of different lines are not joined: where a definition changed, the line breaks
            "detail": {"field": "line", "type": "nominal"},
            "x": {"field": "group", "type": "ordinal", "title": None, "sort": None,
                  "axis": {"labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 8}},
            "tooltip": [{"field": "group", "title": "Month"}, {"field": "written", "title": title},
                        {"field": "between", "title": "95 % sure between"}, {"field": "n", "title": "Stands on"}],
        },
        "layer": layers,
    }  # fmt: skip
    return Chart(
        name, _sentence_of_series(title, known, unit), spec, list(rows), unit, csv=csv, is_series=True,
        is_empty=not known,
    )  # fmt: skip


def chart_of_groups(
    name: str, title: str, head: str, rows: Sequence[Mapping[str, Any]], *, unit: str, csv: str = ""
) -> Chart:
    """Groups one below the other, widest n first, at most seven: a point with the rule of its interval."""
    known = sorted((row for row in rows if row["value"] is not None), key=lambda row: -row["n"])[:MOST_BARS]
    y = {
        "field": "group",
        "type": "nominal",
        "title": None,
        "sort": {"field": "value", "order": "descending"},
    }
    spec = {
        "$schema": SCHEMA, "height": STEP * max(1, len(known)), "padding": PADDING,
        "data": {"values": _drawn(known, unit)},
        "encoding": {
            "y": y,
            "tooltip": [{"field": "group", "title": head}, {"field": "written", "title": title},
                        {"field": "between", "title": "95 % sure between"}, {"field": "n", "title": "Stands on"}],
        },
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 6, "opacity": 0.35, "strokeCap": "round"},
             "encoding": {"x": _axis("low", unit), "x2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": True, "size": 70}, "encoding": {"x": _axis("value", unit)}},
            {"mark": {"type": "text", "align": "left", "dx": 8},
             "encoding": {"x": _axis("high", unit), "text": {"field": "written"}}},
        ],
    }  # fmt: skip
    return Chart(name, _sentence_of_groups(title, head, known, unit), spec, list(rows), unit, head, csv,
                 is_empty=not known)  # fmt: skip


def _drawn(rows: Sequence[Mapping[str, Any]], unit: str) -> list[dict[str, Any]]:
    zoom = 100.0 if unit in HUNDREDS else 1.0
    return [
        {"group": month_short(row["group"]), "n": row["n"], "written": in_unit(row["value"], unit),
         "between": f"{in_unit(_edge(row, 'low'), unit)} and {in_unit(_edge(row, 'high'), unit)}",
         "line": row.get("line", ""),
         "value": row["value"] * zoom, "low": _edge(row, "low") * zoom, "high": _edge(row, "high") * zoom}
        for row in rows
    ]  # fmt: skip


def _edge(row: Mapping[str, Any], side: str) -> float:
    edge = row[side]
    return float(row["value"] if edge is None else edge)


def _axis(column: str, unit: str) -> dict[str, Any]:
    title = {"share": "per cent"}.get(unit, unit or None)
    zero = unit not in FROM_ANYWHERE
    axis = {"tickCount": 5, "format": "~s" if zero and unit != "share" else ",~f"}
    return {"field": column, "type": "quantitative", "title": title, "scale": {"zero": zero}, "axis": axis}


def _sentence_of_series(title: str, known: Sequence[Mapping[str, Any]], unit: str) -> str:
    if not known:
        return f"{title}: too few in every month to say anything."
    last = known[-1]
    between = f"{in_unit(_edge(last, 'low'), unit)} to {in_unit(_edge(last, 'high'), unit)}"
    return (
        f"{title}: {in_unit(last['value'], unit)} in {month_words(last['group'])} (95 % sure: {between}, "
        f"from {number(last['n'])} rows); {_movement(known)}."
    )


def _movement(known: Sequence[Mapping[str, Any]]) -> str:
    first, last = known[0], known[-1]
    if len(known) < 2:
        return "there is one month so far"
    if _edge(last, "low") > _edge(first, "high"):
        return f"up since {month_words(first['group'])}"
    if _edge(last, "high") < _edge(first, "low"):
        return f"down since {month_words(first['group'])}"
    return f"no sure change since {month_words(first['group'])}"


def _sentence_of_groups(title: str, head: str, known: Sequence[Mapping[str, Any]], unit: str) -> str:
    if not known:
        return f"{title} by {head.lower()}: too few in every group to say anything."
    highest, lowest = max(known, key=lambda row: row["value"]), min(known, key=lambda row: row["value"])
    words = f"{title}: highest for {highest['group']} ({in_unit(highest['value'], unit)})"
    if highest is lowest:
        return f"{words}."
    apart = _edge(highest, "low") > _edge(lowest, "high")
    return (
        f"{words} and lowest for {lowest['group']} ({in_unit(lowest['value'], unit)}); "
        f"{'the difference is more than chance' if apart else 'the difference may be chance'}."
    )
