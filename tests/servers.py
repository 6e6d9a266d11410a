"""Servers on this machine that answer what a test says, each on a port of its own; `serve` starts one."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


@pytest.fixture
def serve(settings: Any) -> Iterator[Callable[..., Server]]:
    """Start a server on this machine that Regard may reach."""
    running = []

    def start(answer: Callable[[dict[str, Any]], Reply], *, allowed: bool = True) -> Server:
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
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        running.append((listener, thread))
        host = f"127.0.0.1:{listener.server_port}"
        server = Server(f"http://{host}", answer)
        if allowed:
            settings.REGARD_PRIVATE_HOSTS = [*settings.REGARD_PRIVATE_HOSTS, host]
        return server

    yield start
    for listener, thread in running:
        listener.shutdown()
        listener.server_close()
        thread.join(5)
