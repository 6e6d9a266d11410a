"""Names, addresses, telephones: who the customers of a block are to the outside."""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from regard.simulate.model import COUNTRIES, LANGUAGES, REGIONS
from regard.simulate.population import Customers

# no mail domain here can be real: .example is reserved
MAIL_DOMAINS = {
    "de": ("postfach.example", "mail.example", "netzpost.example", "freimail.example"),
    "fr": ("courriel.example", "mail.example", "laposte.example", "boite.example"),
    "en": ("inbox.example", "mail.example", "postbox.example", "mymail.example"),
}
# country code, national prefix, mobile start, digits after it
PHONES = {
    "DE": ("49", "0", "1511"),
    "AT": ("43", "0", "664"),
    "CH": ("41", "0", "79"),
    "FR": ("33", "0", "61"),
    "GB": ("44", "0", "740"),
}
ASCII = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "é": "e",
        "è": "e",
        "ê": "e",
        "ë": "e",
        "ô": "o",
        "î": "i",
        "ï": "i",
        "ç": "c",
        "à": "a",
        "á": "a",
        "ı": "i",
        "'": "",
        "’": "",
        " ": "",
        "É": "e",
        "Ö": "oe",
        "Ü": "ue",
        "Ä": "ae",
    }
)


@dataclass(slots=True)
class Address:
    street: str
    house: str
    postcode: str
    city: str


@dataclass(slots=True)
class Organisation:
    number: int
    name: str
    address: Address
    phone: str
    country: str
    domain: str


@dataclass(slots=True)
class Person:
    """One true person and the contact facts that hold today."""

    number: int
    language: str
    country: str
    title: str
    given: str
    family: str
    female: bool
    email: str
    second_email: str  # of another account, mostly empty
    phone: str  # digits after the country code
    address: Address
    born: tuple[int, int, int]
    organisations: list[Organisation]

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def key(self) -> str:
        return f"P{self.number:07d}"


def load_words(name: str) -> dict[str, Any]:
    """One of the word lists that lie beside the code."""
    return tomllib.loads((files("regard.simulate") / "words" / f"{name}.toml").read_text("utf-8"))


class Registry:
    """Invents people block by block."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"{seed}:people")
        self._names = load_words("names")
        self._surnames = {
            language: self._surname_list(self._names[language]) for language in ("de", "fr", "en")
        }
        self._organisations = 0

    @staticmethod
    def _surname_list(names: dict[str, Any]) -> list[str]:
        composed = [head + tail for head in names["heads"] for tail in names["tails"]]
        surnames: list[str] = names["surnames"]
        return surnames * 8 + surnames[:10] * 12 + composed

    def introduce(self, customers: Customers) -> list[Person]:
        """The people of a block, household by household, some of them also in organisations."""
        columns = (customers.person, customers.household, customers.country, customers.region)
        people: list[Person] = []
        home, first = -1, None
        for number, household, country, region in zip(*(column.tolist() for column in columns), strict=True):
            if household != home:
                home, first = household, None
            person = self._person(number, COUNTRIES[country], LANGUAGES[country], REGIONS[region], first)
            first = first or person
            people.append(person)
        self._found_organisations(people)
        return people

    def nickname(self, person: Person) -> str:
        """The short form of the given name, or the name itself when there is none."""
        short: str = self._names[person.language]["nick"].get(person.given, person.given)
        return short

    def address(self, country: str, language: str, region: str | None = None) -> Address:
        """Some address in a region, or anywhere in the country."""
        rand, places = self._random, self._names["places"][country]
        city, start = rand.choice(places[region or rand.choice(REGIONS)])
        if country == "GB":
            inward = f"{rand.randint(1, 9)}{rand.choice('ABDEFGHJLN')}{rand.choice('PQRSTUWXYZ')}"
            postcode = f"{start}{rand.randint(1, 19)} {inward}"
        else:
            width = 4 if country in ("AT", "CH") else 5
            postcode = start + f"{rand.randrange(10 ** (width - len(start))):0{width - len(start)}d}"
        house = str(int(rand.paretovariate(0.7)) % 160 + 1) + (
            "" if rand.random() < 0.9 else rand.choice("abc")
        )
        return Address(rand.choice(self._names[language]["streets"]), house, postcode, city)

    def _person(self, number: int, country: str, language: str, region: str, first: Person | None) -> Person:
        rand, names = self._random, self._names[language]
        female = rand.random() < 0.5
        given = rand.choice(names["female" if female else "male"])
        born = (min(max(int(rand.gauss(1982, 14)), 1938), 2006), rand.randint(1, 12), rand.randint(1, 28))
        if first and rand.random() < 0.85:
            family, address = first.family, first.address
            if first.female == female and rand.random() < 0.06:  # father and son of one name
                given, born = first.given, (max(first.born[0] - 28, 1930), born[1], born[2])
        else:
            family = rand.choice(self._surnames[language])
            address = first.address if first else self.address(country, language, region)
        phone = first.phone if first and rand.random() < 0.45 else mobile(country, number)
        return Person(
            number, language, country, rand.choice(names["titles"]), given, family, female,
            self.email(given, family, number, language), self._second_email(given, number, language),
            phone, address, born, [],
        )  # fmt: skip

    def email(self, given: str, family: str, number: int, language: str) -> str:
        """An address that nobody else has: the number of the person is part of it."""
        rand = self._random
        given, family = given.lower().translate(ASCII), family.lower().translate(ASCII)
        local = rand.choice(
            (
                f"{given}.{family}{number}",
                f"{given[0]}.{family}{number}",
                f"{family}.{given}{number}",
                f"{given}{number}",
            )
        )
        return f"{local}@{rand.choice(MAIL_DOMAINS[language])}"

    def _second_email(self, given: str, number: int, language: str) -> str:
        if self._random.random() > 0.08:
            return ""
        return f"{given.lower().translate(ASCII)}-{number}@{self._random.choice(MAIL_DOMAINS[language])}"

    def _found_organisations(self, people: Sequence[Person]) -> None:
        rand = self._random
        for _ in range(max(1, len(people) // 90)):
            boss = rand.choice(people)
            names = self._names[boss.language]
            number = self._organisations = self._organisations + 1
            address = self.address(boss.country, boss.language)
            name = rand.choice(names["organisations"]).format(s=boss.family, c=address.city)
            domain = f"{boss.family.lower().translate(ASCII)}-{number}.example"
            organisation = Organisation(
                number, name, address, mobile(boss.country, 9_000_000 + number), boss.country, domain
            )
            near = people[max(0, boss.number - people[0].number - 200) :][:400]
            for member in [boss, *rand.sample(near, min(len(near), rand.randint(1, 4)))]:
                if member.country == boss.country and organisation not in member.organisations:
                    member.organisations.append(organisation)


def mobile(country: str, number: int) -> str:
    """A telephone number of its own for every number below ten million, without the country code."""
    return PHONES[country][2] + f"{(number * 7_368_787 + 1_234_567) % 10_000_000:07d}"


def write_phone(digits: str, country: str, style: int) -> str:
    """The same telephone number as people write it: with spaces, slashes, country code or without."""
    code, trunk, _ = PHONES[country]
    if country == "FR":
        full = trunk + digits
        pairs = [full[i : i + 2] for i in range(0, len(full), 2)]
        return (" ".join(pairs), ".".join(pairs), f"+33 {digits[0]} " + " ".join(pairs[1:]), full)[style % 4]
    if country == "GB":
        return (
            f"0{digits[:4]} {digits[4:]}",
            f"+44 {digits[:4]} {digits[4:]}",
            f"0{digits}",
            f"+44 (0){digits[:4]} {digits[4:]}",
        )[style % 4]
    area, rest = (digits[:2], digits[2:]) if country == "CH" else (digits[:3], digits[3:])
    spaced = f"{rest[:3]} {rest[3:5]} {rest[5:]}" if country == "CH" else rest
    return (f"0{area} {spaced}", f"+{code} {area} {rest}", f"0{area}/{rest}", f"00{code}{area}{rest}")[
        style % 4
    ]
