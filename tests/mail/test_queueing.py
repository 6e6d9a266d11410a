"""What may be put into the outbox, and what of it is taken out."""

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.errors import InputError
from regard.mail.actions import queue_letter
from regard.mail.cleaning import clean_html
from regard.mail.message import compose, letter_of_mark, mark_of
from regard.mail.models import Letter

pytestmark = pytest.mark.django_db
Write = Callable[..., Letter]


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "eva@example.org\nBcc: all@example.org"},
        {"to": "eva@example.org, bo@example.org"},
        {"to": "Eva <eva@example.org>"},
        {"to": "eva"},
        {"to": "eva@-x.org"},
        {"subject": "Hello\r\nBcc: all@example.org"},
        {"subject": "Hello\u2028Bcc: all@example.org"},
        {"subject": " "},
        {"text": ""},
        {"headers": {"Bcc": "all@example.org"}},
        {"headers": {"X-A\nBcc": "1"}},
        {"headers": {"X-A": "1\nBcc: all@example.org"}},
        {"headers": {"List-Unsubscribe-Post": "1"}},
        {"language": "de\nX: 1"},
        {"unsubscribe_url": "https://a.b/x>\r\nBcc: all@example.org"},
        {"unsubscribe_url": "javascript:alert(1)"},
    ],
)
def test_nothing_gets_into_the_headers(write: Write, wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        write(**wrong)
    assert not Letter.objects.exists()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(subject=st.text(max_size=120), to=st.text(max_size=40), value=st.text(max_size=60))
def test_whatever_is_written_has_the_headers_we_meant(
    db: None, settings: object, subject: str, to: str, value: str
) -> None:
    settings.REGARD_MAIL_FROM = "shop@example.org"  # type: ignore[attr-defined]
    with transaction.atomic():
        try:
            letter = queue_letter(
                to=f"{to}@example.org",
                subject=subject,
                text="x",
                about="",
                reference="",
                headers={"X-Note": value},
            )
        except InputError:
            return
        raw = compose(letter).as_bytes()
        transaction.set_rollback(True)
    lines = raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    names = [line.split(b":")[0].decode() for line in lines if not line.startswith((b" ", b"\t"))]
    assert names == [
        "From", "To", "Subject", "Date", "Message-ID", "X-Note", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version", "Content-Language",
    ]  # fmt: skip


def test_foreign_domains_are_written_in_ascii(write: Write) -> None:
    assert write(to="eva@Müller.example").to == "eva@xn--mller-kva.example"


def test_html_keeps_its_looks_and_loses_what_runs() -> None:
    html = (
        '<table role="presentation"><tr><td style="color:red;position:fixed;background:url(http://x)" '
        "onclick=x()>Hi</td></tr></table><a href='javascript:x()'>a</a><a href='https://a.b/s/t'>10</a>"
        "<form action=/x><input name=q></form><img src=x onerror=y><style>p{}</style><!-- c --><iframe src=//x>"
    )
    cleaned = clean_html(html)
    assert '<td style="color:red">Hi</td>' in cleaned
    assert 'href="https://a.b/s/t"' in cleaned
    for gone in (
        "javascript",
        "onclick",
        "onerror",
        "form",
        "input",
        "style>",
        "<!--",
        "iframe",
        "position",
        "url(",
    ):
        assert gone not in cleaned


def test_a_mark_is_good_for_one_letter_only() -> None:
    mark = mark_of(17)
    assert letter_of_mark(mark) == letter_of_mark(mark.upper()) == 17
    for wrong in (mark.replace("17-", "18-"), mark[:-1], "17-", "17", "", "x-y", "²-" + mark[3:]):
        assert letter_of_mark(wrong) is None
