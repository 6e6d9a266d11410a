"""The chart of a fix: where it was made against elsewhere, before and after."""

from typing import Any

from regard.show.models import Fix, Proof
from regard.show.queries import is_of_contracts
from regard.web.charts import PADDING, SCHEMA, Chart
from regard.web.templatetags.regard import in_unit

RULE = {"strokeDash": [4, 4], "strokeWidth": 1, "opacity": 0.7}


def chart_of_proof(fix: Fix, proof: Proof) -> Chart:
    """Two lines over the months before and after; for everybody, what came against where it was heading."""
    second = "others" if fix.dimension else "expected"
    names = {"changed": fix.where, second: "everybody else" if fix.dimension else "as before"}
    rows = [
        {"period": row["period"], "who": name, "value": row[side] * (100 if fix.unit in ("share", "points") else 1)}
        for side, name in names.items()
        for row in proof.series
        if row.get(side) is not None
    ]  # fmt: skip
    contracts = is_of_contracts(fix.about)
    unit = "months" if fix.dimension or contracts else "weeks"
    measured = "left in the month" if contracts else fix.about_title
    x = {
        "field": "period",
        "type": "quantitative",
        "title": f"{unit} since it began",
        "axis": {"tickMinStep": 1},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "title": ", ".join(filter(None, (measured, "per cent" if fix.unit == "share" else fix.unit))),
        "scale": {"zero": fix.unit == "share"},
    }
    spec = {
        "$schema": SCHEMA, "height": 260, "padding": PADDING | {"right": 12}, "data": {"values": rows},
        "layer": [
            {"data": {"values": [{"at": -0.5}]}, "mark": {"type": "rule", **RULE},
             "encoding": {"x": {"field": "at", "type": "quantitative"}}},
            {"mark": {"type": "line", "point": True},
             "encoding": {"x": x, "y": y, "strokeDash": _dashes(list(names.values()))}},
        ],
    }  # fmt: skip
    return Chart("proof", _sentence(fix, proof), spec, [], fix.unit, is_series=True)


def _dashes(names: list[str]) -> dict[str, Any]:
    """Where it was made is the solid line; named above, since beside it a phone has no room."""
    scale = {"domain": names, "range": [[1, 0], [5, 4]]}
    legend = {"title": None, "orient": "top", "symbolType": "stroke", "symbolSize": 600, "labelLimit": 260}
    return {"field": "who", "type": "nominal", "legend": legend, "scale": scale}


def _sentence(fix: Fix, proof: Proof) -> str:
    if proof.low is None or proof.high is None:
        return f"{fix.about_title}: too little was seen to compare."

    def said(value: float) -> Any:
        return in_unit(value, fix.unit if fix.unit != "share" else "points")

    return (
        f"{fix.about_title}: {said(proof.low)} to {said(proof.high)} points beyond "
        f"{'what changed elsewhere' if fix.dimension else 'where it was heading'}."
    )
