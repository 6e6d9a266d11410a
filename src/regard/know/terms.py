"""The beginnings under which identities are found, and what a searcher's words may mean."""

import re
from collections.abc import Mapping

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

from regard.know.normalise.distinct import map_distinct
from regard.know.normalise.phone import dialled_beginning
from regard.know.normalise.text import fold
from regard.ledger import lake

LONGEST = 120
WORD_FIELDS = ("name", "given_name", "family_name", "organisation")
ADDRESS_FIELDS = ("email", "phone", "birth_date")
PHONE = re.compile(r"[+(]?[\d][\d\s()/.-]{2,}")
NUMBER_PART = re.compile(r"[+(]?[\d()/.-]+")


def terms_of(ids: pa.Array, persons: pa.Array, fields: pa.Table, normal: pa.Table) -> pa.Table:
    """(term, identity_id), distinct and sorted: names' words, addresses, numbers, birth dates and keys."""
    pieces = [_piece(pc.utf8_lower(pc.replace_substring_regex(persons, "^[^:]*:", "")), ids)]
    for name in WORD_FIELDS:
        if name in fields.column_names:
            pieces += _words(fields[name].combine_chunks(), ids)
    for name in ADDRESS_FIELDS:
        if name in normal.column_names:
            pieces.append(_piece(normal[name].combine_chunks(), ids))
    if "email" in fields.column_names:
        pieces.append(_piece(pc.utf8_lower(pc.utf8_trim_whitespace(fields["email"].combine_chunks())), ids))
    if "ids" in normal.column_names:
        pieces.append(_further_ids(normal["ids"].combine_chunks(), ids))
    return _sorted(pa.concat_tables(pieces))


def words_of(person: str, fields: Mapping[str, str], normal: Mapping[str, str]) -> set[str]:
    """The same terms for one identity."""
    found = {person.partition(":")[2].lower() if ":" in person else person.lower()}
    for name in WORD_FIELDS:
        for word in fields.get(name, "").lower().split():
            found |= {*fold(word).split(), *(_fold_plainly(word) or "").split()}
    found |= {normal[name] for name in ADDRESS_FIELDS if name in normal}
    found.add(fields.get("email", "").strip().lower())
    further = msgspec.json.decode(normal.get("ids", "{}"), type=dict[str, str])
    for space, value in further.items():
        found |= {f"{space}={value}", value.lower()}
    return {term[:LONGEST] for term in found if term}


def _piece(terms: pa.Array, ids: pa.Array) -> pa.Table:
    return pa.table({"term": terms, "identity_id": ids})


def _words(texts: pa.Array, ids: pa.Array) -> list[pa.Table]:
    split = pc.utf8_split_whitespace(pc.utf8_lower(texts))
    words, owners = pc.list_flatten(split), ids.take(pc.list_parent_indices(split))
    pieces = []
    # Müller is looked for as mueller and as muller
    for make in (fold, _fold_plainly):
        folded = pc.split_pattern(map_distinct(words, make), " ")
        pieces.append(_piece(pc.list_flatten(folded), owners.take(pc.list_parent_indices(folded))))
    return pieces


def _fold_plainly(word: str) -> str | None:
    return None if word.isascii() else fold(anyascii(word)) or None


def _further_ids(documents: pa.Array, ids: pa.Array) -> pa.Table:
    terms, owners = [], []
    for document, owner in zip(documents.to_pylist(), ids.to_pylist(), strict=True):
        if document:
            for space, value in msgspec.json.decode(document, type=dict[str, str]).items():
                terms += [f"{space}={value}", value.lower()]
                owners += [owner, owner]
    return _piece(pa.array(terms, pa.string()), pa.array(owners, pa.int64()))


def _sorted(terms: pa.Table) -> pa.Table:
    with (
        lake.connection().con.cursor() as database
    ):  # to open an engine takes longer than to sort a few terms
        database.register("terms", terms)
        return database.sql(
            f"""SELECT DISTINCT left(term, {LONGEST}) AS term, identity_id FROM terms
            WHERE term <> '' ORDER BY term, identity_id"""
        ).to_arrow_table()


def searched_beginnings(text: str, *, region: str) -> list[list[str]]:
    """For each word of a search the beginnings that would satisfy it; digits in a row are one phone number."""
    words = text.lower().split()
    beginnings: list[list[str]] = []
    while words:
        digits = 0
        while digits < len(words) and NUMBER_PART.fullmatch(words[digits]):
            digits += 1
        if digits:
            beginnings.append(_number_beginnings(words[:digits], region))
            words = words[digits:]
            continue
        word = words.pop(0)
        if "@" in word or ":" in word or "=" in word:
            beginnings.append([word[:LONGEST]])
        else:
            beginnings += [[part] if part == word else [part, word] for part in fold(word).split()[:1]]
            beginnings += [[part] for part in fold(word).split()[1:]]
    return beginnings


def _number_beginnings(words: list[str], region: str) -> list[str]:
    whole = "".join(words)
    found = [words[0]] if len(words) == 1 else [whole]
    dialled = dialled_beginning(whole, region)
    return [*found, *(each for each in dialled if each not in found)]
