"""The tracking API for servers that speak ASGI: the same answers, made in threads."""

import io
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from asgiref.sync import sync_to_async

from regard.api.tracking import PREFIX, Answer, Environ, answer_request
from regard.listen.tracking.calls import LARGEST_BODY

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def track_first(otherwise: Application) -> Application:
    """An application that answers /v1/ itself and leaves everything else to another."""

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            return await otherwise(scope, receive, send)
        body = await _read(receive)
        if body is None:
            return None  # the client has gone
        answer = await sync_to_async(answer_request, thread_sensitive=False)(_environ(scope, body))
        await _send(send, answer)
        return None

    return application


async def _read(receive: Receive) -> bytes | None:
    """The body, and of one that is too large no more than shows that it is."""
    body = bytearray()
    while len(body) <= LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body)


def _environ(scope: Message, body: bytes) -> Environ:
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": scope["path"],
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        environ[key if key == "CONTENT_LENGTH" else f"HTTP_{key}"] = value.decode("latin-1")
    return environ


async def _send(send: Send, answer: Answer) -> None:
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(answer.body))),
        *answer.headers,
    ]
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})
