"""In which language a customer is written to: what a source says of them, else what is spoken where they live."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from regard.ledger import lake

SPOKEN = {
    "DE": "de", "AT": "de", "LI": "de", "CH": "de", "FR": "fr", "BE": "fr", "LU": "fr", "MC": "fr", "ES": "es",
    "MX": "es", "AR": "es", "CL": "es", "CO": "es", "PE": "es", "IT": "it", "PT": "pt", "BR": "pt", "NL": "nl",
    "PL": "pl", "CZ": "cs", "DK": "da", "SE": "sv", "NO": "nb", "FI": "fi", "TR": "tr", "SA": "ar", "AE": "ar",
    "EG": "ar", "JO": "ar", "MA": "ar", "DZ": "ar", "TN": "ar", "IQ": "ar", "LB": "ar", "IL": "he", "IR": "fa",
}  # fmt: skip
SAID = "coalesce(json_extract_string(data, '$.language'), json_extract_string(data, '$.locale'))"


def languages_of(persons: Mapping[int, Sequence[str]], countries: Mapping[int, str]) -> dict[int, str]:
    """The likeliest language of each customer, from the keys they are known by and where they live; or nothing."""
    said = _said({key for several in persons.values() for key in several})
    found = {}
    for customer, keys in persons.items():
        newest = max((said[key] for key in keys if key in said), default=None)
        found[customer] = newest[1] if newest else SPOKEN.get(countries.get(customer, ""), "")
    return found


def _said(keys: Collection[str]) -> dict[str, tuple[datetime, str]]:
    """The newest word of a source on the language of whoever has a key, and when it came."""
    rows = lake.select(
        "attributes",
        f"WHERE person IN ({', '.join('?' * len(keys))}) AND {SAID} IS NOT NULL GROUP BY person",
        sorted(keys),
        columns=f"person, max(recorded_at) AS at, arg_max({SAID}, recorded_at) AS said",
    )
    return {
        row["person"]: (row["at"], row["said"].replace("_", "-").lower()[:12]) for row in rows.to_pylist()
    }
