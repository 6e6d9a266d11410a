"""`regard fixes`: what to fix next, what was changed, and whether it worked."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption, JsonOption, read_day
from regard.cli.output import print_json, print_table
from regard.errors import InputError

if TYPE_CHECKING:
    from regard.show.models import Fix
    from regard.understand.models import PainPoint

app = typer.Typer(
    invoke_without_command=True, help="What to fix next, what was changed, and whether it worked."
)

SHOWN = (
    "place", "standing", "outcome", "reason", "kind", "key", "title", "sentence", "customers", "orders",
    "effect", "effect_low", "effect_high", "cost", "cost_low", "cost_high", "currency", "trend", "since", "trend_said",
    "part_of", "overlap", "assumptions",
)  # fmt: skip


@app.callback()
def fixes(context: typer.Context, home: HomeOption = None, json: JsonOption = False) -> None:
    """List what keeps customers from coming back or drives them away, by what it may cost a year, as last computed."""
    if context.invoked_subcommand is not None:
        return
    start(home)
    from regard.understand.queries import pain_points

    points = pain_points()
    if json:
        print_json([{name: getattr(point, name) for name in SHOWN} for point in points])
        return
    if not points:
        print("Nothing to rank yet: import orders and what happened to them, then run `regard compute`.")
        return
    print_table(
        ["what", "customers", "at risk a year", "trend", "standing"],
        [(point.title, point.customers, _cost(point), point.trend, point.standing) for point in points],
    )
    print(
        "\nAssociations, until a fix proves them. A customer whom two befell counts in both: do not add them up."
    )


def _cost(point: "PainPoint") -> str:
    if point.cost_low is None or point.cost_high is None:
        return "no figure"
    return f"{point.cost_low:,.0f} to {point.cost_high:,.0f} {point.currency}"


@app.command()
def register(
    title: Annotated[str, typer.Argument(help="What is changed, as colleagues call it.")],
    about: Annotated[
        str,
        typer.Option(
            help="A pain point (`late`), a reason for leaving (`reason:Price`) or a measure (`csat`)."
        ),
    ],
    since: Annotated[datetime, typer.Option(parser=read_day, metavar="DAY", help="First day of the change.")],
    where: Annotated[
        str,
        typer.Option(
            metavar="ATTRIBUTE=A,B", help="For whom, such as region=East,South; default: everybody."
        ),
    ] = "",
    smallest: Annotated[
        float | None, typer.Option(help="Smallest effect worth having, such as 0.05; default: a quarter.")
    ] = None,
    days: Annotated[int, typer.Option(min=0, max=365, help="Days until a case has shown how it went.")] = 30,
    owner: Annotated[str, typer.Option(help="Who sees to it.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write down a change, where and from when, and what it must show to be called working."""
    start(home)
    from regard.show.actions import register_fix

    dimension, _, groups = where.partition("=")
    if where and not groups:
        raise InputError(f"`{where}` says no place.", hint="Say it like region=East,South.")
    fix = register_fix(
        title, about=about, since=since.date(), dimension=dimension, smallest_effect=smallest, window_days=days,
        groups=[each.strip() for each in groups.split(",") if each.strip()], owner=owner, actor=actor(),
    )  # fmt: skip
    if json:
        print_json(_plain(fix))
        return
    print(
        f"Fix {fix.pk}: {fix.about_title}, now {fix.baseline:.3g}, for {fix.where}. "
        f"A change of {fix.smallest_effect:.3g} would be seen with {fix.power:.0%} certainty. "
        f"Judged from {fix.judged_from}, at the next `regard compute`."
    )


@app.command()
def verdicts(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the registered fixes and whether they worked, as last computed."""
    start(home)
    from regard.show.queries import fixes as registered

    found = registered()
    if json:
        print_json([_plain(fix) for fix in found])
    elif not found:
        print("No fix is registered: `regard fixes register` writes one down before it starts.")
    else:
        print_table(
            ["fix", "what", "about", "where", "since", "verdict", "why"],
            [
                (str(fix.pk), fix.title, fix.about_title, fix.where, str(fix.started_on), *_verdict(fix))
                for fix in found
            ],
        )


@app.command()
def withdraw(
    number: Annotated[int, typer.Argument(help="The fix's number.")], home: HomeOption = None
) -> None:
    """Take a fix off the list; it stays in the books."""
    start(home)
    from regard.show.actions import withdraw_fix

    print(f"`{withdraw_fix(number, actor=actor()).title}` is withdrawn.")


def _verdict(fix: "Fix") -> tuple[str, str]:
    proof = getattr(fix, "proof", None)
    return (proof.verdict, proof.reason) if proof else ("", f"to be judged from {fix.judged_from}")


def _plain(fix: "Fix") -> dict[str, Any]:
    """A fix and its proof as plain values."""
    names = (
        "id", "title", "about", "dimension", "groups", "started_on", "judged_from", "smallest_effect", "direction",
        "baseline", "power", "owner", "registered_at", "registered_by",
    )  # fmt: skip
    proof = getattr(fix, "proof", None)
    shown = ("as_of", "verdict", "reason", "effect", "low", "high", "n", "method", "notes")
    return {name: getattr(fix, name) for name in names} | {
        "proof": {name: getattr(proof, name) for name in shown} if proof else None
    }
