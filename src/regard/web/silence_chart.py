"""What was heard day by day as bars, beside what usually is as a line."""

from collections.abc import Mapping, Sequence
from typing import Any

from regard.ledger.silence.queries import Day
from regard.web.charts import PADDING, SCHEMA, Chart


def chart_of_silence(sentence: str, days: Sequence[Day]) -> Chart:
    """The history of one stream; the sentence says what is silent."""
    values = [{"day": f"{one.day:%Y-%m-%d}", "heard": one.heard, "usual": one.usual} for one in days]
    day = {
        "field": "day",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%-d %b", "labelOverlap": "greedy", "tickCount": 7},
    }
    tooltip = [
        {"field": "day", "type": "temporal", "title": "Day", "format": "%A, %-d %B %Y"},
        {"field": "heard", "title": "Heard"}, {"field": "usual", "title": "Usual", "format": ",.1f"},
    ]  # fmt: skip
    y = {"type": "quantitative", "title": "events a day", "axis": {"tickCount": 5}}
    layers = [
        {"mark": {"type": "bar", "opacity": 0.55}, "encoding": {"y": {"field": "heard", **y}}},
        {"mark": {"type": "line", "strokeDash": [4, 3], "interpolate": "step"},
         "encoding": {"y": {"field": "usual", **y}}},
    ]  # fmt: skip
    spec = {"$schema": SCHEMA, "height": 240, "padding": PADDING, "data": {"values": values},
            "encoding": {"x": day, "tooltip": tooltip}, "layer": layers}  # fmt: skip
    words = f"{sentence[:1].upper()}{sentence[1:]}. Bars: heard; dashed line: usual on such a day."
    rows: list[Mapping[str, Any]] = [
        {"group": one["day"], "value": one["heard"], "low": None, "high": None, "n": one["heard"]}
        for one in values
    ]
    return Chart("silence", words.replace("`", ""), spec, rows, "", head="Day", is_series=True)
