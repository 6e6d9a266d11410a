"""support.mbox: the shared mailbox, letters from customers and what staff answered."""

import base64
import quopri
import random
from pathlib import Path

import numpy as np

from regard.simulate.block import Block, Witness
from regard.simulate.contacts import CHANNELS, TOPICS
from regard.simulate.grammar import Language
from regard.simulate.model import DAY, Calendar
from regard.simulate.staff import Employee, Staff

DESK = "Fjordvik Service <service@fjordvik.example>"
SIGNATURE = "-- \n{name}\nFjordvik Outdoor GmbH · Speicherstraße 4 · 24103 Kiel\nwww.fjordvik.example"
PHONE_SIGNATURES = {
    "en": "Sent from my phone",
    "de": "Von meinem Telefon gesendet",
    "fr": "Envoyé de mon téléphone",
}
QUOTED = {
    "en": "On {day} {name} wrote:",
    "de": "Am {day} schrieb {name}:",
    "fr": "Le {day}, {name} a écrit :",
}


class Mailbox:
    def __init__(
        self, folder: Path, witness: Witness, languages: dict[str, Language], staff: Staff, seed: int
    ) -> None:
        self._file = (folder / "support.mbox").open("w", encoding="utf-8", newline="")
        self._witness, self._languages, self._staff = witness, languages, staff
        self._random = random.Random(f"{seed}:mail")
        self.rows = 0

    def write(self, block: Block) -> None:
        contacts = block.contacts.take(np.flatnonzero(block.contacts.channel == CHANNELS.index("mail")))
        columns = (contacts.order, contacts.topic, contacts.opened, contacts.solved_after)
        for values in zip(*(column.tolist() for column in columns), strict=True):
            self._thread(block, *values)

    def close(self) -> None:
        self._file.close()

    def _thread(self, block: Block, row: int, topic: int, opened: int, solved_after: int) -> None:
        """A letter, mostly an answer, sometimes the customer's last word."""
        rand, calendar = self._random, block.calendar
        person, facts = block.customer_of_order[row], block.facts(row)
        name, _, department = TOPICS[topic]
        language = self._languages[person.language]
        sender = f"{encode_word(person.name)} <{block.email_of(row)}>"
        also = rand.choice(block.grievances[row]) if block.grievances[row] and rand.random() < 0.15 else ""
        letter = language.letter(name, facts, also="" if also == name else also)
        if rand.random() < 0.25:
            letter += f"\n\n{PHONE_SIGNATURES[person.language]}"
        subject = language.subject(name, facts)
        first = self._send(calendar, opened, sender, DESK, subject, letter, person.number)
        answered = opened + min(solved_after, 4 * DAY)
        if rand.random() > 0.92 or answered >= calendar.end:
            return
        agent = rand.choice(self._staff.of[department])
        day = calendar.german[opened // DAY]
        quoted = quote(letter, QUOTED[person.language].format(day=day, name=person.name))
        answer = f"{language.reply(name, facts, agent.name)}\n{SIGNATURE.format(name=agent.name)}\n\n{quoted}"
        desk = _from(agent)
        second = self._send(
            calendar, answered, desk, sender, f"Re: {subject}", answer, None, replies_to=(first,)
        )
        again = answered + rand.randint(30, 2 * DAY)
        if rand.random() < 0.2 and again < calendar.end:
            word = language.note("praise" if rand.random() < 0.5 else name, facts)
            day = calendar.german[answered // DAY]
            text = f"{word}\n\n{quote(answer, QUOTED[person.language].format(day=day, name=agent.name))}"
            self._send(
                calendar,
                again,
                sender,
                DESK,
                f"Re: {subject}",
                text,
                person.number,
                replies_to=(first, second),
            )

    def _send(
        self, calendar: Calendar, minute: int, sender: str, to: str, subject: str, text: str,
        person: int | None, replies_to: tuple[str, ...] = (),
    ) -> str:  # fmt: skip
        self.rows += 1
        number = f"<m{self.rows:08d}@fjordvik.example>"
        coding, body = self._encode(text)
        day, clock = calendar.mail[minute // DAY], calendar.clock[minute % DAY]
        headers = [
            f"From MAILER-DAEMON {day[:3]} {day[8:11]} {day[5:7]} {clock}:00 {day[12:]}",
            f"Message-ID: {number}", f"Date: {day} {clock}:00 +0000", f"From: {sender}", f"To: {to}",
            f"Subject: {encode_word(subject)}",
        ]  # fmt: skip
        if replies_to:
            headers += [f"In-Reply-To: {replies_to[-1]}", f"References: {' '.join(replies_to)}"]
        headers += [
            "MIME-Version: 1.0",
            'Content-Type: text/plain; charset="utf-8"',
            f"Content-Transfer-Encoding: {coding}",
        ]
        self._file.write("\n".join(headers) + f"\n\n{body}\n\n")
        if person is not None:
            self._witness("support.mbox", number, person)
        return number

    def _encode(self, text: str) -> tuple[str, str]:
        """Mail programs differ: most send as it is, some encode."""
        chance = self._random.random()
        if chance < 0.7:
            return "8bit", text.replace("\nFrom ", "\n>From ")
        if chance < 0.9:
            return "quoted-printable", quopri.encodestring(text.encode()).decode("ascii")
        return "base64", base64.encodebytes(text.encode()).decode("ascii").rstrip()


def encode_word(text: str) -> str:
    """A header word as RFC 2047 wants it, in pieces short enough for one encoded word each."""
    if text.isascii():
        return f'"{text}"' if "," in text else text
    pieces = [text[at : at + 18] for at in range(0, len(text), 18)]
    return "\n ".join(f"=?utf-8?b?{base64.b64encode(piece.encode()).decode('ascii')}?=" for piece in pieces)


def quote(text: str, introduction: str) -> str:
    return introduction + "\n" + "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _from(agent: Employee) -> str:
    return f"{encode_word(agent.name)} <{agent.email}>"
