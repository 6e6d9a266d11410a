"""The section "What to fix next", wherever a page wants it."""

from django import template

from regard.understand import queries as understand

register = template.Library()


@register.inclusion_tag("web/parts/fix_next.html")
def fix_next(befell: dict[str, int] | None = None) -> dict[str, object]:
    """What surely costs something, first what costs most; what is unclear or too small apart.

    `befell` counts, by the key of each, the customers of the slice that the page is narrowed to.
    """
    points = understand.pain_points()
    if befell is not None:
        points = [point for point in points if point.key in befell]
        for point in points:
            point.in_slice = befell[point.key]
    clear = [point for point in points if point.clear]
    apart = [point for point in points if not point.clear and not point.part_of]
    return {
        "of": {point.outcome for point in points},
        "clear": clear,
        "apart": apart,
        "ceiling": max((point.cost_high or 0.0 for point in clear), default=1.0),
    }
