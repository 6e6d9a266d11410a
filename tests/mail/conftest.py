"""A real SMTP server that behaves as it is told to, and a letter or two."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from regard.mail.actions import queue_letter
from regard.mail.models import Letter


@dataclass
class Mouth:
    """What the server answers to each recipient and each letter, in turn; then it takes everything."""

    recipients: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    taken: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipients.pop(0) if self.recipients else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.letters.pop(0) if self.letters else "250 OK"
        if answer.startswith("drop"):
            if answer == "drop after taking":
                self.taken.append(envelope)
            server.transport.abort()
            return ""
        if answer.startswith("250"):
            self.taken.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return answer

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(each.content, policy=policy.default) for each in self.taken]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _serve(mouth: Mouth, **options: Any) -> Controller:
    controller = Controller(mouth, hostname="127.0.0.1", port=_free_port(), **options)
    controller.start()
    return controller


@pytest.fixture
def mouth(settings: Any) -> Iterator[Mouth]:
    """A server on this machine, named in the settings."""
    told = Mouth()
    controller = _serve(told)
    settings.REGARD_SMTP_HOST, settings.REGARD_SMTP_PORT = "127.0.0.1", controller.port
    settings.REGARD_SMTP_TLS, settings.REGARD_MAIL_FROM = "none", "Our shop <shop@example.org>"
    yield told
    controller.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody else trusts, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.fixture
def secured_mouth(settings: Any, certificate: tuple[Path, Path]) -> Iterator[Mouth]:
    """A server that takes mail only over TLS and from who signs in."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    told = Mouth()

    def signed_in(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = (data.login, data.password) == (b"regard", b"secret")
        return AuthResult(success=right, handled=False)

    controller = _serve(
        told, tls_context=context, require_starttls=True, authenticator=signed_in, auth_required=True
    )
    settings.REGARD_SMTP_HOST, settings.REGARD_SMTP_PORT = "127.0.0.1", controller.port
    settings.REGARD_SMTP_TLS, settings.REGARD_MAIL_FROM = "starttls", "Our shop <shop@example.org>"
    settings.REGARD_SMTP_USER, settings.REGARD_SMTP_PASSWORD = "regard", "secret"
    yield told
    controller.stop()


@pytest.fixture
def write(db: None) -> Callable[..., Letter]:
    """Queue a letter; what is not named is of no account."""

    def queue(**more: Any) -> Letter:
        plain = {"to": "eva@example.org", "subject": "How was it?", "text": "Tell us.", "about": "survey:nps",
                 "reference": "1"}  # fmt: skip
        return queue_letter(**plain | more)

    return queue
