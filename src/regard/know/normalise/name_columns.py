"""Whole names in one column, taken apart into given and family names."""

import pyarrow as pa
import pyarrow.compute as pc

from regard.know.normalise import names
from regard.know.normalise.distinct import map_distinct
from regard.know.normalise.names import Name, parse_name, plain_word
from regard.know.normalise.text import is_missing

TWO_WORDS = r"^(?P<given>[^\s,]+) (?P<family>[^\s,]+)$"


def split_names(raw: pa.Array, known: dict[str, pa.Array], kind: pa.Array | None) -> dict[str, pa.Array]:
    """Given and family name where the source gave neither; organisations keep their name whole."""
    nothing = pa.nulls(len(raw), pa.string())
    given, family = known.get("given_name", nothing), known.get("family_name", nothing)
    bare = pc.and_(pc.is_null(given), pc.is_null(family))
    result: dict[str, pa.Array] = {}
    if kind is not None:
        is_organisation = pc.equal(pc.fill_null(kind, "person"), "organisation")
        bare = pc.and_not(bare, is_organisation)
        whole = map_distinct(pc.if_else(is_organisation, raw, nothing), names.organisation)
        result["organisation"] = pc.coalesce(known.get("organisation", nothing), whole)
    parts = _parse_column(pc.if_else(bare, raw, nothing))
    given, family = pc.coalesce(given, parts["given"]), pc.coalesce(family, parts["family"])
    name = pc.coalesce(joined(given, family), result.get("organisation", nothing))
    return result | {
        "given_name": given,
        "family_name": family,
        "title": pc.coalesce(known.get("title", nothing), parts["title"]),
        "name": name,
    }


def joined(*parts: pa.Array | None) -> pa.Array:
    """Parts of a name in one text; missing where all are."""
    present = [part for part in parts if part is not None]
    text = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*present, " ", null_handling="replace"))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _parse_column(raw: pa.Array) -> dict[str, pa.Array]:
    # most names are two plain words, and words repeat much more than names do
    words = pc.extract_regex(raw, TWO_WORDS)
    first, second = pc.struct_field(words, "given"), pc.struct_field(words, "family")
    given, family = map_distinct(first, plain_word), map_distinct(second, plain_word)
    plain = pc.and_(pc.is_valid(given), pc.is_valid(family))
    shouted_first = pc.and_not(pc.utf8_is_upper(first), pc.utf8_is_upper(second))
    plain = pc.and_not(plain, pc.fill_null(shouted_first, False))
    nothing = pa.nulls(len(raw), pa.string())
    rest = pc.if_else(plain, nothing, raw).dictionary_encode()
    values = rest.dictionary.to_pylist()
    parsed = [Name() if value is None or is_missing(value) else parse_name(value) for value in values]
    slow = {
        part: pa.array([getattr(name, part) for name in parsed], pa.string()).take(rest.indices)
        for part in Name._fields
    }
    return {
        "given": pc.if_else(plain, given, slow["given"]),
        "family": pc.if_else(plain, family, slow["family"]),
        "title": slow["title"],
    }
