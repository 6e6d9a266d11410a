"""The verbs of `understand`: compute what the facts say, and edit its themes."""

from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils import timezone
from threadpoolctl import threadpool_limits

from regard.errors import InputError
from regard.ledger import lake
from regard.understand.computing import steps_of
from regard.understand.doors.artefacts import PICTURES
from regard.understand.facts import held_tables
from regard.understand.findings import finding_of
from regard.understand.leaving.lines import in_one_order
from regard.understand.measures import MEASURES
from regard.understand.models import Artefact, Computation, Finding, PainPoint, ThemeEdit
from regard.understand.schedule import Say, run_steps
from regard.understand.themes.finding import ARTEFACT
from regard.understand.themes.lines import theme_named

THREADS = 2  # while one fits, the other asks; more would hold more in memory
KEPT = 2  # computations
LONGEST_NAME = 100


def compute(
    *, as_of: datetime, actor: str, progress: Say | None = None, threads: int = THREADS
) -> Computation:
    """Write every customer's profile to the lake and every measure's figures as findings.

    What it finds does not depend on the number of threads. `progress` is called by any of them, one at a time.
    """
    if as_of.tzinfo is None:
        raise InputError("The moment to compute for has no time zone.", hint="Say it in UTC.")
    say = progress or (lambda what, part: None)
    computation = Computation.objects.create(as_of=as_of, actor=actor)
    with (
        lake.store_errors("Computing"),
        held_tables() as hold,
        threadpool_limits(1),  # small matrices: threads would only wait for each other
    ):
        found = run_steps(
            steps_of(computation, hold), {}, threads=threads, say=lambda what, part: say(what, 0.95 * part)
        )
    say("Keeping the figures", 0.95)
    _keep(computation, found)
    say("Done", 1.0)
    return computation


def _keep(computation: Computation, found: dict[str, Any]) -> None:
    """Store what was found, finish the computation and forget the ones before the last two."""
    pains, leaving = found["pains"], found["leaving"]
    lake.overwrite("touched", pa.concat_tables([pains.touched, leaving.touched]))
    lake.overwrite("contracts", leaving.contracts)
    computation.worth, computation.customer_count = found["worth"].models, found["profiles"]
    points = in_one_order([*pains.points, *leaving.points])
    pictures = {name: found[f"picture {name}"] for name in PICTURES}
    artefacts = pictures | {ARTEFACT: found["themes"].stored} | leaving.artefact
    with transaction.atomic():
        Finding.objects.bulk_create(
            (finding_of(row, computation) for name in MEASURES for row in found[f"figures {name}"]),
            batch_size=2000,
        )
        for point in points:
            point.computation = computation
        PainPoint.objects.bulk_create(points)
        Artefact.objects.bulk_create(
            Artefact(computation=computation, name=name, content=content)
            for name, content in artefacts.items()
        )
        for store in found["heard"]:
            store()
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
