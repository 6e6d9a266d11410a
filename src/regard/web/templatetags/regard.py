"""How figures, money and times are written: in the reader's locale, never naked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf.locale import LANG_INFO
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from regard.project.chart_script import library_name
from regard.web.comparing import name_of, text_of, title_of

register = template.Library()
register.filter("name_of", name_of)
register.filter("field_text", text_of)
register.filter("field_title", title_of)

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "JPY": "¥"}
SYMBOL_FIRST = {"en"}
PER_CENT = "\u00a0%"  # a line never ends between a number and its sign
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@register.filter
def number(value: float | Decimal | None, places: int = 0) -> str:
    """1,234.5 or 1.234,5: as the reader writes it."""
    if value is None:
        return "–"
    rounded = round(Decimal(str(value)), places)
    written = formats.number_format(abs(rounded), decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"−{written}" if rounded < 0 else written


@register.filter
def called(row: Mapping[str, Any]) -> str:
    """The customer of a row: by name, else by e-mail address, else by number."""
    return row.get("name") or row.get("email") or f"Customer {row['customer_id']}"


@register.filter
def money(value: float | Decimal | None, currency: str = "EUR") -> str:
    """An amount with its currency; cents only below 1,000."""
    if value is None:
        return "–"
    size = abs(Decimal(str(value)))
    written = number(size, 0 if size >= 1000 or size == int(size) else 2)
    symbol = SYMBOLS.get(currency, currency)
    sign = "−" if value < 0 else ""
    language = (get_language() or "en")[:2]
    if language in SYMBOL_FIRST:
        return f"{sign}{symbol}{'' if len(symbol) == 1 else ' '}{written}"
    return f"{sign}{written} {symbol}"


@register.filter
def money_about(value: float | None, currency: str = "EUR") -> str:
    """An estimated amount, no finer than it is known: two digits of it, of large ones the thousands."""
    if value is None:
        return "–"
    size = min(max(len(str(int(abs(value)))) - 2, 0), 3)
    return money(round(round(value, -size)), currency)


@register.filter
def points_less(value: float) -> str:
    """How many points less, of a share that is below 0."""
    return number(-value * 100, 1)


@register.filter
def in_unit(value: float | None, unit: str = "") -> str:
    """A measure's value in its unit: shares and points out of a hundred, money, or a plain number."""
    if value is None:
        return "too few"
    if unit == "share":
        return f"{number(value * 100, 1)}{PER_CENT}"
    if unit == "points":
        return number(value * 100, 1)
    if len(unit) == 3 and unit.isupper():
        return money(value, unit)
    return number(value, 0 if abs(value) >= 100 or value == int(value) else 2)


@register.filter
def share(value: float | None) -> str:
    """A probability as per cent; what is all but certain is not rounded up to 100."""
    return "–" if value is None else f"{number(min(value, 0.9999) * 100, 2 if value > 0.99 else 1)}{PER_CENT}"


@register.filter
def percent(value: float) -> str:
    """A share without its sign, where a column says it: two digits at most."""
    return number(value * 100, 1 if 0 < value < 0.1 else 0)


@register.filter
def rating(score: float | None, instrument: str | None) -> str:
    """`9 of 10`, as the instrument counts."""
    if score is None:
        return ""
    if instrument == "csat-2":
        return "good" if score else "bad"
    top = (instrument or "").rpartition("-")[2]
    most = "10" if instrument == "nps" else top if top.isdecimal() else ""
    unit = " stars" if instrument == "stars-5" else ""
    return f"{score:g} of {most}{unit}" if most else f"{score:g}"


@register.filter
def language_names(codes: Sequence[str]) -> str:
    """`German, English` of `de`, `en`; a code that nobody knows stays."""
    return ", ".join(str(LANG_INFO.get(code, {}).get("name", code)) for code in codes)


@register.filter
def month_short(group: str) -> str:
    """`Oct 2026` of `2026-10`."""
    try:
        return formats.date_format(date.fromisoformat(f"{group}-01"), "M Y")
    except ValueError:
        return group


@register.filter
def duration(seconds: float | None) -> str:
    """How long something usually takes: `3 days`, `40 minutes`; below a minute `at once`."""
    if seconds is None:
        return "–"
    sign, size = ("−" if seconds < 0 else ""), abs(seconds)
    for unit, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if size >= unit:
            count = size / unit
            written = number(count, 1 if count < 10 and round(count, 1) != round(count) else 0)
            return f"{sign}{written} {word}{'' if written == '1' else 's'}"
    return "at once"


@register.filter
def month_words(group: str) -> str:
    """`October 2026` of `2026-10`."""
    try:
        return formats.date_format(date.fromisoformat(f"{group}-01"), "F Y")
    except ValueError:
        return group


@register.filter
def ago(when: datetime | str | None) -> SafeString:
    """How long ago, and exactly when on hover."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    if when is None:
        return format_html("{}", "never")
    aware = when if timezone.is_aware(when) else when.replace(tzinfo=UTC)
    local = timezone.localtime(aware)
    exact = formats.date_format(local, "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', aware.isoformat(), exact, _how_long(aware))


@register.filter
def day_words(day: date) -> str:
    """`Monday, 4 May 2026`."""
    return _day_words(day, get_language())


@lru_cache(maxsize=4096)
def _day_words(day: date, language: str) -> str:
    return formats.date_format(day, "l, j F Y")


@register.filter
def clock(when: datetime) -> str:
    """The time of day, in the company's zone."""
    aware = when if timezone.is_aware(when) else when.replace(tzinfo=UTC)
    local = timezone.localtime(aware)
    return _clock(time(local.hour, local.minute), get_language())


@lru_cache(maxsize=4 * 24 * 60)
def _clock(at: time, language: str) -> str:
    return formats.time_format(at, "TIME_FORMAT")


def _how_long(when: datetime) -> str:
    gap = timezone.now() - when
    ahead = gap < timedelta(0)
    gap = abs(gap)
    if gap < MINUTE:
        return "just now"
    for size, one in (
        (365 * DAY, "year"),
        (30 * DAY, "month"),
        (DAY, "day"),
        (HOUR, "hour"),
        (MINUTE, "minute"),
    ):
        if gap >= size:
            count = int(gap / size)
            words = f"{count} {one}{'s' if count > 1 else ''}"
            return f"in {words}" if ahead else f"{words} ago"
    return "just now"


@register.inclusion_tag("web/parts/interval.html")
def interval(
    value: float | None, low: float | None, high: float | None, floor: float, ceiling: float
) -> dict[str, object]:
    """A thin bar: where the true value lies with 95 % certainty, on a scale from floor to ceiling."""
    if value is None or low is None or high is None or ceiling <= floor:
        return {"known": False}
    scale = 100 / (ceiling - floor)
    left, right = (max(0.0, min(100.0, (edge - floor) * scale)) for edge in (low, high))
    point = max(0.75, min(99.25, (value - floor) * scale))
    return {
        "known": True,
        "left": f"{left:.2f}",
        "width": f"{max(1.0, right - left):.2f}",
        "point": f"{point - 0.75:.2f}",
    }


@register.inclusion_tag("web/parts/sparkline.html")
def sparkline(points: Sequence[tuple[float | None, float | None, float | None]]) -> dict[str, object]:
    """A small line with its band from (value, low, high) per period; unknown periods are left out."""
    known = [(place, v, v if lo is None else lo, v if hi is None else hi)
             for place, (v, lo, hi) in enumerate(points) if v is not None]  # fmt: skip
    if len(known) < 2:
        return {"line": ""}
    floor, ceiling = min(lo for *_, lo, _ in known), max(hi for *_, hi in known)
    rise = (ceiling - floor) or 1.0
    first, last = known[0][0], known[-1][0]

    def at(place: int, value: float) -> str:
        return f"{(place - first) * 100 / (last - first):.2f},{30 - (value - floor) * 28 / rise:.2f}"

    upper = [at(place, hi) for place, _, _, hi in known]
    lower = [at(place, lo) for place, _, lo, _ in reversed(known)]
    return {"line": " ".join(at(place, v) for place, v, _, _ in known), "band": " ".join(upper + lower)}


@register.simple_tag
def chart_library() -> str:
    """The address of the script that draws charts."""
    return reverse("chart-script", args=[library_name()])
