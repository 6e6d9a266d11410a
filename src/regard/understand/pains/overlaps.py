"""Which pain points are largely the same: what customers write about is mostly something that went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from regard.understand.pains.experiences import THEME
from regard.understand.pains.orders import Exposure

MOSTLY = 0.5  # of a theme's orders
FAR_MORE = 2.0  # times as often as among all orders


@dataclass(frozen=True)
class Part:
    """A theme that expresses something that went wrong, which befell `share` of its orders."""

    whole: Exposure
    share: float


def expressed(exposures: Sequence[Exposure]) -> dict[str, Part]:
    """By key of a theme the cause that it expresses: one that befell most of its orders, and far more than of all."""
    causes = [one for one in exposures if one.kind != THEME]
    found = {}
    for theme in exposures:
        if theme.kind != THEME:
            continue
        parts = [Part(cause, float(cause.touched[theme.touched].mean())) for cause in causes]
        close = [
            one for one in parts if one.share >= MOSTLY and one.share >= FAR_MORE * one.whole.touched.mean()
        ]
        if close:
            found[theme.key] = max(close, key=lambda one: one.share)
    return found
