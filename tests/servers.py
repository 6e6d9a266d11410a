"""Servers on this machine that answer what a test says, each on a port of its own; `serve` starts one.

`authority` is a certificate authority that nobody trusts by itself, for servers that speak HTTPS.
"""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Server:
    """A server whose answers the test says; it remembers what it was asked."""

    address: str
    answer: Callable[[Any], Reply]
    asked: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Authority:
    """A certificate authority of a test's own: its certificate and its key, and what it signed beside them."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "authority.pem"

    def certify(self, name: str) -> ssl.SSLContext:
        """What a server of that name shows."""
        chain, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        _openssl("-CA", self.file, "-CAkey", self.folder / "authority.key", "-subj", f"/CN={name}",
                 "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", chain)  # fmt: skip
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(chain, key)
        return context


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine")
    made = Authority(tmp_path)
    _openssl("-subj", "/CN=Our own authority", "-addext", "keyUsage=critical,keyCertSign",
             "-keyout", tmp_path / "authority.key", "-out", made.file)  # fmt: skip
    return made


def _openssl(*more: str | Path) -> None:
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    subprocess.run(["openssl", "req", "-x509", *new_key, *more], check=True, capture_output=True)


@pytest.fixture
def serve(settings: Any) -> Iterator[Callable[..., Server]]:
    """Start a server on this machine that Regard may reach."""
    running = []

    def start(
        answer: Callable[[dict[str, Any]], Reply], *, allowed: bool = True, tls: ssl.SSLContext | None = None
    ) -> Server:
        class Handler(BaseHTTPRequestHandler):
            def _handle(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                asked = {"method": self.command, "path": self.path, "headers": {k.lower(): v for k, v in
                         self.headers.items()}, "body": self.rfile.read(length)}  # fmt: skip
                server.asked.append(asked)
                reply = server.answer(asked)
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = _handle

            def log_message(self, *_: object) -> None:
                pass

        listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            listener.socket = tls.wrap_socket(
                listener.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        running.append((listener, thread))
        host = f"127.0.0.1:{listener.server_port}"
        server = Server(f"{'https' if tls else 'http'}://{host}", answer)
        if allowed:
            settings.REGARD_PRIVATE_HOSTS = [*settings.REGARD_PRIVATE_HOSTS, host]
        return server

    yield start
    for listener, thread in running:
        listener.shutdown()
        listener.server_close()
        thread.join(5)
