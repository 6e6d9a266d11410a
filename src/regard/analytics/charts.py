"""Pictures of what the library returns, for notebooks: no figure without its interval. Altair charts, to be changed."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pyarrow as pa

from regard.analytics.churn.kaplan_meier import SurvivalCurve
from regard.analytics.drivers.importance_performance import (
    CANNOT_TELL,
    FIX_FIRST,
    KEEP_UP,
    LOW_PRIORITY,
    MORE_THAN_NEEDED,
    ImportancePerformance,
)
from regard.analytics.estimate import Estimates

INK, PALE, ACCENT = "#1f2d3d", "#9aa5b1", "#0f6fb8"
WIDTH, ROW, SIDE = 460, 22, 320
EXPECTATIONS = ("predicted", "expected")
PER_CENT = ".0%"
VERDICTS = {
    FIX_FIRST: "#c0392b",
    KEEP_UP: "#1e8449",
    LOW_PRIORITY: "#7f8c8d",
    MORE_THAN_NEEDED: "#0f6fb8",
    CANNOT_TELL: "#b7950b",
}
DASHED = {"color": PALE, "strokeDash": [4, 4]}


def plot_estimates(
    estimates: Estimates, *, title: str = "", figure: str = "", percent: bool = False, width: int = WIDTH
) -> Any:
    """Draw each group as a dot with its interval, in the order of the groups.

    Parameters
    ----------
    estimates : Estimates
        With one dimension or more; groups that say "too few" are left out.
    title, figure : str
        Over the chart, and along its axis.
    percent : bool
        Whether shares are to be read as per cent.
    width : int
        In pixels.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> import ibis
    >>> from regard.analytics.shares import mean
    >>> stars = ibis.memtable({"late": ["yes"] * 20 + ["no"] * 20, "score": [1, 2] * 10 + [4, 5] * 10})
    >>> type(plot_estimates(mean(stars, ["late"]))).__name__
    'LayerChart'
    """
    rows = _rows(estimates, ["value", "low", "high"])
    names = estimates.groups.column_names
    for row in rows:
        row["group"] = " · ".join(str(row[name]) for name in names) or "all"
    order = [row["group"] for row in rows]
    scale = {"format": PER_CENT} if percent else {}
    x = alt.X("value:Q", title=figure or None, axis=alt.Axis(**scale), scale=alt.Scale(zero=False))
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=300))
    )
    bars = base.mark_rule(color=INK).encode(x=alt.X("low:Q", title=figure or None), x2="high:Q")
    dots = base.mark_point(filled=True, size=60, color=ACCENT, opacity=1).encode(x=x)
    return (bars + dots).properties(title=title, width=width, height=ROW * len(rows))


def plot_calibration(
    estimates: Estimates, *, title: str = "", percent: bool = False, width: int = SIDE
) -> Any:
    """Draw what came against what was expected; a model keeps its word where intervals touch the line.

    Parameters
    ----------
    estimates : Estimates
        `ChurnModel.calibration`, or a table of `holdout_calibration`: its groups name what was expected.
    title : str
    percent : bool
        Whether shares are to be read as per cent.
    width : int
        In pixels; the chart is square.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ValueError
        If no column says what was expected, or there is nothing to draw.

    Examples
    --------
    >>> from regard.analytics.churn.discrimination import calibration_table
    >>> table = calibration_table([0.25] * 20 + [0.5] * 20, [True] * 5 + [False] * 15 + [True, False] * 10, bins=2)
    >>> type(plot_calibration(table)).__name__
    'LayerChart'
    """
    named = [name for name in EXPECTATIONS if name in estimates.groups.column_names]
    if not named:
        raise ValueError("these estimates do not say what was expected")
    rows = _rows(estimates, ["value", "low", "high"])
    far = max(max(row["high"], row[named[0]]) for row in rows)
    shared = {"scale": alt.Scale(domain=[min(0.0, *(row["low"] for row in rows)), far])}
    if percent:
        shared["axis"] = alt.Axis(format=PER_CENT)
    x = alt.X(f"{named[0]}:Q", title="expected", **shared)
    y, low = (alt.Y(f"{name}:Q", title="what came", **shared) for name in ("value", "low"))
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    ends = alt.Chart(alt.Data(values=[{named[0]: end, "value": end} for end in (0, far)]))
    kept = ends.mark_line(**DASHED).encode(x=x, y=y)
    bars = base.mark_rule(color=INK).encode(y=low, y2="high:Q")
    dots = base.mark_point(filled=True, size=60, color=ACCENT, opacity=1).encode(y=y)
    return (bars + kept + dots).properties(title=title, width=width, height=width)


def plot_survival(
    curves: Mapping[Any, SurvivalCurve], *, title: str = "", time: str = "time", width: int = WIDTH
) -> Any:
    """Draw survival curves as steps, each with the band of its pointwise intervals.

    Parameters
    ----------
    curves : mapping of group to SurvivalCurve
        As `retention_curve` gives them, or made one by one with `kaplan_meier`.
    title, time : str
        Over the chart, and along its axis: the unit of the durations.
    width : int
        In pixels.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> from regard.analytics.churn.kaplan_meier import kaplan_meier
    >>> chart = plot_survival({"monthly": kaplan_meier([1, 2, 3, 4])}, time="months")
    >>> type(chart).__name__
    'LayerChart'
    """
    rows = [
        {**row, "group": _words(group)}
        for group, curve in curves.items()
        for row in curve.to_arrow().to_pylist()
    ]
    if not rows:
        raise ValueError("there is nothing to draw")
    colour = alt.Color(
        "group:N", title=None, legend=alt.Legend(symbolOpacity=1), sort=[_words(group) for group in curves]
    )
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("time:Q", title=time), color=colour)
    share = {"title": "still there", "axis": alt.Axis(format=PER_CENT), "scale": alt.Scale(domain=[0, 1])}
    band = base.mark_area(interpolate="step-after", opacity=0.2).encode(
        y=alt.Y("low:Q", **share), y2="high:Q"
    )
    line = base.mark_line(interpolate="step-after").encode(y=alt.Y("survival:Q", **share))
    return (band + line).properties(title=title, width=width, height=240)


def plot_importance(chart: ImportancePerformance, *, title: str = "", width: int = WIDTH) -> Any:
    """Draw an importance-performance map: what matters to the right, what is done well on top; both with intervals.

    Parameters
    ----------
    chart : ImportancePerformance
        One of those that `importance_performance` returns.
    title : str
        By default the group.
    width : int
        In pixels.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> import ibis
    >>> from regard.analytics.drivers.importance_performance import importance_performance
    >>> answers = ibis.memtable({"speed": [1, 2, 3, 4] * 9, "care": [5, 4, 5, 4] * 9, "overall": [1, 2, 3, 5] * 9})
    >>> (found,) = importance_performance(answers, "overall", ["speed", "care"], resamples=20)
    >>> type(plot_importance(found)).__name__
    'LayerChart'
    """
    rows = [
        {
            "driver": point.driver, "verdict": point.verdict,
            "value": point.importance.value, "low": point.importance.low, "high": point.importance.high,
            "rating": point.performance.value, "worst": point.performance.low, "best": point.performance.high,
        }
        for point in chart.points if not (point.importance.too_few or point.performance.too_few)
    ]  # fmt: skip
    if not rows:
        raise ValueError("there is nothing to draw")
    colours = alt.Scale(domain=list(VERDICTS), range=list(VERDICTS.values()))
    across = {"title": "importance: share of what is explained", "axis": alt.Axis(format=PER_CENT)}
    upwards = {"title": "performance: mean rating", "scale": alt.Scale(zero=False)}
    x, low = (alt.X(f"{name}:Q", **across) for name in ("value", "low"))
    y, worst = (alt.Y(f"{name}:Q", **upwards) for name in ("rating", "worst"))
    base = alt.Chart(alt.Data(values=rows)).encode(
        color=alt.Color("verdict:N", title=None, scale=colours, legend=alt.Legend(orient="bottom"))
    )
    meeting = alt.Data(values=[{"value": chart.importance_line, "rating": chart.performance_line}])
    lines = alt.Chart(meeting).mark_rule(**DASHED)
    layers = alt.layer(
        base.mark_rule().encode(x=low, x2="high:Q", y=y),
        base.mark_rule().encode(x=x, y=worst, y2="best:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y),
        base.mark_text(align="left", dx=6, dy=-7, fontSize=10).encode(x=x, y=y, text="driver:N"),
        lines.encode(x=x),
        lines.encode(y=y),
    )
    return layers.properties(title=title or _words(tuple(chart.group.values())), width=width, height=340)


def _rows(estimates: Estimates, needed: list[str]) -> list[dict[str, Any]]:
    """The groups that have a figure and an interval."""
    table: pa.Table = estimates.to_arrow()
    rows = [row for row in table.to_pylist() if all(row[name] is not None for name in needed)]
    if not rows:
        raise ValueError("there is nothing to draw")
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """What JSON can hold."""
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _words(group: Any) -> str:
    return " · ".join(map(str, group)) or "all" if isinstance(group, tuple) else str(group)
