"""What `traits` say of a person, as the fields of an identity."""

from typing import Any

LONGEST = 300
LONGEST_KEY = 180  # a person key has room for it and the source
# trait -> field; the names are those that both specifications reserve, and their common spellings
TRAITS = {
    "name": "name",
    "firstName": "given_name", "first_name": "given_name", "firstname": "given_name",
    "lastName": "family_name", "last_name": "family_name", "lastname": "family_name",
    "email": "email", "phone": "phone", "birthday": "birth_date", "gender": "gender",
}  # fmt: skip
ADDRESS = {
    "street": "street", "city": "city", "postalCode": "postcode", "postal_code": "postcode", "zip": "postcode",
    "state": "state", "country": "country",
}  # fmt: skip


def fields_of(traits: dict[str, Any], *, source: str) -> dict[str, str]:
    """The identity fields that traits fill; what is no text or number says nothing."""
    said = {field: _text(traits.get(trait)) for trait, field in TRAITS.items() if trait in traits}
    address = traits.get("address")
    if isinstance(address, dict):
        said |= {field: _text(address.get(part)) for part, field in ADDRESS.items() if part in address}
    company = traits.get("company")
    if isinstance(company, dict):
        said |= organisation_fields(company.get("id"), company.get("name"), source=source)
    else:
        said["organisation"] = _text(company)
    return {field: value for field, value in said.items() if value}


def organisation_fields(identifier: object, name: object, *, source: str) -> dict[str, str]:
    """The organisation that a person belongs to: its record's key, and its name."""
    key = _text(identifier)
    fits = 0 < len(key) <= LONGEST_KEY
    return {"organisation_key": f"{source}:organisation:{key}" if fits else "", "organisation": _text(name)}


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()[:LONGEST]
