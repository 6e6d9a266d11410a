"""Letters over a real SMTP connection: what arrives, what is tried again, what is given up."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from regard.errors import ConflictError
from regard.mail import sending, signals
from regard.mail.actions import retry_letter, send_due
from regard.mail.models import Letter
from regard.mail.sending import Sent, pause_after
from tests.mail.conftest import Mouth

pytestmark = pytest.mark.django_db
Write = Callable[..., Letter]


def send(hours: float = 0) -> Sent:
    return send_due(timezone.now() + timedelta(hours=hours, seconds=1))


def test_a_letter_arrives_with_both_bodies_and_one_click_to_stop(mouth: Mouth, write: Write) -> None:
    heard = []
    signals.letter_sent.connect(lambda letter, **_: heard.append(letter.pk), weak=False, dispatch_uid="test")
    letter = write(
        subject="Ça va, Zoë?", text="Grüße\n.\n..", html="<p>Grüße <script>x</script><a href='https://a.b/s'>10</a></p>",
        language="fr", unsubscribe_url="https://a.b/unsubscribe/x", headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    assert send() == Sent(sent=1)
    signals.letter_sent.disconnect(dispatch_uid="test")
    message = mouth.messages[0]
    assert (message["To"], message["Subject"], message["From"]) == (
        "eva@example.org", "Ça va, Zoë?", "Our shop <shop@example.org>",
    )  # fmt: skip
    assert message["Message-ID"] == letter.message_id
    assert message["List-Unsubscribe"] == "<https://a.b/unsubscribe/x>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.get_body(("plain",)).get_content().splitlines() == ["Grüße", ".", ".."]
    page = message.get_body(("html",)).get_content()
    assert "script" not in page
    assert 'lang="fr" dir="ltr"' in page
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.answer) == ("sent", 1, "250 OK")
    assert heard == [letter.pk]
    assert send() == Sent()
    assert len(mouth.taken) == 1


def test_senders_go_by_language_and_bounces_come_back_to_a_marked_address(
    mouth: Mouth, write: Write, settings: Any
) -> None:
    settings.REGARD_MAIL_FROM_BY_LANGUAGE = {"de": "Laden <laden@example.org>"}
    settings.REGARD_BOUNCE_ADDRESS = "bounces+{}@example.org"
    letter = write(language="de-AT")
    write(language="ar", html="<p>x</p>")
    send()
    assert [message["From"] for message in mouth.messages] == [
        "Laden <laden@example.org>",
        "Our shop <shop@example.org>",
    ]
    assert mouth.taken[0].mail_from.startswith(f"bounces+{letter.pk}-")
    assert 'dir="rtl"' in mouth.messages[1].get_body(("html",)).get_content()


def test_a_greylisted_letter_is_sent_later(mouth: Mouth, write: Write) -> None:
    mouth.recipients = ["451 4.7.1 Greylisted, come back later"]
    letter, other = write(), write(to="bo@example.org")
    assert send() == Sent(sent=1, postponed=1)
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("waiting", 1)
    assert letter.answer.startswith("451 4.7.1")
    assert timedelta(minutes=4) < letter.next_try_at - timezone.now() < timedelta(minutes=6)
    assert send() == Sent()
    assert send(hours=1) == Sent(sent=1)
    assert [each.rcpt_tos for each in mouth.taken] == [["bo@example.org"], ["eva@example.org"]]
    assert Letter.objects.get(pk=other.pk).state == "sent"


@pytest.mark.parametrize("where", ["recipients", "letters"])
def test_a_refused_letter_has_failed_and_can_be_sent_again_by_hand(
    mouth: Mouth, write: Write, where: str
) -> None:
    setattr(mouth, where, ["550 5.1.1 No such user"])
    letter = write()
    assert send() == Sent(failed=1)
    letter.refresh_from_db()
    assert (letter.state, letter.answer) == ("failed", "550 5.1.1 No such user")
    assert send(hours=100) == Sent()
    retry_letter(letter.pk, actor="mia")
    assert send() == Sent(sent=1)
    with pytest.raises(ConflictError):
        retry_letter(letter.pk, actor="mia")


def test_pauses_grow_and_end(mouth: Mouth, write: Write) -> None:
    minutes = [pause_after(attempts).total_seconds() / 60 for attempts in (1, 2, 3, 8, 14)]
    assert minutes == [5, 10, 20, 360, 360]
    mouth.recipients = ["450 4.2.1 Busy"] * 100
    letter = write()
    tries = sum(send(hours=7 * number).postponed for number in range(20))
    letter.refresh_from_db()
    assert (tries, letter.state, letter.attempts) == (13, "failed", 14)


def test_a_line_that_breaks_before_the_letter_is_out_loses_and_doubles_nothing(
    mouth: Mouth, write: Write
) -> None:
    mouth.recipients = ["421 4.3.2 Shutting down"]
    write(), write()
    assert send() == Sent(postponed=1)
    assert Letter.objects.filter(state="waiting", unsure=0).count() == 2
    assert send(hours=1) == Sent(sent=2)
    assert len(mouth.taken) == 2


def test_a_line_that_breaks_after_the_letter_is_out_may_double_it_once_under_the_same_name(
    mouth: Mouth, write: Write
) -> None:
    mouth.letters = ["drop after taking"] * 5
    letter = write()
    assert send() == Sent(postponed=1)
    assert send(hours=1) == Sent(failed=1)
    assert send(hours=100) == Sent()
    assert {message["Message-ID"] for message in mouth.messages} == {letter.message_id}
    assert len(mouth.taken) == 2


def test_a_worker_that_dies_while_sending_leads_to_one_more_try(
    mouth: Mouth, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = write()
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            send()
    letter.refresh_from_db()
    assert (letter.state, len(mouth.taken)) == ("sending", 1)
    assert send() == Sent()  # it may be in the hands of another worker
    assert send(hours=1) == Sent()
    assert Letter.objects.get(pk=letter.pk).unsure == 1
    assert send(hours=2) == Sent(sent=1)
    assert len(mouth.taken) == 2
    assert send(hours=100) == Sent()


def test_a_letter_is_claimed_by_one_worker_only(mouth: Mouth, write: Write) -> None:
    letter = write()
    now = timezone.now()
    assert sending._claim(letter.pk, now) is not None
    assert sending._claim(letter.pk, now) is None
    assert send() == Sent()


def test_no_server_means_waiting(write: Write, settings: Any, mouth: Mouth) -> None:
    write()
    port, settings.REGARD_SMTP_PORT = settings.REGARD_SMTP_PORT, 9
    assert send() == Sent(postponed=1)
    settings.REGARD_SMTP_PORT = port
    assert "No connection" in Letter.objects.get().answer
    settings.REGARD_SMTP_HOST = ""
    assert send(hours=1) == Sent()
    settings.REGARD_SMTP_HOST = "127.0.0.1"
    assert send(hours=1) == Sent(sent=1)


def test_a_letter_for_later_waits(mouth: Mouth, write: Write) -> None:
    write(not_before=timezone.now() + timedelta(hours=3))
    assert send(hours=2) == Sent()
    assert send(hours=4) == Sent(sent=1)


def test_starttls_and_password_are_used_and_the_certificate_is_checked(
    secured_mouth: Mouth, write: Write, settings: Any, certificate: tuple[Path, Path]
) -> None:
    write()
    assert send() == Sent(postponed=1)
    assert "certificate verify failed" in Letter.objects.get().answer
    settings.REGARD_SMTP_CA = str(certificate[0])
    assert send(hours=1) == Sent(sent=1)
    assert secured_mouth.encrypted == [True]
    settings.REGARD_SMTP_PASSWORD = "wrong"
    write()
    assert send(hours=1) == Sent(postponed=1)


def test_a_password_never_crosses_a_network_in_the_clear(mouth: Mouth, write: Write, settings: Any) -> None:
    settings.REGARD_SMTP_USER, settings.REGARD_SMTP_HOST = "regard", "mail.example.org"
    write()
    assert send() == Sent(postponed=1)
    assert "in the clear" in Letter.objects.get().answer


def test_a_listener_that_fails_does_not_send_a_letter_twice(mouth: Mouth, write: Write) -> None:
    def broken(**_: object) -> None:
        raise ValueError("no")

    signals.letter_sent.connect(broken)
    try:
        write()
        assert send() == Sent(sent=1)
    finally:
        signals.letter_sent.disconnect(broken)
    assert Letter.objects.get().state == "sent"


def test_a_claim_late_in_a_long_run_begins_when_it_is_made(
    mouth: Mouth, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write(), write()
    clock = iter([0.0, 0.0, 1200.0])
    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    began = timezone.now()
    assert sending.send_due(began) == Sent(sent=2)
    for letter in (first, second):
        letter.refresh_from_db()
    assert first.claimed_at == began
    assert second.claimed_at is not None
    assert second.claimed_at - began == timedelta(seconds=1200)
