"""Mail and cards."""

from pathlib import Path

import pytest

from regard.errors import UnreadableFileError
from regard.listen.reading import Hints, Sheet, read_file

MBOX = b"""From x Thu Jan  1 00:00:00 2020
From: =?utf-8?q?J=C3=BCrgen_M=2E?= <J@X.de>
To: "Help, Desk" <help@shop.com>, b@shop.com
Date: Thu, 2 Jan 2020 10:00:00 +0100
Subject: =?iso-8859-1?Q?=DCberweisung?=
 =?iso-8859-1?Q?_fehlt?=
Message-ID: <1@x>
In-Reply-To: <0@x>
Content-Type: text/html; charset=utf-8

<html><head><title>t</title><style>p{}</style></head><body><p>Hallo &amp; <b>guten</b> Tag,</p>
<p>es fehlt<br>etwas</p><script>alert(1)</script><blockquote>alt</blockquote></body></html>

From y Thu Jan  1 00:00:00 2020
From: k@l.com
Subject: caf\xe9
Date: rubbish
Content-Type: text/plain; charset=unknown-8bit

Na\xefve hello
>From me

On Mon, Jan 3, 2020 at 10:00 AM Support
<help@shop.com> wrote:
> old
> text

From z
junk
"""


def read(folder: Path, name: str, data: bytes) -> Sheet:
    path = folder / name
    path.write_bytes(data)
    (sheet,) = read_file(path, hints=Hints())
    return sheet


def test_a_mailbox_gives_one_row_a_message(tmp_path: Path) -> None:
    sheet = read(tmp_path, "support", MBOX)
    first, second = sheet.table().to_pylist()
    assert first == {
        "_row": 1,
        "message_id": "1@x",
        "in_reply_to": "0@x",
        "references": None,
        "date": "2020-01-02 10:00:00+01:00",
        "from": "j@x.de",
        "from_name": "Jürgen M.",
        "to": "help@shop.com, b@shop.com",
        "cc": None,
        "subject": "Überweisung fehlt",
        "text": "Hallo & guten Tag,\nes fehlt\netwas",
        "quoted": "-- Original Message --\nalt",
        "attachments": None,
    }
    assert (second["subject"], second["date"], second["text"]) == ("café", "rubbish", "Naïve hello\nFrom me")
    assert second["quoted"].startswith("On Mon, Jan 3, 2020")
    assert [(refused.row_number, refused.text) for refused in sheet.refused] == [(3, "junk\n")]
    assert (sheet.row_count, sheet.found.format) == (3, "mbox")


@pytest.mark.parametrize(
    "cut",
    [
        "Am 3. Januar 2020 um 10:00 schrieb Hilfe:\n> alt",
        "Le ven. 3 janv. 2020 à 10:00, Aide <a@b.fr> a écrit :\n> vieux",
        "-----Original Message-----\nFrom: a\nold",
        "Von: Hilfe <a@b.de>\nGesendet: Freitag\nAn: mich\nalt",
        "> only this\n> is quoted",
    ],
)
def test_what_is_quoted_is_kept_apart(tmp_path: Path, cut: str) -> None:
    message = f"From: a@b.c\nSubject: x\n\nMine.\n\n{cut}\n"
    (row,) = read(tmp_path, "x.eml", message.encode()).table().to_pylist()
    assert row["text"] == "Mine."
    assert row["quoted"] == cut


def test_a_message_of_parts_gives_its_plain_text_and_the_names_of_its_attachments(tmp_path: Path) -> None:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "a@b.c", "x", "Thu, 2 Jan 2020 10:00:00 -0000"
    message.set_content("Grüße\n")
    message.add_alternative("<p>Not this</p>", subtype="html")
    message.add_attachment(b"data", maintype="image", subtype="png", filename="Bild 1.png")
    (row,) = read(tmp_path, "x.eml", message.as_bytes()).table().to_pylist()
    assert (row["text"], row["attachments"]) == ("Grüße", "Bild 1.png")


def test_a_folder_of_letters_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("b.eml", "inner/a.eml"):
        (tmp_path / name).write_bytes(f"From: {name}@x.y\nSubject: s\n\nhi\n".encode())
    (sheet,) = read_file(tmp_path, hints=Hints())
    assert (sheet.row_count, sheet.found.format) == (2, "eml")


def test_a_folder_without_letters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"no \.eml"):
        read_file(tmp_path, hints=Hints())


def test_cards_of_every_version_give_rows(tmp_path: Path) -> None:
    data = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=\r\nller;Hans;;Dr.\r\n"
        b"TEL;CELL:+49 30 1\r\nTEL;HOME:+49 30 2\r\nEND:VCARD\r\n"
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bo\\, B.\r\nitem1.EMAIL;TYPE=INTERNET:bo@x.y\r\n"
        b"ADR;TYPE=WORK:;;Main St 5;Bern;BE;3000;CH\r\n"
        b"NOTE:one\\ntwo\r\n  three\r\nORG:Shop;Sales\r\nEND:VCARD\r\n"
        b'BEGIN:VCARD\nVERSION:4.0\nFN:Cy\nTEL;VALUE=uri;TYPE="voice,home":tel:+1-555\nBDAY:19900102\nEND:VCARD\n'
        b"BEGIN:VCARD\nFN:Cut\n"
    )
    sheet = read(tmp_path, "cards", data)
    hans, bo, cy = sheet.table().to_pylist()
    assert (hans["family_name"], hans["given_name"], hans["title"]) == ("Müller", "Hans", "Dr.")
    assert (hans["phone"], hans["phone_2"]) == ("+49 30 1", "+49 30 2")
    assert (bo["name"], bo["email"], bo["street"], bo["postcode"], bo["city"]) == (
        "Bo, B.", "bo@x.y", "Main St 5", "3000", "Bern",
    )  # fmt: skip
    assert (bo["note"], bo["organisation"]) == ("one\ntwo three", "Shop")
    assert (cy["phone"], cy["birth_date"]) == ("+1-555", "19900102")
    assert [(refused.row_number, refused.reason) for refused in sheet.refused] == [
        (4, "the card does not end")
    ]
