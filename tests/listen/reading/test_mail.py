"""Mail and cards."""

import time
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
    assert (second["subject"], second["date"], second["text"]) == ("café", None, "Naïve hello\nFrom me")
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


def test_a_letter_without_a_readable_date_has_that_of_the_nearest_server(tmp_path: Path) -> None:
    taken = "Received: from a by b; {}\n"
    later, earlier = (
        taken.format("Fri, 06 Mar 2026 10:00:00 -0000"),
        taken.format("Thu, 05 Mar 2026 10:00:00 +0100"),
    )
    letter = f"{later}{earlier}From: a@b.c\nSubject: x\nDate: yesterday\n\nhi\n"
    (row,) = read(tmp_path, "x.eml", letter.encode()).table().to_pylist()
    assert row["date"] == "2026-03-05 10:00:00+01:00"


@pytest.mark.parametrize("html", ["<div>" * 40_000, "<br" * 200_000, " " * 1_000_000, "<a href=x> " * 50_000])
def test_no_letter_keeps_the_reader_for_long(tmp_path: Path, html: str) -> None:
    head = "From: a@b.c\nSubject: x\nDate: Thu, 05 Mar 2026 10:00:00 +0100\nContent-Type: text/html\n\n"
    began = time.process_time()
    assert read(tmp_path, "x.eml", f"{head}<p>Hello</p>{html}".encode()).row_count == 1
    assert time.process_time() - began < 3


def test_empty_lines_without_end_are_read_in_no_time(tmp_path: Path) -> None:
    blank = "\n" * 100_000
    began = time.process_time()
    sheet = read(tmp_path, "x.eml", f"From: a@b.c\nSubject: x\n\nMine.{blank}Yours.\n".encode())
    assert sheet.table()["text"].to_pylist()[0].endswith("Yours.")
    assert time.process_time() - began < 3


def test_parts_within_parts_without_end_are_refused(tmp_path: Path) -> None:
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))
    head = "From x\nFrom: a@b.c\nSubject: x\n"
    sheet = read(tmp_path, "x.mbox", f"{head}{parts}\nhi\n\n{head}\nhi\n".encode())
    assert (sheet.good_rows, [refused.reason for refused in sheet.refused]) == (
        1,
        ["too many parts within parts"],
    )


def test_a_name_folded_in_quoted_printable_is_whole(tmp_path: Path) -> None:
    name = "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=FCrgen=\r\n Gro=DF"
    card = f"BEGIN:VCARD\r\nVERSION:2.1\r\n{name}\r\nEND:VCARD\r\n"
    (row,) = read(tmp_path, "x.vcf", card.encode()).table().to_pylist()
    assert row["name"] == "Jürgen Groß"
