"""Send to the tracking API as a client does, without a server."""

import base64
import io
import json
from typing import Any

from regard.api.tracking import Answer, answer_request


def post(
    path: str, body: Any, *, key: str = "", origin: str = "", headers: dict[str, str] | None = None
) -> Answer:
    """POST a body (bytes as they are, else as JSON) with a write key as Basic user."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.input": io.BytesIO(raw),
        "HTTP_HOST": "regard.example",
        **(headers or {}),
    }
    if key:
        environ["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    if origin:
        environ["HTTP_ORIGIN"] = origin
    return answer_request(environ)


def said(answer: Answer) -> Any:
    return json.loads(answer.body)
