"""`regard surveys`: which there are, what they say, whom one would ask, and the answers row by row."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_facts, print_json, print_table
from regard.errors import InputError

if TYPE_CHECKING:
    from regard.analytics import Estimate
    from regard.listen.campaigns.queries import Preview

app = typer.Typer(no_args_is_help=True, help="Surveys: list them, read their results, ask, export answers.")
SlugArgument = Annotated[
    str, typer.Argument(help="The survey's short name, as `regard surveys list` says it.")
]


@app.command("list")
def list_surveys(home: HomeOption = None, json: JsonOption = False) -> None:
    """List all surveys with how many were asked and answered."""
    start(home)
    from regard.listen.surveys.queries import surveys

    rows = [
        {"slug": each.slug, "name": each.name, "state": each.state, "audience": each.audience,
         "anonymous": each.anonymous, "asked": each.asked, "answered": each.answered,  # type: ignore[attr-defined]
         "owner": each.owner.username if each.owner else None}
        for each in surveys()
    ]  # fmt: skip
    if json:
        print_json(rows)
    elif not rows:
        print("No survey yet: make one under Surveys.")
    else:
        shown = ("slug", "state", "asked", "answered", "owner", "name")
        print_table(["survey", "state", "asked", "answered", "acts on it", "name"], _cells(rows, shown))


@app.command()
def results(
    slug: SlugArgument,
    by: Annotated[str, typer.Option(help="Broken down by channel or language.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Show each score with its interval, the number of answers and the response rate."""
    start(home)
    from regard.listen.surveys.queries import survey
    from regard.understand.doors.survey_results import results as read_results

    found = read_results(survey(slug), by=by)
    rows = [{"question": each.key, "title": each.title, "group": group, **_estimate(estimate)}
            for each in found.figures for group, estimate in [("", each.estimate), *each.groups]]  # fmt: skip
    told = {"answered": found.responses, "response_rate": _estimate(found.rate), "hidden": found.hidden}
    if json:
        print_json({**told, "scores": rows})
    elif found.hidden:
        print("The survey is anonymous: nothing is shown below five answers.")
    else:
        print_facts({"answered": found.responses, "response rate": str(found.rate)})
        shown = ("question", "group", "value", "low", "high", "n", "title")
        print_table(["question", "group", "value", "from", "to", "n", "asked as"], _cells(rows, shown))


@app.command()
def invite(
    slug: SlugArgument,
    source: Annotated[str, typer.Option(help="Only customers known from this source.")] = "",
    channel: Annotated[str, typer.Option(help="Only customers who use this channel.")] = "",
    orders: Annotated[str, typer.Option(help="Only customers with none, one or several orders.")] = "",
    share: Annotated[float | None, typer.Option(help="A share of them by lot, from 0 to 1.")] = None,
    count: Annotated[int | None, typer.Option(help="So many of them by lot.")] = None,
    remind_after: Annotated[int, typer.Option(help="Remind once after so many days; 0: never.")] = 7,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say whom it would ask; change nothing.")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Ask a segment once by e-mail, or say how many would be asked and how many held back, and why."""
    start(home)
    from django.db import transaction
    from django.utils import timezone

    from regard.listen.campaigns import actions, queries
    from regard.listen.surveys.queries import survey

    said = {"source": source, "channel": channel, "orders": orders}
    with transaction.atomic():
        made = actions.plan_campaign(
            survey(slug), kind="once", name=f"{slug} by command", actor=actor(), share=share, count=count,
            segment={name: value for name, value in said.items() if value}, remind_after_days=remind_after,
        )  # fmt: skip
        preview = queries.preview(made, at=timezone.now())
        if dry_run:
            transaction.set_rollback(True)
        else:
            actions.start_campaign(made.pk, actor=actor())
    if json:
        print_json({"campaign": None if dry_run else made.pk, **_previewed(preview)})
        return
    print_facts({"customers who fit": preview.customers, "with an address": preview.segment,
                 "may be asked": preview.may_be_asked, "asked now": preview.asked_now})  # fmt: skip
    if preview.margin:
        drawn = f"Estimated from {preview.looked_at} of them drawn by lot"
        print(f"{drawn}: off by at most {preview.margin} people, 19 times out of 20.")
    if preview.held:
        held = [(h.sentence, h.people, "asked later" if h.later else "not asked") for h in preview.held]
        print_table(["held back", "people", "then"], held)
    print("Nothing was changed." if dry_run else f"Campaign {made.pk} is started; `regard worker` sends it.")


@app.command()
def export(
    slug: SlugArgument,
    to: Annotated[Path | None, typer.Option(help="The CSV file to write; else it is printed.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write the answers, one row each, as CSV that no spreadsheet runs, or as JSON."""
    start(home)
    from regard.listen.surveys.exporting import COLUMNS, answer_rows, write_answers
    from regard.listen.surveys.queries import survey

    found = survey(slug)
    if json:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in answer_rows(found)])
    elif to is None:
        write_answers(found, sys.stdout)
    elif to.exists():
        raise InputError(f"{to} exists already.", hint="Choose another name.")
    else:
        with to.open("w", newline="", encoding="utf-8") as out:
            write_answers(found, out)


def _cells(rows: list[dict[str, Any]], names: tuple[str, ...]) -> list[list[Any]]:
    return [[row[name] for name in names] for row in rows]


def _estimate(estimate: "Estimate") -> dict[str, Any]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}


def _previewed(preview: "Preview") -> dict[str, Any]:
    held = [
        {"reason": h.reason, "sentence": h.sentence, "people": h.people, "later": h.later}
        for h in preview.held
    ]
    return {"customers": preview.customers, "looked_at": preview.looked_at, "margin": preview.margin,
            "segment": preview.segment, "may_be_asked": preview.may_be_asked, "asked_now": preview.asked_now,
            "held_back": held}  # fmt: skip
