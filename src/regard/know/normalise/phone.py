"""Phone numbers in E.164. Most are settled by a country's own pattern; the rest by the full library."""

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata

PUNCTUATION = re.compile(r"\(0\)|[\s\-./()\u00a0]")
DIGITS = re.compile(r"\d{5,15}")
SHORTEST = 5


@dataclass(frozen=True)
class _Country:
    """How a country's national numbers look."""

    code: str
    trunk: str  # what stands before a national number inside the country: "0" in Germany
    pattern: re.Pattern[str]


@cache
def _country(region: str) -> _Country | None:
    known = PhoneMetadata.metadata_for_region(region.upper())
    if known is None:
        return None
    trunk = known.national_prefix or ""
    for_parsing = known.national_prefix_for_parsing or ""
    if known.national_prefix_transform_rule or for_parsing.split("|")[0] != trunk:
        trunk = ""
    description = known.general_desc
    pattern = description.national_number_pattern if description else None
    return _Country(str(known.country_code), trunk, re.compile(pattern)) if pattern else None


@cache
def _country_by_code(code: str) -> _Country | None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    return _country(regions[0]) if regions and regions[0] != "001" else None


def e164(raw: str, region: str) -> str | None:
    """The number with its country code, or None when it cannot be one."""
    text = PUNCTUATION.sub("", raw)
    if text.startswith("00") and region not in {"US", "CA"}:
        text = "+" + text[2:]
    return (
        _international(text) if text.startswith("+") else _national(text, region) or _by_library(raw, region)
    )


def _international(text: str) -> str | None:
    digits = text[1:]
    if DIGITS.fullmatch(digits):
        for length in (1, 2, 3):
            country = _country_by_code(digits[:length])
            if country and country.pattern.fullmatch(digits[length:]):
                return text
    return _by_library(text, None)


def _national(text: str, region: str) -> str | None:
    country = _country(region)
    if country is None or not country.trunk or not text.startswith(country.trunk):
        return None
    rest = text[len(country.trunk) :]
    if DIGITS.fullmatch(rest) and country.pattern.fullmatch(rest):
        return f"+{country.code}{rest}"
    return None


def _by_library(raw: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < SHORTEST:
        return None
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    # one reading may leave a needless 0 that the next one drops: read until nothing changes
    return written if written == raw else _by_library(written, None) or written


def dialled_beginning(text: str, region: str) -> list[str]:
    """What numbers in E.164 may begin with when somebody has typed this much of one."""
    digits = PUNCTUATION.sub("", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+"):
        return [digits]
    country = _country(region)
    if country is None or not digits.isdigit():
        return []
    return [f"+{country.code}{digits.removeprefix(country.trunk)}"]
