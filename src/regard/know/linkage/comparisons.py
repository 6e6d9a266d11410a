"""What is compared, and how alike two values must be for each level: the vocabulary of the model.

The probabilities here are priors. They start the training and, where the data is too thin to learn
from, they are what is used: `m` is how often a true pair shows the level, `u` how often strangers do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Level:
    """One grade of likeness. The last level of a comparison has no condition: anything else."""

    label: str
    condition: str
    m: float
    u: float
    frequency_of: str = ""  # the column whose rare values weigh more when they agree
    key: str = ""  # the blocking key that agrees exactly in this level: its u is counted, not sampled


@dataclass(frozen=True)
class Comparison:
    """The levels of one field, best first."""

    name: str
    columns: tuple[str, ...]  # any of them filled makes the comparison usable
    missing: str
    levels: tuple[Level, ...]
    kin: tuple[float, ...] = ()  # level probabilities between two people of one household; () = learn

    @property
    def gamma(self) -> str:
        return f"gamma_{self.name}"


# Splink reads, normalises and quotes every condition many times over; a name costs it next to nothing.
# `damerau_levenshtein` takes ten times as long as the other tests: it is asked only of pairs that have the very same
# letters, which is what makes them so similar.
MACROS = """
CREATE MACRO alike(one, other, least_) AS jaro_winkler_similarity(one, other) >= least_;
CREATE MACRO slips(one, other, most) AS alike(one, other, 0.95 - 0.1 * most) AND levenshtein(one, other) <= most;
CREATE MACRO swapped(one, other) AS
    jaro_similarity(one, other) > 1 - 0.4 / length(one) AND damerau_levenshtein(one, other) <= 1;
CREATE MACRO one_slip(one, other) AS slips(one, other, 1) OR swapped(one, other);
CREATE MACRO similar_name(one, other, least_) AS
    (alike(one, other, least_) OR levenshtein(one, other) <= 1) AND length(one) > 1 AND length(other) > 1;
CREATE MACRO both_usual(one, other) AS
    least(one, other) >= 3 AND 30 * least(one, other) >= greatest(one, other);
CREATE MACRO same_initial(one, other) AS
    (length(one) = 1 OR length(other) = 1) AND left(one, 1) = left(other, 1);
CREATE MACRO part_of(one, other) AS
    contains(one, ' ' || other) OR contains(other, ' ' || one)
    OR contains(one, other || ' ') OR contains(other, one || ' ');
CREATE MACRO day_and_month_swapped(one, other) AS left(one, 4) = left(other, 4)
    AND substr(one, 6, 2) = substr(other, 9, 2) AND substr(one, 9, 2) = substr(other, 6, 2);
CREATE MACRO day_or_year_differs(one, other) AS
    substr(one, 6) = substr(other, 6) OR left(one, 7) = left(other, 7);
CREATE MACRO words_in_common(one, other) AS len(one) > 1 AND list_has_any(one, other)
    AND len(list_intersect(one, other)) * 2 >= least(len(one), len(other));
CREATE MACRO crossed(one, other, one_twin, other_twin) AS
    (one = other_twin AND alike(one_twin, other, 0.85)) OR (other = one_twin AND alike(other_twin, one, 0.85));
"""


def both(column: str) -> str:
    return f"{column}_l = {column}_r"


def test(macro: str, column: str, *further: object) -> str:
    """A macro asked of the two values of a column."""
    return f"{macro}({', '.join([f'{column}_l', f'{column}_r', *map(str, further)])})"


def absent(column: str) -> str:
    return f"({column}_l is null or {column}_r is null)"


GIVEN_NAME = Comparison(
    "given_name",
    ("given_name",),
    absent("given_name"),
    (
        Level(
            "same",
            "given_name_l = given_name_r and length(given_name_l) > 1",
            0.72,
            0.006,
            "given_name",
            "given name",
        ),
        Level(
            "short form",
            "given_root_l = given_root_r and length(given_root_l) > 1",
            0.06,
            0.002,
            "given_root",
        ),
        Level(
            "found as family name",
            test("crossed", "given_name", "given_twin_l", "given_twin_r"),
            0.01,
            0.0005,
        ),
        Level(
            # a slip is rare beside the name it spoils; andrea and andreas are both frequent
            "alike, but both are usual names",
            test("similar_name", "given_name", 0.8) + " and " + test("both_usual", "given_bearers"),
            0.01,
            0.01,
        ),
        Level("similar", test("similar_name", "given_name", 0.9), 0.09, 0.003),
        Level("initial", test("same_initial", "given_name"), 0.03, 0.002),
        Level("somewhat similar", test("alike", "given_name", 0.8), 0.03, 0.006),
        Level("different", "", 0.05, 0.98),
    ),
    (0.004, 0.004, 0.0005, 0.01, 0.0008, 0.002, 0.003, 0.976),
)
FAMILY_NAME = Comparison(
    "family_name",
    ("family_name",),
    absent("family_name"),
    (
        Level("same", both("family_name"), 0.76, 0.002, "family_name", "family name"),
        Level("similar", test("alike", "family_name", 0.9), 0.1, 0.002),
        Level(
            "found as given name",
            test("crossed", "family_name", "family_twin_l", "family_twin_r"),
            0.02,
            0.0005,
        ),
        Level("one part of it", test("part_of", "family_name"), 0.02, 0.0005),
        Level("somewhat similar", test("alike", "family_name", 0.8), 0.03, 0.006),
        Level("different", "", 0.07, 0.988),
    ),
)
BIRTH_DATE = Comparison(
    "birth_date",
    ("birth_date",),
    absent("birth_date"),
    (
        Level("same", both("birth_date"), 0.82, 0.0001, "birth_date", "birth date"),
        Level(
            "one slip or day and month swapped",
            test("one_slip", "birth_date") + " or " + test("day_and_month_swapped", "birth_date"),
            0.1,
            0.001,
        ),
        Level(
            "two slips or year or day different",
            test("slips", "birth_date", 2) + " or " + test("day_or_year_differs", "birth_date"),
            0.05,
            0.02,
        ),
        Level("different", "", 0.03, 0.979),
    ),
    (0.006, 0.004, 0.03, 0.96),
)
EMAIL = Comparison(
    "email",
    ("email",),
    absent("email"),
    (
        Level("same", both("email"), 0.7, 0.0001, key="e-mail"),
        Level("same before the @", both("email_local"), 0.08, 0.0005, "email_local"),
        Level(
            "one slip",
            test("alike", "email_local", 0.9)
            + " and levenshtein(email_l, email_r) <= 1 and email_digits_l = email_digits_r",
            0.05,
            0.0001,
        ),
        Level(
            # made from the same name, with another number, is how namesakes' addresses look
            "similar",
            both("email_digits") + " and " + test("alike", "email_local", 0.9),
            0.04,
            0.001,
        ),
        Level("similar, other number", test("alike", "email_local", 0.9), 0.01, 0.001),
        Level("different", "", 0.12, 0.9973),
    ),
)
PHONE = Comparison(
    "phone",
    ("phone",),
    absent("phone"),
    (
        Level("same", both("phone"), 0.7, 0.0001, key="phone"),
        Level("same last digits", both("phone_tail"), 0.04, 0.0001),
        Level("one slip", test("one_slip", "phone"), 0.06, 0.0001),
        Level("different", "", 0.2, 0.9997),
    ),
)
STREET = Comparison(
    "street",
    ("street",),
    absent("street"),
    (
        Level(
            "same street and number",
            "street_l = street_r and house_number_l is not distinct from house_number_r",
            0.6,
            0.0005,
            "street",
            "street and number",
        ),
        Level(
            "similar street, same number",
            test("alike", "street", 0.88) + " and " + both("house_number"),
            0.12,
            0.0005,
        ),
        Level("same street", test("alike", "street", 0.93), 0.08, 0.003),
        Level("words in common", test("words_in_common", "street_words"), 0.05, 0.02),
        Level("different", "", 0.15, 0.976),
    ),
)
PLACE = Comparison(
    "place",
    ("postcode", "city"),
    f"({absent('postcode')} and {absent('city')})",
    (
        Level(
            "same postcode and city", "postcode_l = postcode_r and city_l = city_r", 0.6, 0.001, "postcode"
        ),
        Level("same postcode", both("postcode"), 0.1, 0.002, "postcode"),
        Level("same city", both("city"), 0.15, 0.02, "city"),
        Level(
            "similar",
            test("alike", "city", 0.9) + " or " + test("one_slip", "postcode"),
            0.05,
            0.01,
        ),
        Level("different", "", 0.1, 0.967),
    ),
)
STATE = Comparison(
    "state",
    ("state",),
    absent("state"),
    (Level("same", both("state"), 0.9, 0.15, "state"), Level("different", "", 0.1, 0.85)),
)
NATIONAL_ID = Comparison(
    "national_id",
    ("national_id",),
    absent("national_id"),
    (
        Level("same", both("national_id"), 0.88, 0.00001, key="national id"),
        Level("one slip", test("one_slip", "national_id"), 0.09, 0.00001),
        Level("different", "", 0.03, 0.99998),
    ),
    (0.0005, 0.0005, 0.999),
)
GENDER = Comparison(
    "gender",
    ("gender",),
    absent("gender"),
    (Level("same", both("gender"), 0.97, 0.5), Level("different", "", 0.03, 0.5)),
)
ORGANISATION = Comparison(
    "organisation",
    ("organisation",),
    absent("organisation"),
    (
        Level("same", both("organisation"), 0.8, 0.001, "organisation", "organisation"),
        Level("similar", test("alike", "organisation", 0.92), 0.1, 0.001),
        Level("different", "", 0.1, 0.998),
    ),
)

COMPARISONS = (
    GIVEN_NAME,
    FAMILY_NAME,
    BIRTH_DATE,
    EMAIL,
    PHONE,
    STREET,
    PLACE,
    STATE,
    NATIONAL_ID,
    GENDER,
    ORGANISATION,
)
BY_NAME = {comparison.name: comparison for comparison in COMPARISONS}


def choose_comparisons(filled: dict[str, int]) -> tuple[Comparison, ...]:
    """The comparisons that at least two records can take part in."""
    return tuple(c for c in COMPARISONS if max(filled.get(column, 0) for column in c.columns) >= 2)


def splink_settings(
    comparisons: Iterable[Comparison],
    *,
    prior: float,
    probabilities: dict[str, tuple[list[float], list[float]]] | None = None,
    with_frequencies: bool,
) -> dict[str, Any]:
    """The settings Splink takes, with learnt (m, u) by comparison where given."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "comparisons": [
            _as_splink(c, (probabilities or {}).get(c.name), with_frequencies) for c in comparisons
        ],
        "blocking_rules_to_generate_predictions": [],
        "probability_two_random_records_match": prior,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
    }


def _as_splink(
    comparison: Comparison, learnt: tuple[list[float], list[float]] | None, with_frequencies: bool
) -> dict[str, Any]:
    ms, us = learnt or ([level.m for level in comparison.levels], [level.u for level in comparison.levels])
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for level, m, u in zip(comparison.levels, ms, us, strict=True):
        spec: dict[str, Any] = {
            "sql_condition": level.condition or "ELSE",
            "label_for_charts": level.label,
            "m_probability": m,
            "u_probability": u,
        }
        if level.frequency_of and with_frequencies:
            spec |= {
                "tf_adjustment_column": level.frequency_of,
                "tf_adjustment_weight": 1.0,
                "tf_minimum_u_value": 0.0001,
                "disable_tf_exact_match_detection": True,
            }
        levels.append(spec)
    return {"output_column_name": comparison.name, "comparison_levels": levels}
