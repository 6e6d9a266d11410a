"""What comes back: reports of several servers, by mark or Message-ID, from a Maildir and over IMAP."""

import base64
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from regard.errors import SettingError, StoreError
from regard.mail import signals
from regard.mail.actions import read_bounces
from regard.mail.bounces import Collected, collect_bounces
from regard.mail.mailboxes import imap_messages, maildir_messages
from regard.mail.message import mark_of
from regard.mail.models import Letter
from regard.mail.reports import read_report
from tests.mail.dovecot import Mailbox, serve_mailbox

Write = Callable[..., Letter]


def report(
    message_id: str = "<unknown@example.org>",
    *,
    to: str = "bounces@example.org",
    action: str = "failed",
    status: str = "5.1.1",
    original: str = "message/rfc822",
    newline: str = "\n",
) -> bytes:
    """A notification as Postfix writes it."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="xyz"

--xyz
Content-Type: text/plain

I'm sorry to have to inform you.

--xyz
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Sender: rfc822; shop@example.org

Final-Recipient: rfc822; eva@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 No such user <script>

--xyz
Content-Type: {original}

From: shop@example.org
To: eva@example.org
Message-ID: {message_id}
Subject: How was it?

Tell us.

--xyz--
""".replace("\n", newline).encode()


@pytest.fixture
def letter(write: Write) -> Letter:
    """One that was sent."""
    found = write()
    found.state = Letter.State.SENT
    found.save()
    return found


def after(letter: Letter) -> tuple[str, str, str]:
    letter.refresh_from_db()
    return letter.state, letter.bounce, letter.bounce_reason


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_report_finds_its_letter_by_message_id(letter: Letter, original: str, newline: str) -> None:
    heard = []
    signals.letter_bounced.connect(
        lambda letter, **_: heard.append(letter.bounce), weak=False, dispatch_uid="test"
    )
    raw = report(letter.message_id, original=original, newline=newline)
    assert read_bounces([raw]) == Collected(bounced=1)
    assert after(letter) == ("bounced", "hard", "5.1.1 smtp; 550 No such user <script>")
    assert read_bounces([raw]) == Collected()
    signals.letter_bounced.disconnect(dispatch_uid="test")
    assert heard == ["hard"]


def test_a_report_finds_its_letter_by_the_address_it_came_back_to(letter: Letter) -> None:
    assert read_bounces([report(to=f"<Bounces+{mark_of(letter.pk).upper()}@example.org>")]) == Collected(
        bounced=1
    )
    assert after(letter)[:2] == ("bounced", "hard")


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.0.0", ("bounced", "hard")),
        ("failed", "5.2.2", ("bounced", "soft")),
        ("failed", "4.4.7", ("bounced", "soft")),
        ("delayed", "4.4.1", ("sent", "soft")),
        ("delivered", "2.0.0", ("sent", "")),
        ("relayed", "2.0.0", ("sent", "")),
    ],
)
def test_hard_and_soft_are_told_apart(
    letter: Letter, action: str, status: str, expected: tuple[str, str]
) -> None:
    read_bounces([report(letter.message_id, action=action, status=status)])
    assert after(letter)[:2] == expected


def test_a_report_with_a_bottomless_letter_in_it_holds_nobody_up(letter: Letter) -> None:
    deep = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))
    packed = base64.encodebytes(f"Message-ID: {letter.message_id}\n{deep}".encode()).decode()
    raw = (
        'Content-Type: multipart/report; boundary="r"\n\n--r\nContent-Type: message/delivery-status\n\n'
        "Reporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1\n\n--r\nContent-Type: text/rfc822-headers\n"
        f"Content-Transfer-Encoding: base64\n\n{packed}\n--r--\n"
    )
    assert read_bounces([raw.encode()]) == Collected(bounced=1)


def test_what_is_no_report_of_ours_changes_nothing(letter: Letter) -> None:
    answer = f"From: eva@example.org\nTo: x\nIn-Reply-To: {letter.message_id}\nSubject: Away\n\nI am away.".encode()
    forged = report(to=f"bounces+{letter.pk}-{'0' * 12}@example.org")
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))
    assert read_bounces([answer, forged, report(), b"", b"\xff\0" * 100, deep]) == Collected(others=6)
    assert after(letter) == ("sent", "", "")


def test_a_letter_nobody_was_sure_of_has_bounced_and_is_not_sent_again(write: Write) -> None:
    waiting = write()
    assert read_bounces([report(waiting.message_id)]) == Collected(bounced=1)
    assert after(waiting)[0] == "bounced"


@limits(max_examples=150, deadline=None)
@given(noise=st.binary(max_size=40), at=st.integers(0, 900), cut=st.integers(0, 60))
def test_a_damaged_report_is_read_or_not_but_breaks_nothing(noise: bytes, at: int, cut: int) -> None:
    raw = report()
    read_report(raw[:at] + noise + raw[at + cut :])


def test_a_maildir_is_read_and_what_was_read_is_marked(letter: Letter, tmp_path: Path, settings: Any) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1.a.host").write_bytes(report(letter.message_id))
    (tmp_path / "box" / "new" / "2.b.host").write_bytes(b"Subject: hello\n\nhello")
    settings.REGARD_BOUNCE_MAILDIR = str(tmp_path / "box")
    assert collect_bounces() == Collected(bounced=1, others=1)
    assert collect_bounces() == Collected()
    assert sorted(path.name for path in (tmp_path / "box" / "cur").iterdir()) == [
        "1.a.host:2,S",
        "2.b.host:2,S",
    ]
    with pytest.raises(SettingError):
        next(maildir_messages(tmp_path))


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    """A real IMAP server."""
    with tempfile.TemporaryDirectory(prefix="regard-dovecot-") as folder:
        Path(folder).chmod(0o755)
        with serve_mailbox(Path(folder)) as mailbox:
            yield mailbox


def test_bounces_are_read_over_imap_once(letter: Letter, box: Mailbox, settings: Any) -> None:
    for number, raw in enumerate(
        [report(letter.message_id, newline="\r\n"), b"Subject: hello\r\n\r\nhello\r\n"]
    ):
        path = box.maildir / "new" / f"{number}.test.host"
        path.write_bytes(raw)
        path.chmod(0o666)
    settings.REGARD_BOUNCE_IMAP = box.url
    assert collect_bounces() == Collected(bounced=1, others=1)
    assert after(letter)[:2] == ("bounced", "hard")
    assert collect_bounces() == Collected()


def test_a_mailbox_that_cannot_be_read_says_so(box: Mailbox) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        list(imap_messages(box.url.replace("secret", "wrong")))
    with pytest.raises(SettingError, match="no folder"):
        list(imap_messages(box.url.replace("INBOX", "Elsewhere")))
    with pytest.raises(StoreError):
        list(imap_messages("imap://a:b@127.0.0.1:9/INBOX"))
