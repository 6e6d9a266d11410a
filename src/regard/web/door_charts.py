"""The charts of Voice and Value that are no series and no groups: the map of drivers, bands of worth, Lorenz."""

from typing import Any

from regard.web.charts import PADDING, SCHEMA, Chart
from regard.web.templatetags.regard import money_about, number

UNNAMED = ("low priority", "more than needed")
EQUAL = {"strokeDash": [4, 4], "strokeWidth": 1, "opacity": 0.6}


def chart_of_map(name: str, outcome: str, found: dict[str, Any]) -> Chart:
    """Importance (up) against performance (right), with intervals; what is important and badly done lies top left."""
    points = [
        {"driver": point["driver"], "verdict": point["verdict"],
         **{f"{side}_{edge}": point[side][edge] * 100 for side in ("importance", "performance")
            for edge in ("value", "low", "high")}}
        for point in found["points"] if None not in (point["importance"]["value"], point["performance"]["value"])
    ]  # fmt: skip
    across, up = "how well it is rated, per cent of the scale", "share of what is explained, per cent"
    x, y = _axis("performance_value", across), _axis("importance_value", up)
    # names of what matters; those of all would lie on each other, and the table has them
    named = [point for point in points if point["verdict"] not in UNNAMED]
    spec: dict[str, Any] = {
        "$schema": SCHEMA, "height": 380, "padding": {**PADDING, "right": 110}, "data": {"values": points},
        "layer": [
            _line("y", up, found["importance_line"]), _line("x", across, found["performance_line"]),
            {"mark": {"type": "rule", "opacity": 0.35},
             "encoding": {"x": x, "y": _axis("importance_low", up), "y2": {"field": "importance_high"}}},
            {"mark": {"type": "rule", "opacity": 0.35},
             "encoding": {"x": _axis("performance_low", across), "x2": {"field": "performance_high"}, "y": y}},
            {"mark": {"type": "point", "filled": True, "size": 60},
             "encoding": {"x": x, "y": y, "tooltip": [{"field": "driver", "title": "Attribute"},
                                                      {"field": "verdict", "title": "Verdict"}]}},
        ],
    }  # fmt: skip
    if named:  # a layer without rows has no extent, of which the browser complains
        spec["layer"].append({
            "data": {"values": named}, "mark": {"type": "text", "align": "left", "dx": 8, "dy": -6},
            "encoding": {"x": x, "y": y, "text": {"field": "driver"}},
        })  # fmt: skip
    first = [point["driver"] for point in found["points"] if point["verdict"] == "fix first"]
    words = f"Important for “{outcome}” and rated low: {', '.join(first)}." if first else (
        f"Nothing is surely both important for “{outcome}” and rated low."
    )  # fmt: skip
    return Chart(name, words, spec, [], "", is_series=True, is_empty=not points)


def chart_of_bands(name: str, bands: list[dict[str, Any]], currency: str) -> Chart:
    """How many customers are worth how much in the year ahead."""
    rows = [{"group": _band(band, currency), "customers": band["customers"], "place": place}
            for place, band in enumerate(bands)]  # fmt: skip
    spec = {
        "$schema": SCHEMA, "height": 240, "padding": PADDING, "data": {"values": rows},
        "encoding": {
            "x": {"field": "group", "type": "ordinal", "title": None, "sort": {"field": "place"},
                  "axis": {"labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 8}},
            "y": {"field": "customers", "type": "quantitative", "title": "customers", "axis": {"tickCount": 5}},
            "tooltip": [{"field": "group", "title": "Worth"}, {"field": "customers", "title": "Customers"}],
        },
        "layer": [{"mark": {"type": "bar"}}],
    }  # fmt: skip
    most = max(bands, key=lambda band: band["customers"])
    every = sum(band["customers"] for band in bands)
    words = (
        f"{number(most['customers'])} of {number(every)} buyers are worth {_band(most, currency)} in the year ahead; "
        f"{number(bands[-1]['customers'])} are worth {_band(bands[-1], currency)}."
    )
    return Chart(name, words, spec, [], "", is_series=True)


def chart_of_lorenz(name: str, found: dict[str, Any]) -> Chart:
    """The Lorenz curve against the line on which everybody would be worth the same."""
    points = [
        {"customers": each["customers"] * 100, "value": each["value"] * 100} for each in found["lorenz"]
    ]
    x, y = (
        _axis("customers", "per cent of buyers, the least valuable first"),
        _axis("value", "per cent of the value"),
    )
    spec = {
        "$schema": SCHEMA, "height": 300, "padding": PADDING,
        "layer": [
            {"data": {"values": points}, "mark": {"type": "area"}, "encoding": {"x": x, "y": y}},
            {"data": {"values": points}, "mark": {"type": "line"}, "encoding": {"x": x, "y": y}},
            {"data": {"values": [{"customers": 0, "value": 0}, {"customers": 100, "value": 100}]},
             "mark": {"type": "line", **EQUAL}, "encoding": {"x": x, "y": y}},
        ],
    }  # fmt: skip
    words = (
        f"The best fifth of buyers carries {number(found['top_fifth'] * 100, 0)} % of the value ahead; "
        f"Gini {number(found['gini'], 2)}, where 0 is everybody the same and 1 is one customer alone."
    )
    return Chart(name, words, spec, [], "", is_series=True)


def _band(band: dict[str, Any], currency: str) -> str:
    low = money_about(band["low"], currency)
    return f"{low} or more" if band["high"] is None else f"{low} to {money_about(band['high'], currency)}"


def _axis(column: str, title: str) -> dict[str, Any]:
    axis = {"tickCount": 5}
    scale = {"zero": not column.startswith("performance"), "nice": True}
    return {"field": column, "type": "quantitative", "title": title, "axis": axis, "scale": scale}


def _line(way: str, title: str, at: float) -> dict[str, Any]:
    """A dashed line between quadrants."""
    return {"data": {"values": [{"at": at * 100}]}, "mark": {"type": "rule", **EQUAL},
            "encoding": {way: {"field": "at", "type": "quantitative", "title": title}}}  # fmt: skip
