"""In which language a customer is written to: what a source says of them, else what is spoken where they live."""

from collections.abc import Sequence

from regard.know.contact.mailing import Mailable
from regard.know.queries import persons_of
from regard.ledger import lake

SPOKEN = {
    "DE": "de", "AT": "de", "LI": "de", "CH": "de", "FR": "fr", "BE": "fr", "LU": "fr", "MC": "fr", "ES": "es",
    "MX": "es", "AR": "es", "CL": "es", "CO": "es", "PE": "es", "IT": "it", "PT": "pt", "BR": "pt", "NL": "nl",
    "PL": "pl", "CZ": "cs", "DK": "da", "SE": "sv", "NO": "nb", "FI": "fi", "TR": "tr", "SA": "ar", "AE": "ar",
    "EG": "ar", "JO": "ar", "MA": "ar", "DZ": "ar", "TN": "ar", "IQ": "ar", "LB": "ar", "IL": "he", "IR": "fa",
}  # fmt: skip
SAID = "coalesce(json_extract_string(data, '$.language'), json_extract_string(data, '$.locale'))"


def languages_of(people: Sequence[Mailable]) -> dict[int, list[str]]:
    """The languages to try with each customer, the likeliest first."""
    found = {}
    for each in people:
        said = _said([each.person, *persons_of(each.customer_id)])
        guessed = [SPOKEN[each.country]] if each.country in SPOKEN else []
        found[each.customer_id] = [*said, *guessed]
    return found


def _said(persons: Sequence[str]) -> list[str]:
    """The newest word of a source on somebody's language."""
    keys = list(dict.fromkeys(persons))
    rows = lake.select(
        "attributes",
        f"WHERE person IN ({', '.join('?' * len(keys))}) AND {SAID} IS NOT NULL ORDER BY recorded_at DESC LIMIT 1",
        keys,
        columns=f"{SAID} AS said",
    )
    return [each.replace("_", "-").lower()[:12] for each in rows.column(0).to_pylist()]
