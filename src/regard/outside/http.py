"""Ask another machine over HTTP: only where we may, for so long, for so much, and never further than agreed."""

import http.client
import socket
import ssl
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings

from regard.errors import InputError, UnreachableError
from regard.outside.addresses import Target, addresses_of, read_target
from regard.outside.trust import trusting

SECONDS = 20.0  # for one request with all its redirects' connections
LIMIT = 5 * 1024 * 1024  # bytes of an answer, unpacked
BLOCK = 64 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 3
AGENT = "Regard"
SECRET_HEADERS = {"authorization", "cookie"}


@dataclass(frozen=True)
class Answer:
    """What came back; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def ask(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limit: int = LIMIT,
    seconds: float = SECONDS,
) -> Answer:
    """One request; GET follows a few redirects, each examined anew and without our secrets on another origin.

    InputError for an address that may not be asked, UnreachableError where no usable answer came.
    """
    sent = {"user-agent": AGENT, "accept-encoding": "gzip", **(headers or {})}
    target = read_target(url)
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask_once(target, url, method, sent, body, limit, seconds)
        place = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or method != "GET" or not place:
            return answer
        url = urljoin(url, place)
        before, target = target, read_target(url)
        if before.scheme == "https" and target.scheme == "http":
            raise InputError(f"`{before.host}` sends us on without encryption.")
        if before.origin != target.origin:
            sent = {name: value for name, value in sent.items() if name.lower() not in SECRET_HEADERS}
    raise UnreachableError(f"`{target.host}` sends us on more than {MOST_REDIRECTS} times.")


def _ask_once(
    target: Target, url: str, method: str, headers: Mapping[str, str], body: bytes | None,
    limit: int, seconds: float,
) -> Answer:  # fmt: skip
    line = _connect(target, seconds)
    if target.scheme == "https":
        # connected to the address that was examined, and proven for the name that was asked for
        tls = trusting(settings.REGARD_EXTRA_CA)
        line = tls.wrap_socket(line, server_hostname=target.host, do_handshake_on_connect=False)
    # a peer that sends a byte now and then keeps every single wait short: the clock ends the whole
    late = threading.Event()
    clock = threading.Timer(seconds, _hang_up, [line, late])
    clock.daemon = True
    clock.start()
    connection = http.client.HTTPConnection(target.host, target.port)
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        connection.sock = line
        connection.request(method, target.path, body, {"host": target.host_header, **headers})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        content = _read(response, found.get("content-encoding", ""), limit)
        if late.is_set():  # what was cut off looks like an end
            raise TimeoutError(f"it took longer than {seconds:g} seconds")
        return Answer(response.status, found, content, url)
    except ssl.SSLCertVerificationError as error:
        raise UnreachableError(
            f"`{target.host}` does not prove that it is {target.host}: {error.verify_message.rstrip('.')}.",
            hint="If its certificate is your own authority's, name that authority's file in REGARD_EXTRA_CA.",
        ) from error
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        why = f"{error}" or type(error).__name__
        raise UnreachableError(f"`{target.host}` gave no usable answer: {why[:200]}.") from error
    finally:
        clock.cancel()
        connection.close()
        line.close()


def _connect(target: Target, seconds: float) -> socket.socket:
    reason: OSError | None = None
    for address in addresses_of(target):
        try:
            return socket.create_connection((address, target.port), timeout=seconds)
        except OSError as error:
            reason = error
    raise UnreachableError(f"`{target.host}` cannot be reached: {reason}.") from reason


def _hang_up(line: socket.socket, late: threading.Event) -> None:
    late.set()
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it had hung up already


def _read(response: http.client.HTTPResponse, packed: str, limit: int) -> bytes:
    unpack = zlib.decompressobj(wbits=31) if packed.lower() in {"gzip", "x-gzip"} else None
    content = bytearray()
    while block := response.read(BLOCK):
        while block:
            content += unpack.decompress(block, limit + 1 - len(content)) if unpack else block
            if len(content) > limit:
                raise UnreachableError(f"The answer is larger than {limit // 1024:,} KB.")
            block = unpack.unconsumed_tail if unpack else b""
    if response.length:
        raise http.client.IncompleteRead(bytes(content), response.length)
    return bytes(content)
