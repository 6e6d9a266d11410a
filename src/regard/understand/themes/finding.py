"""What customers write about: themes found in their texts at each computation, stable from run to run."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard import analytics as ra
from regard.analytics.words.lexicon import lexicon_scores
from regard.ledger import lake
from regard.ledger.catalogue import INSTRUMENTS
from regard.ledger.queries import events as ledger_events
from regard.understand.facts import UTC_TIME, Facts, json_text, month_of
from regard.understand.models import Artefact, ThemeEdit

SPOKEN = ("case.opened", "message.received", "review.written", "survey.answered", "complaint.made")
ARTEFACT = "themes"
MOST_TEXTS = 200_000  # the newest
MOST_THEMES = 16  # in a language; more are read by nobody
FEWEST_SCORED, SCORED_SHARE = 30, 0.05  # of the texts of a theme, to say how pleased they are
READ_FOR_TONE = 150  # texts whose words are weighed instead
PLEASED = 0.2  # from -1 to 1
NO_THEME = 0


@dataclass(frozen=True)
class Told:
    """One theme as it is shown; its number stays.

    `numbers` are those under which its texts are kept: its own, and those of themes joined to it since.
    """

    number: int
    numbers: list[int]
    name: str
    words: list[str]
    languages: list[str]
    pleased: bool
    named_by_hand: bool = False


@dataclass(frozen=True)
class Edited:
    """A model with what people changed: their names, what they joined, what they hid."""

    model: ra.ThemeModel
    hidden: frozenset[int]
    joined: dict[int, int]  # each number that was joined to another, and to which


@dataclass(frozen=True)
class Themes:
    """The themes of one computation, which texts are about them, and all of it as JSON can hold it."""

    told: list[Told]
    rows: pa.Table
    stored: dict[str, Any]


def spoken(facts: Facts) -> ir.Table:
    """What known customers said in their own words, with the score that stands beside it from 0 (worst) to 1."""
    events = ledger_events()
    spoke = events.filter(
        events.text.notnull()
        & (events.text.strip() != "")
        & (events.occurred_at <= ibis.literal(facts.as_of, type=UTC_TIME))
    )
    known = spoke.inner_join(lake.read("people"), "person")
    known = known.filter(known.customer_id.notnull())
    scaled = [
        (known.instrument == name, (known.score - lowest) / (highest - lowest))
        for name, (lowest, highest) in INSTRUMENTS.items()
    ]
    named = ibis.cases((known.name == "case.opened", json_text(known.data, "$.order")))
    return known.select(
        "event_id", "person", "customer_id", "occurred_at", "name", "text", month=month_of(known.occurred_at),
        low=ibis.cases(*scaled, else_=ibis.null("float64")),
        about=ibis.coalesce(
            ibis.literal("order:") + named, ibis.cases((known.subject.startswith("order:"), known.subject))
        ),
    )  # fmt: skip


def find_themes(facts: Facts) -> Themes:
    """The themes of the newest texts; those of the last computation keep their numbers and what people changed."""
    said = spoken(facts)
    said = said.filter(said.name.isin(SPOKEN)).order_by(ibis.desc("occurred_at"), "event_id")
    table = lake.fetch(said.limit(MOST_TEXTS))
    texts = table["text"].to_pylist()
    languages = ra.languages_of_many(texts)
    previous = stored_model()
    model = ra.find_themes(
        texts, languages.tolist(), previous=edited(previous).model if previous else None, most=MOST_THEMES
    )
    assigned = model.assign(texts, languages.tolist())
    rows = _rows(table, assigned)
    pleased = _pleased(table, texts, languages, assigned)
    return Themes(_told(edited(model), pleased), rows, {"model": model.to_json(), "pleased": pleased})


def stored_model() -> ra.ThemeModel | None:
    """The model of the newest finished computation, as it was found."""
    content = _stored()
    return ra.ThemeModel.from_json(content["model"]) if content else None


def told_themes() -> list[Told]:
    """The themes of the newest finished computation that nobody hid, as they are named and joined now."""
    content = _stored()
    if not content:
        return []
    return _told(edited(ra.ThemeModel.from_json(content["model"])), content["pleased"])


def hidden_themes() -> list[ra.Theme]:
    """The themes of the newest finished computation that somebody hid."""
    model = stored_model()
    if model is None:
        return []
    found = edited(model)
    return [theme for theme in found.model.themes if theme.number in found.hidden]


def edited(model: ra.ThemeModel) -> Edited:
    """The model after everything that people changed, in their order; what is about a theme long gone does nothing."""
    hidden: set[int] = set()
    joined: dict[int, int] = {}
    for edit in ThemeEdit.objects.order_by("pk"):
        if edit.kind == ThemeEdit.Kind.JOIN:
            joined[edit.other] = edit.number
        numbers = {theme.number for theme in model.themes}
        if edit.number not in numbers:
            continue
        match edit.kind:
            case ThemeEdit.Kind.RENAME:
                model = model.rename(edit.number, edit.name)
            case ThemeEdit.Kind.JOIN if edit.other in numbers:
                model = model.merge(edit.number, edit.other)
            case ThemeEdit.Kind.HIDE:
                hidden.add(edit.number)
            case ThemeEdit.Kind.SHOW:
                hidden.discard(edit.number)
    return Edited(model, frozenset(hidden), {number: _root(number, joined) for number in joined})


def _root(number: int, joined: dict[int, int]) -> int:
    while number in joined:
        number = joined[number]
    return number


def _stored() -> dict[str, Any]:
    found = (
        Artefact.objects.filter(name=ARTEFACT, computation__ended_at__isnull=False).order_by("-pk").first()
    )
    return found.content if found else {}


def _rows(table: pa.Table, assigned: ra.Assigned) -> pa.Table:
    """One row a text and theme it is about; a text about none has one with theme 0."""
    about = assigned.about()
    text, place = np.nonzero(about)
    silent = np.flatnonzero(~about.any(axis=1))
    themes = np.concatenate(
        [np.asarray(assigned.numbers, dtype=np.int64)[place], np.full(len(silent), NO_THEME)]
    )
    rows = table.take(pa.array(np.concatenate([text, silent]))).append_column("theme", pa.array(themes))
    schema = lake.TABLES["themed"]
    return (
        rows.select(schema.names).cast(schema).sort_by([("theme", "ascending"), ("customer_id", "ascending")])
    )


def _pleased(
    table: pa.Table, texts: list[str], languages: npt.NDArray[np.str_], assigned: ra.Assigned
) -> list[int]:
    """The themes of pleased customers: scored surely above the mean of all texts with a score, or, where hardly any of
    its texts has one, with clearly pleased words in some of them."""
    main, scores = assigned.main(), table["low"].to_numpy()
    usual = float(np.nanmean(scores)) if np.isfinite(scores).any() else 0.5
    found = []
    for number in assigned.numbers:
        own = np.flatnonzero(main == number)
        scored = scores[own][np.isfinite(scores[own])]
        if len(scored) >= max(FEWEST_SCORED, SCORED_SHARE * len(own)):
            pleased = scored.mean() - 2 * scored.std() / np.sqrt(len(scored)) > usual
        else:
            drawn = np.random.default_rng(0).permutation(own)[:READ_FOR_TONE]
            words = lexicon_scores([texts[one] for one in drawn], [str(languages[one]) for one in drawn])
            pleased = np.isfinite(words).any() and np.nanmean(words) > PLEASED
        if pleased:
            found.append(number)
    return found


def _told(found: Edited, pleased: Collection[int]) -> list[Told]:
    return [
        Told(theme.number, [theme.number, *(old for old, new in found.joined.items() if new == theme.number)],
             theme.name, list(theme.words), _languages(theme.parts), theme.number in pleased, theme.named_by_hand)
        for theme in found.model.themes if theme.number not in found.hidden
    ]  # fmt: skip


def _languages(parts: Iterable[Any]) -> list[str]:
    return sorted({part.language for part in parts if part.language})
