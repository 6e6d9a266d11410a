"""What a computation does, as steps that say what they need."""

from collections.abc import Callable
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from regard.know.actions import refresh_people
from regard.ledger import lake
from regard.ledger.actions import compact_lake
from regard.understand.doors import page_tables
from regard.understand.doors.artefacts import PICTURES
from regard.understand.facts import Facts, Hold, hold_facts
from regard.understand.figures import Row, figures_of
from regard.understand.leaving.lines import look_at_contracts
from regard.understand.measures import MEASURES, Measure
from regard.understand.models import Computation
from regard.understand.pains.ranking import Found, find_pain_points
from regard.understand.profiles import profile_rows
from regard.understand.schedule import Step
from regard.understand.signals import computed
from regard.understand.themes.finding import Themes, find_themes
from regard.understand.traits import customer_traits, low_cardinality
from regard.understand.worth import Worth, worth_of

Store = Callable[[], object]  # keeps something in the relational database
DRAWN_FROM = {
    "segments": ("segments",),
    "journeys": ("steps",),
    "value": ("profiles", "measured"),
    "drivers": ("segments",),
    "scores": ("segments", "measured"),
}  # the steps whose tables each picture is drawn from


def steps_of(computation: Computation, hold: Hold) -> list[Step]:
    """All that is done; what most of the rest waits for stands in front.

    `figures ...` are those of each measure, `picture ...` what a page shows. Sorting is for whoever looks at one
    customer afterwards: nothing here waits for it.
    """
    return [
        Step("people", refresh_people, title="Who is who", at_home=True),
        Step("sorted", compact_lake, title="Sorting events"),
        Step("facts", partial(_facts, computation, hold), ("people",), "Reading events", at_home=True),
        Step("worth", worth_of, ("facts",), "The year ahead"),
        Step("traits", _traits, ("facts",), "Attributes"),
        Step("themes", _themes, ("facts",), "Themes", at_home=True),
        Step("profiles", _profiles, ("facts", "worth"), "Profiles", at_home=True),
        Step("pains", _pains, ("facts", "worth", "traits", "themes"), "What to fix next"),
        Step("heard", partial(_tell, computation), ("facts", "worth", "traits", "pains"), "Whether fixes worked",
             at_home=True),
        Step("leaving", look_at_contracts, ("facts",), "Who leaves"),
        Step("segments", page_tables.write_segments, ("facts", "traits"), "Segments"),
        Step("measured", page_tables.write_measured, ("facts",), "Voice and value"),
        Step("said", page_tables.write_said, ("facts",), "Voice"),
        Step("steps", page_tables.write_journeys, ("facts",), "Journeys"),
        *(Step(f"figures {name}", partial(_figures, measure), ("facts", "traits"), measure.title)
          for name, measure in MEASURES.items()),
        *(Step(f"picture {name}", partial(_picture, draw, computation), DRAWN_FROM[name], "What pages show")
          for name, draw in PICTURES.items()),
    ]  # fmt: skip


def _facts(computation: Computation, hold: Hold, *_: object) -> Facts:
    """Hold the facts; note how many events there are, and when the last of them was."""
    facts = hold_facts(computation.as_of, hold)
    extent = facts.events.aggregate(count=ibis._.count(), last=ibis._.occurred_at.max())
    [(computation.event_count, computation.last_event_at)] = map(dict.values, lake.fetch(extent).to_pylist())
    return facts


def _traits(facts: Facts) -> ir.Table:
    return facts.hold(low_cardinality(customer_traits()))


def _themes(facts: Facts) -> Themes:
    themes = find_themes(facts)
    lake.overwrite("themed", themes.rows)
    return themes


def _profiles(facts: Facts, worth: Worth) -> int:
    """Write them; how many."""
    rows = lake.fetch(profile_rows(facts, ibis.memtable(worth.rows))).cast(lake.TABLES["profiles"])
    lake.overwrite("profiles", rows)
    return int(rows.num_rows)


def _pains(facts: Facts, worth: Worth, traits: ir.Table, themes: Themes) -> Found:
    return find_pain_points(facts, worth, traits, themes.told)


def _tell(
    computation: Computation, facts: Facts, worth: Worth, traits: ir.Table, pains: Found
) -> list[Store]:
    """Let rooms above look at the facts; what they have to store."""
    computation.worth = worth.models
    answers: Any = computed.send(
        Computation, computation=computation, facts=facts, traits=traits,
        orders=pains.orders, exposures=pains.exposures,
    )  # fmt: skip
    return [store for _, store in answers if store is not None]


def _figures(measure: Measure, facts: Facts, traits: ir.Table) -> list[Row]:
    return list(figures_of(measure, facts, traits))


def _picture(draw: Callable[..., Any], computation: Computation, *_: object) -> Any:
    return draw(computation.as_of)
