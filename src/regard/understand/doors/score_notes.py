"""Beside the scores of Voice: when each changed, and what it would be had everybody answered who was asked."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
from django.utils import timezone

from regard import analytics as ra
from regard.analytics.warnings import hear_warnings
from regard.ledger import lake
from regard.understand.doors.drivers import WAYS_IN
from regard.understand.doors.page_tables import SCORES
from regard.understand.figures import figures_from
from regard.understand.measures import MEASURES

MOST_TRAITS = 3
KNOWN = (
    0.9  # of those who stayed silent; a trait that only answers tell would make answering look like a trait
)
NOBODY_ASKED, NO_TRAITS, TOO_FEW = "nobody asked", "no traits", "too few"
OWN_COLUMNS = ("customer_id", "score")
SURVEYS = {"nps": ("nps",), "csat": ("csat-5", "csat-2"), "ces": ("ces-7",)}
Found = dict[str, Any]


def score_notes(as_of: datetime) -> dict[str, Found]:
    """By measure, from the page tables just written: its changes, oldest first, and the score of all who were asked."""
    measured = lake.read("measured")
    there = set(lake.fetch(measured.select("measure").distinct())["measure"].to_pylist())
    return {
        name: {"changes": _changes(name, measured, as_of), "answering": _answering(name, measured)}
        for name in SCORES
        if name in there
    }


def _changes(name: str, measured: ir.Table, as_of: datetime) -> list[Found]:
    """The change points of the full months; those without any answer are passed over."""
    rows = figures_from(MEASURES[name], measured.filter(measured.measure == name), "month")
    this_month = timezone.localtime(as_of).strftime("%Y-%m")
    full = sorted((row for row in rows if row.group < this_month), key=lambda row: row.group)
    with hear_warnings():  # too few months: no change is told, as is right
        found = ra.change_points([row.estimate for row in full])
    return [
        {"month": full[one.at].group, "earliest": full[one.earliest].group, "latest": full[one.latest].group,
         "verdict": one.verdict, "before": one.before.value, "after": one.after.value,
         **_ends(one.difference), "level": one.difference.level}
        for one in found
    ]  # fmt: skip


def _answering(name: str, measured: ir.Table) -> Found:
    """The score as answered and as it would be if those who answered were like those who were asked."""
    asked = _asked(name, measured)
    counts = lake.fetch(asked.aggregate(asked=ibis._.count(), answered=ibis._.score.count())).to_pylist()[0]
    if not counts["asked"]:
        return {"why": NOBODY_ASKED}
    traits = _traits(asked)
    if not traits:
        return {"why": NO_TRAITS, **counts}
    with hear_warnings() as said:
        found = ra.adjust_for_response(_with_traits(asked, traits), traits)
    if found.raw.value is None or found.adjusted.value is None:
        return {"why": TOO_FEW, **counts}
    return {"why": "", **counts, "traits": traits, "raw": _ends(found.raw), "adjusted": _ends(found.adjusted),
            "method": found.method, "notes": said}  # fmt: skip


def _asked(name: str, measured: ir.Table) -> ir.Table:
    """One row a customer asked; `score` is that of the last answer since, as the measure counts it, or null."""
    chosen = measured.filter(measured.instrument.isin(list(SURVEYS.get(name, ()))))
    invited = chosen.filter(chosen.measure == "response-rate")
    since = invited.group_by("customer_id").aggregate(since=ibis._.occurred_at.min())
    answers = chosen.filter((chosen.measure == name) & chosen.customer_id.notnull())
    counted = answers.select("customer_id", "occurred_at", score=_counted(name, answers))
    later = counted.inner_join(since, "customer_id").filter(ibis._.occurred_at >= ibis._.since)
    last = later.group_by("customer_id").aggregate(score=ibis._.score.argmax(ibis._.occurred_at))
    return since.left_join(last, "customer_id").select(since.customer_id, last.score)


def _counted(name: str, answers: ir.Table) -> ir.Value:
    """One answer as its measure counts it: 1 for satisfied, -1 to 1 for a recommendation, or the score itself."""
    score = answers.score
    if name == "nps":
        return ibis.cases((score >= 9, 1.0), (score < 7, -1.0), else_=0.0)
    if name == "csat":
        return ibis.ifelse(answers.instrument == "csat-2", score >= 1, score >= 4).cast("float64")
    return score


def _traits(asked: ir.Table) -> list[str]:
    """The few traits known of almost everybody who was asked by which answering differs most."""
    segments = lake.read("segments")
    usable = segments.dimension.notin([*WAYS_IN, *OWN_COLUMNS])
    told = segments.filter(usable).inner_join(asked, "customer_id")
    groups = told.group_by(["dimension", "group"]).aggregate(n=ibis._.count(), answered=ibis._.score.count())
    by_dimension: dict[str, list[tuple[int, int]]] = {}
    for row in lake.fetch(groups).to_pylist():
        by_dimension.setdefault(row["dimension"], []).append((row["n"], row["answered"]))
    silent = lake.fetch(asked.filter(asked.score.isnull()).aggregate(n=ibis._.count()))["n"][0].as_py()
    known = {
        name: _spread(found)
        for name, found in by_dimension.items()
        if sum(n - answered for n, answered in found) >= KNOWN * silent and len(found) > 1
    }
    return sorted(known, key=lambda name: (-known[name], name))[:MOST_TRAITS]


def _spread(groups: Sequence[tuple[int, int]]) -> float:
    """Variance of the share who answered between groups."""
    total = sum(n for n, _ in groups)
    mean = sum(answered for _, answered in groups) / total
    return sum(n * (answered / n - mean) ** 2 for n, answered in groups) / total


def _with_traits(asked: ir.Table, traits: Sequence[str]) -> ir.Table:
    segments = lake.read("segments")
    for name in traits:
        own = segments.filter(segments.dimension == name).select("customer_id", **{name: segments.group})
        asked = asked.left_join(own, "customer_id").select(asked, own[name])
    return ibis.memtable(lake.fetch(asked))


def _ends(one: ra.Estimate) -> Found:
    """A figure as JSON can hold it."""
    ends = {"value": one.value, "low": one.low, "high": one.high}
    return {name: None if end is None or not math.isfinite(end) else end for name, end in ends.items()}
