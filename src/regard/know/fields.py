"""The fields an identity may have, and which of them say what."""

FIELDS = (
    "name", "given_name", "family_name", "title", "organisation", "organisation_key",
    "email", "phone", "birth_date", "gender", "national_id",
    "street", "house_number", "postcode", "city", "state", "country",
    "ids",
)  # fmt: skip

NAME_FIELDS = ("name", "given_name", "family_name")
