"""The verbs of `understand`: compute what the facts say, and edit its themes."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from regard.errors import InputError
from regard.know.actions import refresh_people
from regard.ledger import lake
from regard.ledger.actions import compact_lake
from regard.understand.doors.artefacts import artefacts_of
from regard.understand.doors.page_tables import write_page_tables
from regard.understand.facts import Facts, held_facts
from regard.understand.figures import figures_of
from regard.understand.findings import finding_of
from regard.understand.leaving.lines import in_one_order, look_at_contracts
from regard.understand.measures import MEASURES
from regard.understand.models import Artefact, Computation, Finding, PainPoint, ThemeEdit
from regard.understand.pains.ranking import find_pain_points
from regard.understand.profiles import profile_rows
from regard.understand.signals import computed
from regard.understand.themes.finding import ARTEFACT, find_themes
from regard.understand.themes.lines import theme_named
from regard.understand.traits import customer_traits, low_cardinality
from regard.understand.worth import Worth, worth_of

KEPT = 2  # computations
LONGEST_NAME = 100
Progress = Callable[[str, float], None]  # what is being done, and which part of all is done


def compute(*, as_of: datetime, actor: str, progress: Progress | None = None) -> Computation:
    """Write every customer's profile to the lake and every measure's figures as findings."""
    if as_of.tzinfo is None:
        raise InputError("The moment to compute for has no time zone.", hint="Say it in UTC.")
    say = progress or (lambda what, part: None)
    say("Sorting events", 0.0)
    compact_lake()  # what a large import left is sorted by person before anybody looks at a customer
    say("Who is who", 0.02)
    refresh_people()
    computation = Computation.objects.create(as_of=as_of, actor=actor)
    say("Reading events", 0.05)
    with lake.store_errors("Computing"), held_facts(as_of) as facts:
        say("Profiles", 0.3)
        worth = worth_of(facts)
        computation.worth = worth.models
        computation.customer_count = _write_profiles(facts, worth)
        computation.event_count, computation.last_event_at = _extent(facts)
        traits = facts.hold(low_cardinality(customer_traits()))
        findings = list(_findings(computation, facts, traits, say))
        say("What to fix next", 0.8)
        themes = find_themes(facts)
        lake.overwrite("themed", themes.rows)
        found = find_pain_points(facts, worth, traits, themes.told)
        left = look_at_contracts(facts)
        say("Whether fixes worked", 0.87)
        computed.send(
            Computation, computation=computation, facts=facts, traits=traits,
            orders=found.orders, exposures=found.exposures,
        )  # fmt: skip
        say("Voice, journeys and value", 0.9)
        write_page_tables(facts, traits)
        artefacts = artefacts_of(as_of) | {ARTEFACT: themes.stored} | left.artefact
    say("Keeping the figures", 0.95)
    lake.overwrite("touched", pa.concat_tables([found.touched, left.touched]))
    lake.overwrite("contracts", left.contracts)
    _keep(computation, findings, in_one_order([*found.points, *left.points]), artefacts)
    say("Done", 1.0)
    return computation


def _write_profiles(facts: Facts, worth: Worth) -> int:
    rows = lake.fetch(profile_rows(facts, ibis.memtable(worth.rows))).cast(lake.TABLES["profiles"])
    lake.overwrite("profiles", rows)
    return int(rows.num_rows)


def _extent(facts: Facts) -> tuple[int, datetime | None]:
    """How many events there are, and when the last of them was."""
    row = (
        facts.events.aggregate(count=ibis._.count(), last=ibis._.occurred_at.max())
        .to_pyarrow()
        .to_pylist()[0]
    )
    return row["count"], row["last"]


def _findings(computation: Computation, facts: Facts, traits: ir.Table, say: Progress) -> Iterator[Finding]:
    for place, measure in enumerate(MEASURES.values()):
        say(measure.title, 0.4 + 0.4 * place / len(MEASURES))
        for row in figures_of(measure, facts, traits):
            yield finding_of(row, computation)


def _keep(
    computation: Computation, findings: list[Finding], points: list[PainPoint], artefacts: dict[str, Any]
) -> None:
    """Store what was found, finish the computation and forget the ones before the last two."""
    with transaction.atomic():
        Finding.objects.bulk_create(findings, batch_size=2000)
        for point in points:
            point.computation = computation
        PainPoint.objects.bulk_create(points)
        Artefact.objects.bulk_create(
            Artefact(computation=computation, name=name, content=content)
            for name, content in artefacts.items()
        )
        computation.ended_at = timezone.now()
        computation.save(
            update_fields=["ended_at", "customer_count", "event_count", "last_event_at", "worth"]
        )
        finished = Computation.objects.filter(ended_at__isnull=False).order_by("-pk")
        kept = list(finished.values_list("pk", flat=True)[:KEPT])
        Computation.objects.filter(pk__lt=min(kept)).delete()


def rename_theme(number: int, name: str, *, actor: str) -> None:
    """Give a theme a name that stays."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InputError(f"A theme's name has 1 to {LONGEST_NAME} letters.")
    _edit(ThemeEdit.Kind.RENAME, number, actor, name=name)


def join_themes(number: int, other: int, *, actor: str) -> None:
    """Make the other theme part of this one, also across languages; it stays so."""
    if number == other:
        raise InputError("A theme cannot be joined to itself.", hint="Choose another one.")
    _edit(ThemeEdit.Kind.JOIN, number, actor, other=theme_named(other).number)


def hide_theme(number: int, *, actor: str) -> None:
    """Take a theme off the pages and out of what is looked at."""
    _edit(ThemeEdit.Kind.HIDE, number, actor)


def show_theme(number: int, *, actor: str) -> None:
    """Bring back a hidden theme."""
    ThemeEdit.objects.create(kind=ThemeEdit.Kind.SHOW, number=number, actor=actor)


def _edit(kind: ThemeEdit.Kind, number: int, actor: str, **said: Any) -> None:
    ThemeEdit.objects.create(kind=kind, number=theme_named(number).number, actor=actor, **said)
