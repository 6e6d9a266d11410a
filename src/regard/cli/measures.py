"""`regard compute` and `regard measure`: the figures."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption, JsonOption, read_day
from regard.cli.output import print_json, print_table

if TYPE_CHECKING:
    from regard.understand.figures import Row


def compute(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            parser=read_day, metavar="DAY", help="As things stood at the end of this day; default: now."
        ),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Compute every customer's profile and every measure."""
    start(home)
    from datetime import timedelta

    from django.utils import timezone
    from rich.console import Console
    from rich.progress import Progress

    from regard.understand.actions import compute as compute_everything

    moment = timezone.make_aware(as_of + timedelta(days=1)) if as_of else timezone.now()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Computing", total=1.0)
        computation = compute_everything(
            as_of=moment,
            actor=actor(),
            progress=lambda what, part: bar.update(task, description=what, completed=part),
        )
    findings = computation.findings.count()
    if json:
        print_json({"as_of": computation.as_of, "customers": computation.customer_count,
                    "events": computation.event_count, "findings": findings})  # fmt: skip
    else:
        print(
            f"{computation.customer_count:,} customers and {findings:,} figures "
            f"from {computation.event_count:,} events."
        )


def measure(
    name: Annotated[str, typer.Argument(help="Such as nps, csat, churn-rate; a wrong name lists them all.")],
    by: Annotated[str, typer.Option(help="month, source, channel or an attribute's name.")] = "",
    since: Annotated[
        datetime | None, typer.Option("--from", parser=read_day, metavar="DAY", help="First day.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", parser=read_day, metavar="DAY", help="Last day.")
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Print one measure with its interval, over everything or by a dimension."""
    start(home)
    from regard.understand.measures import measure_named
    from regard.understand.queries import measure as take_measure

    chosen = measure_named(name)
    rows = take_measure(
        name, by=by, since=since.date() if since else None, until=until.date() if until else None
    )
    if json:
        print_json([_plain(row) for row in rows])
        return
    print(f"{chosen.title}. {chosen.sentence}")
    unit = {"share": " %", "points": ""}.get(chosen.unit, "")
    digits = {"share": 2, "points": 1, "orders": 0, "customers": 0}.get(chosen.unit, 2)
    print_table(
        [by or "over", "figure [95 % interval]", "unit"],
        [
            (
                row.group or "everything",
                row.estimate.show(digits, scale=chosen.scale, unit=unit),
                "" if row.unit == "share" else row.unit,
            )
            for row in rows
        ],
    )


def _plain(row: "Row") -> dict[str, object]:
    names = ("value", "low", "high", "n", "level", "method", "version")
    return {
        "measure": row.measure, "dimension": row.dimension, "group": row.group, "unit": row.unit,
        **{name: getattr(row.estimate, name) for name in names},
    }  # fmt: skip
