"""What satisfaction hangs on: rated attributes against the overall score, over everybody and by group."""

from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regard import analytics as ra
from regard.analytics.warnings import hear_warnings
from regard.ledger import lake
from regard.ledger.catalogue import INSTRUMENTS
from regard.ledger.queries import events as ledger_events
from regard.understand.facts import UTC_TIME

RATINGS = ("rating-5", "rating-10")
OUTCOMES = {"csat-5": "satisfaction", "csat-2": "satisfaction", "nps": "would recommend", "ces-7": "ease"}
MOST_ATTRIBUTES = 20
MOST_ANSWERS = 20_000  # more make the map slower, not surer
FEWEST_ANSWERS = 200  # in a group that gets a map of its own
RESAMPLES, GROUP_RESAMPLES = 300, 100
WAYS_IN = ("source", "channel")


def driver_maps(as_of: datetime) -> dict[str, Any]:
    """Importance and performance of each rated attribute, as JSON can hold it; empty where nothing is rated."""
    scores = _scores(as_of)
    names = _attributes(scores)
    if len(names) < 2 or not (outcome := _outcome(scores)):
        return {}
    answers = _answers(scores, names, outcome)
    held = lake.fetch(answers.order_by(answers.answer.hash(), "answer").limit(MOST_ANSWERS))
    everybody = ibis.memtable(held)
    maps = [_map("", "", one) for one in _maps(everybody, names, (), RESAMPLES)]
    for dimension in _dimensions(held):
        segments = lake.read("segments")
        chosen = segments.filter(segments.dimension == dimension).select("customer_id", "group")
        grouped = ibis.memtable(
            lake.fetch(chosen).join(held, "customer_id", join_type="inner").combine_chunks()
        )
        maps += [
            _map(dimension, one.group["group"], one)
            for one in _maps(grouped, names, ["group"], GROUP_RESAMPLES)
        ]
    large = [one for one in maps if not one["dimension"] or one["n"] >= FEWEST_ANSWERS]
    return {"outcome": OUTCOMES[outcome], "instrument": outcome, "answers": held.num_rows, "maps": large}


def _scores(as_of: datetime) -> ir.Table:
    """Every score on a scale from 0 to 1; what was answered together has the same `answer`."""
    events = ledger_events().inner_join(lake.read("people"), "person")
    known = events.filter(
        (events.name == "survey.answered")
        & events.score.notnull()
        & events.customer_id.notnull()
        & events.instrument.isin([*RATINGS, *OUTCOMES])
        & (events.occurred_at <= ibis.literal(as_of, type=UTC_TIME))
    )
    together = ibis.coalesce(known.subject, known.occurred_at.cast("date").cast("string"))
    scaled = [
        (known.instrument == name, (known.score - lowest) / (highest - lowest))
        for name, (lowest, highest) in INSTRUMENTS.items()
    ]
    return known.select(
        "customer_id", "instrument", "touchpoint", "occurred_at",
        answer=known.person + ibis.literal("|") + together, score=ibis.cases(*scaled),
    )  # fmt: skip


def _attributes(scores: ir.Table) -> list[str]:
    rated = scores.filter(scores.instrument.isin(list(RATINGS)) & scores.touchpoint.notnull())
    counts = rated.group_by("touchpoint").aggregate(n=ibis._.count())
    names: list[str] = lake.fetch(counts.order_by(ibis.desc("n"), "touchpoint").limit(MOST_ATTRIBUTES))[
        "touchpoint"
    ].to_pylist()
    return sorted(names)


def _outcome(scores: ir.Table) -> str:
    """The overall score that most of those gave who rated attributes."""
    rated = scores.filter(scores.instrument.isin(list(RATINGS))).select("answer").distinct()
    overall = scores.filter(scores.instrument.isin(list(OUTCOMES))).semi_join(rated, "answer")
    counts = overall.group_by("instrument").aggregate(n=ibis._.count()).order_by(ibis.desc("n"), "instrument")
    first = lake.fetch(counts.limit(1))["instrument"].to_pylist()
    return first[0] if first else ""


def _answers(scores: ir.Table, names: list[str], outcome: str) -> ir.Table:
    """One row an answer: the overall score and each attribute's rating."""
    ratings = {
        f"rating_{place}": ibis._.score.max(
            where=(ibis._.touchpoint == name) & ibis._.instrument.isin(list(RATINGS))
        )
        for place, name in enumerate(names)
    }
    whole = ibis._.score.max(where=ibis._.instrument == outcome)
    each = scores.group_by("answer").aggregate(customer_id=ibis._.customer_id.max(), outcome=whole, **ratings)
    return each.filter(each.outcome.notnull())


def _dimensions(held: pa.Table) -> list[str]:
    """The dimensions, other than the ways in, that say something of those who answered."""
    segments = lake.read("segments")
    known = segments.filter(segments.dimension.notin(list(WAYS_IN))).select("dimension").distinct()
    found: list[str] = (
        lake.fetch(known.order_by("dimension"))["dimension"].to_pylist() if held.num_rows else []
    )
    return found


def _maps(answers: ir.Table, names: list[str], by: "list[str] | tuple[()]", resamples: int) -> list[Any]:
    columns = [f"rating_{place}" for place in range(len(names))]
    named = answers.rename(dict(zip(names, columns, strict=True)))
    with hear_warnings():  # the page says n, and "cannot tell"
        return ra.importance_performance(
            named, "outcome", names, by, lowest=0, highest=1, resamples=resamples
        )


def _map(dimension: str, group: str, one: Any) -> dict[str, Any]:
    points = [
        {"driver": point.driver, "verdict": point.verdict, "importance": _said(point.importance),
         "performance": _said(point.performance)}
        for point in one.points
    ]  # fmt: skip
    return {"dimension": dimension, "group": group, "n": one.drivers.r_squared.n,
            "explained": one.drivers.r_squared.value, "points": points,
            "importance_line": one.importance_line, "performance_line": one.performance_line}  # fmt: skip


def _said(estimate: ra.Estimate) -> dict[str, Any]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
