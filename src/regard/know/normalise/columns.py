"""Normalise one value, or whole columns at the cost of their distinct values."""

from functools import partial

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from regard.errors import InputError
from regard.know.fields import FIELDS
from regard.know.normalise import names, postal
from regard.know.normalise.dates import DateOrder, birth_date, date_order_of
from regard.know.normalise.distinct import Normaliser, map_distinct
from regard.know.normalise.email import comparable_email
from regard.know.normalise.name_columns import joined, split_names
from regard.know.normalise.names import parse_name
from regard.know.normalise.phone import e164
from regard.know.normalise.text import fold, fold_code, fold_or_none, is_missing

GENDERS = {
    "m": "m", "male": "m", "man": "m", "mr": "m", "herr": "m", "maennlich": "m", "mann": "m", "homme": "m",
    "h": "m",
    "f": "f", "female": "f", "woman": "f", "mrs": "f", "ms": "f", "frau": "f", "weiblich": "f", "w": "f",
    "femme": "f", "x": "x", "d": "x", "divers": "x", "diverse": "x", "nonbinary": "x", "non binary": "x",
}  # fmt: skip


def _whole_name(raw: str) -> str | None:
    return parse_name(raw).whole


def _gender(raw: str) -> str | None:
    return GENDERS.get(fold(raw))


def _key(raw: str) -> str | None:
    return raw.strip() or None


def _ids(raw: str) -> str | None:
    """Further ids as a JSON object of texts, in one order."""
    try:
        found = msgspec.json.decode(raw.encode(), type=dict[str, str | int | None])
    except msgspec.DecodeError as error:
        raise InputError(f"`ids` must be a JSON object of ids by namespace, not {raw[:60]}.") from error
    kept = {
        space.lower(): str(value).strip()
        for space, value in found.items()
        if not is_missing(str(value or ""))
    }
    return msgspec.json.encode(kept, order="sorted").decode() if kept else None


def _normaliser(field: str, region: str, order: DateOrder | None) -> Normaliser:
    table: dict[str, Normaliser] = {
        "name": _whole_name, "given_name": names.given_name, "family_name": names.family_name,
        "organisation": names.organisation, "organisation_key": _key, "email": comparable_email,
        "phone": partial(e164, region=region), "birth_date": partial(birth_date, order=order), "gender": _gender,
        "national_id": fold_code, "street": postal.street, "house_number": postal.house_number,
        "postcode": postal.postcode, "country": postal.country, "ids": _ids,
    }  # fmt: skip
    return table.get(field, fold_or_none)


def normalise(field: str, raw: str | None, *, region: str, date_order: DateOrder | None = None) -> str | None:
    """One value made comparable, or None when it says nothing."""
    if raw is None or is_missing(raw):
        return None
    return _normaliser(field, region, date_order)(raw)


def normalise_columns(table: pa.Table, *, region: str, date_order: DateOrder | None = None) -> pa.Table:
    """The identity fields of a table made comparable; other columns are left out.

    Names in one column are taken apart into given and family name, streets into street and house number. The
    order of day and month is the given one, or what the whole column shows, or not guessed.
    """
    raw = {name: _strings(table[name]) for name in table.column_names if name in FIELDS}
    if "birth_date" in raw and date_order is None:
        date_order = date_order_of(value for value in pc.unique(raw["birth_date"]).to_pylist() if value)
    found = dict(raw)
    if "street" in raw:
        found |= _split_streets(raw["street"], raw.get("house_number"))
    result = {
        name: map_distinct(column, _normaliser(name, region, date_order))
        for name, column in found.items()
        if name != "name" and not (name == "phone" and "country" in found)
    }
    if "phone" in raw and "country" in result:
        result["phone"] = _phones(raw["phone"], result["country"], region)
    if "name" in raw:
        kind = _strings(table["kind"]) if "kind" in table.column_names else None
        result |= split_names(raw["name"], result, kind)
    elif "given_name" in result or "family_name" in result:
        result["name"] = joined(result.get("given_name"), result.get("family_name"))
    return pa.table({name: result[name] for name in FIELDS if name in result})


def _phones(raw: pa.Array, countries: pa.Array, region: str) -> pa.Array:
    """Numbers without a country's code are dialled in the country of their row."""
    told = pc.and_(pc.is_valid(raw), pc.fill_null(pc.match_substring_regex(countries, "^[A-Z]{2}$"), False))
    places = pc.if_else(told, countries, region)
    result = pa.nulls(len(raw), pa.string())
    for place in pc.unique(places).to_pylist():
        here = pc.equal(places, place)
        numbers = map_distinct(pc.if_else(here, raw, None), partial(e164, region=place))
        result = pc.if_else(here, numbers, result)
    return result


def _strings(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    return whole.cast(pa.string())


def _split_streets(streets: pa.Array, numbers: pa.Array | None) -> dict[str, pa.Array]:
    bare = map_distinct(streets, lambda raw: postal.split_street(raw)[0])
    found = map_distinct(streets, lambda raw: postal.split_street(raw)[1])
    if numbers is None:
        return {"street": bare, "house_number": found}
    given = pc.is_valid(numbers)
    return {"street": pc.if_else(given, streets, bare), "house_number": pc.coalesce(numbers, found)}
