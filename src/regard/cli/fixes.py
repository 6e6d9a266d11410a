"""`regard fixes`: what to fix next."""

from typing import TYPE_CHECKING

from regard.cli import start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_json, print_table

if TYPE_CHECKING:
    from regard.understand.models import PainPoint

SHOWN = (
    "place", "standing", "reason", "kind", "key", "title", "sentence", "customers", "orders", "effect", "effect_low",
    "effect_high", "cost", "cost_low", "cost_high", "currency", "trend", "assumptions",
)  # fmt: skip


def fixes(home: HomeOption = None, json: JsonOption = False) -> None:
    """List what keeps customers from coming back, by what it may cost a year, as last computed."""
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
        ["what", "customers", "future value a year", "trend", "standing"],
        [(point.title, point.customers, _cost(point), point.trend, point.standing) for point in points],
    )
    print(
        "\nAssociations, until a fix proves them. A customer whom two befell counts in both: do not add them up."
    )


def _cost(point: "PainPoint") -> str:
    if point.cost_low is None or point.cost_high is None:
        return "no figure"
    return f"{point.cost_low:,.0f} to {point.cost_high:,.0f} {point.currency}"
