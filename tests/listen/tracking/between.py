"""A way to the server on which things go wrong: refusals that the server did not make, answers that get lost."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LOST = "lost"  # the server answered, and nobody heard it


@dataclass
class Between:
    """What goes wrong next, and what came by: headers and body of each request."""

    address: str
    wrong: list[int | str] = field(default_factory=list)
    requests: list[tuple[Message, bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)  # of the server's own answers


@contextmanager
def stumbling(address: str, *wrong: int | str) -> Iterator[Between]:
    """Stand before a server; the first requests meet what is said to go wrong, one each."""
    there = urlsplit(address).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            between.requests.append((self.headers, body))
            next_wrong = between.wrong.pop(0) if between.wrong else None
            if isinstance(next_wrong, int):
                self.answer(next_wrong, b'{"code": "busy", "message": "Later."}')
                return
            status, said = self.forward(body)
            between.statuses.append(status)
            if next_wrong == LOST:
                self.answer(502, b"")
            else:
                self.answer(status, said)

        def forward(self, body: bytes) -> tuple[int, bytes]:
            connection = http.client.HTTPConnection(there, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            connection.request("POST", self.path, body=body, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
            connection.close()
            return answer.status, said

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status in (429, 503):
                self.send_header("Retry-After", "1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Tests say what matters."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as here:
        between = Between(f"http://127.0.0.1:{here.server_address[1]}", list(wrong))
        thread = threading.Thread(target=here.serve_forever, daemon=True)
        thread.start()
        try:
            yield between
        finally:
            here.shutdown()
            thread.join()
