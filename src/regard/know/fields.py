"""The fields an identity may have."""

FIELDS = (
    "name", "given_name", "family_name", "title", "organisation", "organisation_key",
    "email", "phone", "birth_date", "gender", "national_id",
    "street", "house_number", "postcode", "city", "state", "country",
    "ids",
)  # fmt: skip
