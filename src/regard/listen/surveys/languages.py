"""In which language a survey speaks to somebody."""

from collections.abc import Iterable, Sequence

from regard.listen.surveys.questions import RIGHT_TO_LEFT

MOST_WISHES = 20


def fitting(offered: Sequence[str], wishes: Iterable[str]) -> str:
    """The first wish that is offered, `de` for `de-at` included; else the survey's first language."""
    for wish in wishes:
        exact = wish.strip().lower()
        for each in (exact, exact.partition("-")[0]):
            if each and each in offered:
                return each
    return offered[0]


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the most wished for first."""
    weighed = []
    for place, part in enumerate(header[:500].split(",")[:MOST_WISHES]):
        name, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, name.strip().lower()))
        except ValueError:
            continue
    return [name for weight, _, name in sorted(weighed) if weight < 0 and name and name != "*"]


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the page's `dir`."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
