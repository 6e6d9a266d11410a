"""The section "What to fix next", wherever a page wants it."""

from django import template

from regard.understand import queries as understand

register = template.Library()


@register.inclusion_tag("web/parts/fix_next.html")
def fix_next() -> dict[str, object]:
    """What surely costs something, first what costs most; what is unclear or too small apart."""
    points = understand.pain_points()
    clear = [point for point in points if point.clear]
    apart = [point for point in points if not point.clear]
    return {
        "clear": clear,
        "apart": apart,
        "ceiling": max((point.cost_high or 0.0 for point in clear), default=1.0),
    }
