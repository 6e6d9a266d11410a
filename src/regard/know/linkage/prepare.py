"""Make records comparable: one table in a private database, with the columns the comparisons need."""

import duckdb
import pyarrow as pa

from regard.errors import InputError
from regard.know.linkage.comparisons import MACROS
from regard.know.linkage.nicknames import NICKNAMES

FIELDS = (
    "name",
    "given_name",
    "family_name",
    "email",
    "phone",
    "birth_date",
    "street",
    "house_number",
    "postcode",
    "city",
    "state",
    "national_id",
    "gender",
    "organisation",
)


def open_database() -> duckdb.DuckDBPyConnection:
    """A private in-memory database with what the comparisons ask; it never reaches for the network."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(MACROS)
    return connection


def prepare_records(connection: duckdb.DuckDBPyConnection, records: pa.Table) -> dict[str, int]:
    """Create table `records` and say how many values each column holds."""
    if "unique_id" not in records.column_names:
        raise InputError("The records to link have no column unique_id.")
    kept = [name for name in ("unique_id", *FIELDS) if name in records.column_names]
    connection.register("handed_in", records.select(kept))
    connection.register("nicknames", _nickname_table())
    clean = ", ".join(_clean(field, field in kept) for field in FIELDS)
    connection.execute("CREATE TABLE records AS " + _PREPARED.replace("{clean}", clean))
    connection.unregister("handed_in")
    counts = connection.execute("SELECT count(COLUMNS(* EXCLUDE (unique_id))) FROM records")
    row = counts.fetchone()
    return dict(zip([column[0] for column in counts.description], row, strict=True)) if row else {}


def _clean(field: str, present: bool) -> str:
    if not present:
        return f"NULL::VARCHAR AS {field}"
    return f"nullif(trim(lower({field})), '') AS {field}"


def _nickname_table() -> pa.Table:
    pairs = [(short, root) for root, shorts in NICKNAMES.items() for short in shorts.split()]
    return pa.table({"short": [short for short, _ in pairs], "root": [root for _, root in pairs]})


# A name handed in as one text is split: "family, given" at the comma, else the last word is the family name.
# `*_twin` are copies under another name: a training rule on family_name then still trains the swapped level.
_PREPARED = r"""
WITH cleaned AS (SELECT unique_id::BIGINT AS unique_id, {clean} FROM handed_in),
named AS (
    SELECT * EXCLUDE (given_name, family_name, street, house_number),
        CASE WHEN given_name IS NOT NULL OR family_name IS NOT NULL OR name IS NULL THEN given_name
             WHEN contains(name, ',') THEN nullif(trim(split_part(name, ',', 2)), '')
             WHEN contains(name, ' ') THEN trim(regexp_replace(name, '\s+\S+$', ''))
        END AS given_name,
        CASE WHEN given_name IS NOT NULL OR family_name IS NOT NULL OR name IS NULL THEN family_name
             WHEN contains(name, ',') THEN nullif(trim(split_part(name, ',', 1)), '')
             ELSE regexp_extract(name, '(\S+)$', 1)
        END AS family_name,
        coalesce(house_number, nullif(regexp_extract(street, '(\d+\s?[a-z]?)\b', 1), '')) AS house_number,
        nullif(trim(regexp_replace(street, '\d+\s?[a-z]?\b', '')), '') AS street
    FROM cleaned
),
bearers AS (
    SELECT given_name AS borne, approx_count_distinct(family_name) AS given_bearers
    FROM named WHERE given_name IS NOT NULL GROUP BY ALL
)
SELECT named.* EXCLUDE (name), given_bearers,
    coalesce(root, split_part(given_name, ' ', 1)) AS given_root,
    family_name AS given_twin,
    given_name AS family_twin,
    nullif(split_part(email, '@', 1), '') AS email_local,
    regexp_replace(split_part(email, '@', 1), '\D', '', 'g') AS email_digits,
    CASE WHEN length(phone) >= 7 THEN right(phone, 7) END AS phone_tail,
    string_split(street, ' ') AS street_words
FROM named LEFT JOIN nicknames ON short = split_part(given_name, ' ', 1)
    LEFT JOIN bearers ON borne = given_name
"""
