"""crm.xlsx: the sales department's list of customers, grown over years by many hands."""

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from regard.simulate.block import Block, Witness, first_account
from regard.simulate.model import SEGMENTS
from regard.simulate.people import Address, Organisation, Person, Registry, write_phone

HEADER = (
    "Kundennr.", "Art", "Titel", "Vorname", "Nachname", "Firma", "E-Mail", "Telefon", "Straße", "PLZ", "Ort",
    "Land", "Geburtsdatum", "Shop-Nr.", "Interesse", "Angelegt am",
)  # fmt: skip
SHEET_ROWS = 1_000_000  # a sheet holds 1,048,576
INTERESTS = dict(zip(SEGMENTS, ("Wandern", "Klettern", "Laufen", "Camping", "Rad"), strict=True))
COUNTRY_NAMES = {
    "DE": ("DE", "Deutschland", "D"), "AT": ("AT", "Österreich", "A"), "CH": ("CH", "Schweiz", "CH"),
    "FR": ("FR", "Frankreich", "France"), "GB": ("GB", "Großbritannien", "UK"),
}  # fmt: skip


class Crm:
    def __init__(self, folder: Path, witness: Witness, registry: Registry, seed: int) -> None:
        options = {
            "constant_memory": True,
            "strings_to_urls": False,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(str(folder / "crm.xlsx"), options)
        fixed = datetime(2020, 1, 1)  # noqa: DTZ001 - the same bytes every time
        self._book.set_properties({"created": fixed, "title": "Kunden"})
        self._date = self._book.add_format({"num_format": "dd.mm.yyyy"})
        self._witness, self._registry = witness, registry
        self._random = random.Random(f"{seed}:crm")
        self._sheet: Any = None
        self._line = 0
        self.rows = 0

    def write(self, block: Block) -> None:
        """Most people once, some twice or three times, some not at all, and the organisations."""
        rand, written = self._random, set()
        days = block.population.customers.first_day.astype(int).tolist()
        segments = block.population.customers.segment.tolist()
        for person, day, segment in zip(block.people, days, segments, strict=True):
            chance = rand.random()
            copies = 0 if chance < 0.06 else 1 if chance < 0.88 else 2 if chance < 0.985 else 3
            for copy in range(copies):
                since = block.calendar.days - 1 - day  # a later entry lies between the first one and today
                created = day + copy * rand.randint(0, min(400, since // copy)) if copy else day
                self._add(self._record(person, segment, copy), block, created, person.key)
            for organisation in person.organisations:
                if organisation.number not in written:
                    written.add(organisation.number)
                    self._add(
                        self._organisation_record(organisation), block, day, f"O{organisation.number:06d}"
                    )

    def close(self) -> None:
        self._book.close()

    def _add(self, record: list[str], block: Block, day: int, person: str) -> None:
        if self._sheet is None or self._line > SHEET_ROWS:
            self._sheet = self._book.add_worksheet()
            self._sheet.write_row(0, 0, HEADER)
            self._line = 1
        self.rows += 1
        number = f"C{self.rows:07d}"
        sheet, line = self._sheet, self._line
        sheet.write_string(line, 0, number)
        for column, value in enumerate(record, start=1):
            if value:
                sheet.write_string(line, column, value)
        sheet.write_number(line, len(HEADER) - 1, block.calendar.excel_day(day), self._date)
        self._line += 1
        self._witness("crm.xlsx", number, person)

    def _record(self, person: Person, segment: int, copy: int) -> list[str]:
        rand = self._random
        given, family, address = person.given, person.family, person.address
        email, digits = person.email, person.phone
        if copy:  # a later entry for the same person: another name form, another address, another number
            given = self._registry.nickname(person) if rand.random() < 0.4 else given
            given = f"{given[0]}." if rand.random() < 0.12 else given
            address = (
                self._registry.address(person.country, person.language) if rand.random() < 0.3 else address
            )
            email = person.second_email or ("" if rand.random() < 0.5 else email)
            digits = "" if rand.random() < 0.45 else digits
        elif rand.random() < 0.1:
            given = self._registry.nickname(person)
        given, family = self._mistype(given), self._mistype(family)
        if rand.random() < 0.05:
            given, family = given.upper(), family.upper()
        elif rand.random() < 0.02:
            given, family = family, given
        born = "" if rand.random() < 0.48 else self._birth_date(person)
        firm = person.organisations[0].name if person.organisations and rand.random() < 0.8 else ""
        if firm and rand.random() < 0.4:
            digits = person.organisations[0].phone
        shop = first_account(person.number) if rand.random() < 0.3 else ""
        return [
            "Person", person.title if rand.random() < 0.7 else "", given, family, firm,
            "" if rand.random() < 0.12 else self._email_case(email),
            write_phone(digits, person.country, rand.randrange(4)) if digits and rand.random() < 0.85 else "",
            self._street(address, person.language), address.postcode, self._mistype(address.city),
            rand.choice(COUNTRY_NAMES[person.country]), born, shop,
            INTERESTS[SEGMENTS[segment]] if rand.random() < 0.7 else "",
        ]  # fmt: skip

    def _organisation_record(self, organisation: Organisation) -> list[str]:
        rand, address = self._random, organisation.address
        language = {"FR": "fr", "GB": "en"}.get(organisation.country, "de")
        return [
            "Firma", "", "", "", organisation.name, f"info@{organisation.domain}",
            write_phone(organisation.phone, organisation.country, rand.randrange(4)),
            self._street(address, language), address.postcode, address.city,
            rand.choice(COUNTRY_NAMES[organisation.country]), "", "", "",
        ]  # fmt: skip

    def _street(self, address: Address, language: str) -> str:
        street = address.street
        if language == "de":
            if self._random.random() < 0.3:
                street = street.replace("straße", "str.")
            return f"{self._mistype(street)} {address.house}"
        return f"{address.house} {self._mistype(street)}"

    def _birth_date(self, person: Person) -> str:
        year, month, day = person.born
        if self._random.random() < 0.03:
            month, day = (day, month) if day <= 12 else (month, max(1, day - 1))
        return f"{day:02d}.{month:02d}.{year}"

    def _email_case(self, email: str) -> str:
        return email.capitalize() if self._random.random() < 0.06 else email

    def _mistype(self, text: str) -> str:
        rand = self._random
        if rand.random() > 0.035 or len(text) < 4:
            return text
        at = rand.randrange(1, len(text) - 2)
        kind = rand.randrange(3)
        if kind == 0:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + text[at + 1 :] if kind == 1 else text[:at] + text[at] + text[at:]
