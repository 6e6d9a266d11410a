"""The themes of what customers write as Voice lists them, whole or of a slice, and the texts behind each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from regard import analytics as ra
from regard.errors import NotFoundError
from regard.ledger import lake
from regard.understand.rates import rate_of
from regard.understand.slices import Slice, within
from regard.understand.texts import with_texts
from regard.understand.themes.finding import NO_THEME, Told, told_themes

QUARTER = timedelta(days=91)


@dataclass(frozen=True)
class ThemeLine:
    """One theme: how many texts by how many customers, their share of all, the scores beside them from 0 to 1, and
    whether texts of the last quarter are about it more often ("up") than those of the quarter before."""

    theme: Told
    texts: int
    customers: int
    share: float
    score: ra.Estimate
    trend: str


def theme_lines(part: Slice, as_of: datetime) -> list[ThemeLine]:
    """Every theme that nobody hid, the one most write about first."""
    themes = told_themes()
    if not themes:
        return []
    rows = _by_theme(within(lake.read("themed"), part), themes)
    counts = {row["theme"]: row for row in lake.fetch(_counted(rows, as_of)).to_pylist()}
    every = lake.fetch(_counted(rows.mutate(theme=NO_THEME), as_of)).to_pylist()
    if not every:
        return []
    whole = every[0]
    scores = ra.mean(rows, ["theme"], value="low").by_group()
    present = [theme for theme in themes if theme.number in counts]
    comparisons = ra.compare_many([
        (rate_of(row["lately"], whole["lately"]), rate_of(row["before"], whole["before"]))
        for row in (counts[theme.number] for theme in present)
    ])  # fmt: skip
    lines = [
        ThemeLine(
            theme, row["texts"], row["customers"], row["texts"] / whole["texts"],
            scores.get((theme.number,), ra.Estimate(None, None, None, 0)), compared.verdict,
        )
        for theme, compared in zip(present, comparisons, strict=True) if (row := counts[theme.number])
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-line.texts, line.theme.number))


def theme_named(number: int) -> Told:
    """One theme of the newest computation that nobody hid; NotFoundError for others."""
    for theme in told_themes():
        if number in theme.numbers:
            return theme
    raise NotFoundError(f"There is no theme {number}, or no longer.", hint="Voice lists those there are.")


def texts_about(theme: Told, part: Slice) -> ir.Table:
    """The rows of `themed` that are about a theme."""
    rows = within(lake.read("themed"), part)
    return rows.filter(rows.theme.isin(theme.numbers)).distinct(on="event_id")


def words_about(theme: Told, part: Slice, *, limit: int) -> list[dict[str, Any]]:
    """The texts about a theme, newest first."""
    newest = texts_about(theme, part).order_by(ibis.desc("occurred_at"), "event_id").limit(limit)
    rows = newest.select("event_id", "person", "customer_id", "occurred_at")
    return with_texts(lake.fetch(rows).to_pylist())


def _by_theme(rows: ir.Table, themes: list[Told]) -> ir.Table:
    """One row a text and theme, under the theme's own number."""
    pairs = [(number, theme.number) for theme in themes for number in theme.numbers]
    own = rows.theme.cases(*pairs, else_=NO_THEME)
    return rows.mutate(theme=own).distinct(on=["event_id", "theme"])


def _counted(rows: ir.Table, as_of: datetime) -> ir.Table:
    lately = rows.occurred_at > ibis.literal(as_of - QUARTER, type=rows.occurred_at.type())
    before = ~lately & (rows.occurred_at > ibis.literal(as_of - 2 * QUARTER, type=rows.occurred_at.type()))
    return rows.group_by("theme").aggregate(
        texts=rows.event_id.nunique(), customers=rows.customer_id.nunique(),
        lately=rows.event_id.nunique(where=lately), before=rows.event_id.nunique(where=before),
    )  # fmt: skip
