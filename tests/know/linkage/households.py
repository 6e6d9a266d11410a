"""Seeded people who live together: shared surname, address and often phone; half the birth dates missing."""

import random
from dataclasses import dataclass

import pyarrow as pa

GIVEN = [
    "anna",
    "maria",
    "peter",
    "thomas",
    "julia",
    "michael",
    "laura",
    "stefan",
    "sarah",
    "andreas",
    "lisa",
    "martin",
    "katharina",
    "daniel",
    "christina",
    "markus",
    "sabine",
    "alexander",
    "nicole",
    "christian",
    "petra",
    "matthias",
    "monika",
    "tobias",
    "claudia",
    "sebastian",
    "birgit",
    "florian",
    "andrea",
    "jan",
    "heike",
    "philipp",
    "ute",
    "jonas",
    "silke",
    "felix",
    "martina",
    "lukas",
    "kerstin",
    "david",
    "jana",
    "simon",
    "eva",
    "benjamin",
    "johanna",
    "robert",
    "marie",
    "patrick",
    "lena",
    "dennis",
    "franziska",
    "johannes",
    "hannah",
    "marcel",
    "sophie",
    "oliver",
    "emma",
    "kevin",
    "mia",
    "leon",
    "clara",
    "paul",
    "ida",
    "emil",
    "greta",
    "anton",
    "frieda",
    "oskar",
    "charlotte",
    "max",
    "helene",
    "karl",
    "mathilda",
    "jakob",
    "amelie",
    "samuel",
    "paula",
    "elias",
    "luise",
    "noah",
    "rosa",
]
SHORT = {
    "michael": "mike",
    "alexander": "alex",
    "christina": "tina",
    "nicole": "nicki",
    "benjamin": "ben",
    "robert": "bob",
}
SYLLABLES = [
    "ba",
    "ber",
    "bo",
    "bran",
    "da",
    "del",
    "dor",
    "eck",
    "fal",
    "fen",
    "gar",
    "gruber",
    "hal",
    "hart",
    "hof",
    "jung",
    "kal",
    "kern",
    "kol",
    "lan",
    "leit",
    "man",
    "mer",
]
ENDINGS = ["mann", "bauer", "ner", "ler", "er", "feld", "berg", "stein", "wald", "lich", "hofer", "meier"]
STREETS = [
    "haupt",
    "bahnhof",
    "garten",
    "schul",
    "berg",
    "wald",
    "kirch",
    "dorf",
    "linden",
    "ring",
    "markt",
    "muehl",
    "wiesen",
    "birken",
    "rosen",
    "feld",
]


@dataclass(frozen=True)
class People:
    """Records, who each is of, and which records nobody could attribute (nothing personal is known)."""

    records: pa.Table
    person: list[int]
    undecidable: list[bool]


def make_households(households: int, *, seed: int = 1, email: float = 0.5) -> People:
    """People in households of one to five, each with one to four records from different sources."""
    rng = random.Random(seed)
    families = [
        rng.choice(SYLLABLES) + rng.choice(SYLLABLES) + rng.choice(ENDINGS)
        for _ in range(max(households // 2, 5))
    ]
    rows: list[dict[str, str | int | None]] = []
    person: list[int] = []
    undecidable: list[bool] = []
    number = 0
    for _ in range(households):
        home = _make_home(rng, families)
        names = rng.sample(GIVEN, rng.choices((1, 2, 3, 4, 5), (25, 30, 20, 18, 7))[0])
        for given in names:
            someone = _make_person(rng, home, given, email)
            for _ in range(rng.choices((1, 2, 3, 4), (40, 35, 18, 7))[0]):
                record = _write_down(rng, someone)
                nameless = (
                    record["given_name"] is None and record["birth_date"] is None and record["email"] is None
                )
                rows.append({"unique_id": len(rows), **record})
                person.append(number)
                undecidable.append(nameless and len(names) > 1)
            number += 1
    return People(pa.Table.from_pylist(rows), person, undecidable)


def _make_home(rng: random.Random, families: list[str]) -> dict[str, str]:
    place = rng.randrange(60)
    return {
        "family_name": rng.choice(families),
        "street": rng.choice(STREETS) + rng.choice(SYLLABLES) + "strasse",
        "house_number": str(rng.randrange(1, 90)),
        "postcode": f"{10000 + place * 37}",
        "city": f"{SYLLABLES[place % 23]}{STREETS[place % 16]}dorf",
        "phone": f"+4930{rng.randrange(10**6, 10**7)}",
    }


def _make_person(rng: random.Random, home: dict[str, str], given: str, email: float) -> dict[str, str | None]:
    family = home["family_name"]
    own = rng.random() < 0.3
    return {
        **home,
        "given_name": given,
        "birth_date": f"{rng.randrange(1940, 2006)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
        "phone": f"+4917{rng.randrange(10**7, 10**8)}" if own else home["phone"],
        "email": f"{given}.{family}{rng.randrange(100)}@post.example" if rng.random() < email else None,
    }


def _write_down(rng: random.Random, someone: dict[str, str | None]) -> dict[str, str | None]:
    """One source's record: gaps, short forms, slips, an initial instead of the name."""
    record = dict(someone)
    for field, share in (
        ("birth_date", 0.5),
        ("phone", 0.25),
        ("email", 0.2),
        ("street", 0.1),
        ("given_name", 0.03),
    ):
        if rng.random() < share:
            record[field] = None
    if record["street"] is None:
        record["house_number"] = None
    given = record["given_name"]
    if given and rng.random() < 0.06:
        record["given_name"] = SHORT.get(given, given[0])
    for field in ("given_name", "family_name", "birth_date", "street", "phone", "email"):
        value = record[field]
        if value and rng.random() < 0.05:
            record[field] = _slip(rng, value)
    return record


def _slip(rng: random.Random, value: str) -> str:
    """One typing error: a letter left out, doubled, changed or swapped with its neighbour."""
    at = rng.randrange(len(value))
    if value[at] in "-+@.":
        return value
    if value[at].isdigit():
        return value[:at] + str(rng.randrange(10)) + value[at + 1 :]
    kind = rng.randrange(4)
    if kind == 0 and len(value) > 2:
        return value[:at] + value[at + 1 :]
    if kind == 1:
        return value[:at] + value[at] + value[at:]
    if kind == 2:
        return value[:at] + rng.choice("abcdefghijklmnoprstuvw") + value[at + 1 :]
    return value[: at - 1] + value[at] + value[at - 1] + value[at + 1 :] if at else value
