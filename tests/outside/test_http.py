"""Who may be asked, for how long, for how much: whatever an address, a name server or a redirect says."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from regard.errors import InputError, UnreachableError
from regard.outside.addresses import is_public, read_target
from regard.outside.http import ask
from tests.servers import Reply, Server

PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1",  # noqa: S104
           "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "240.0.0.1"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_a_public_address_is(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://x/", "ftp://x/", "http://", "//x", "http://a:b@example.org/", "http://x:99999/",
     "http://example.org/a b", "http://example.org/\r\nX: y", "http://[::1", "javascript:alert(1)", ""],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        read_target(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "127.1", "0x7f000001", "2130706433", "0"]
)
def test_this_machine_is_not_asked_however_it_is_written(serve: Callable[..., Server], host: str) -> None:
    server = serve(lambda asked: Reply(b"secret"), allowed=False)
    port = server.address.rpartition(":")[2]
    with pytest.raises((InputError, UnreachableError)):
        ask(f"http://{host}:{port}/")
    assert server.asked == []


def test_a_named_private_host_is_asked(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply(b"hello"))
    assert ask(f"{server.address}/x?y=1").body == b"hello"
    assert server.asked[0]["path"] == "/x?y=1"


def test_a_redirect_to_a_private_address_is_refused(serve: Callable[..., Server]) -> None:
    inner = serve(lambda asked: Reply(b"secret"), allowed=False)
    outer = serve(lambda asked: Reply(status=302, headers={"Location": f"{inner.address}/admin"}))
    with pytest.raises(InputError, match="private network"):
        ask(outer.address)
    assert inner.asked == []


def test_a_redirect_takes_no_token_to_another_origin(serve: Callable[..., Server]) -> None:
    other = serve(lambda asked: Reply(b"hello"))
    first = serve(lambda asked: Reply(status=301, headers={"Location": other.address}))
    assert ask(first.address, headers={"Authorization": "Bearer t"}).body == b"hello"
    assert first.asked[0]["headers"]["authorization"] == "Bearer t"
    assert "authorization" not in other.asked[0]["headers"]


def test_redirects_in_a_circle_end(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply(status=302, headers={"Location": "/again"}))
    with pytest.raises(UnreachableError, match="more than 3 times"):
        ask(server.address)
    assert len(server.asked) == 4


def test_a_post_is_not_redirected(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply(status=307, headers={"Location": "/again"}))
    assert ask(server.address, method="POST", body=b"x").status == 307
    assert len(server.asked) == 1


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda asked: Reply(b"secret"), allowed=False)
    port = int(server.address.rpartition(":")[2])
    answers = ["203.0.114.7", "127.0.0.1"]  # a public address first, then this machine
    connected: list[Any] = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    def connect(address: Any, **_: Any) -> socket.socket:
        connected.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(UnreachableError):
        ask(f"http://rebinding.example:{port}/")
    assert connected == [("203.0.114.7", port)]
    assert server.asked == []


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(InputError, match="private"):
        ask("http://mixed.example/")


def test_an_answer_that_trickles_is_hung_up_on(settings: Any) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings.REGARD_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]

    def trickle() -> None:
        line, _ = listener.accept()
        try:
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            for number in range(100):
                line.sendall(b"X-%d: y\r\n" % number)
                time.sleep(0.05)
        except OSError:
            line.close()

    thread = threading.Thread(target=trickle)
    thread.start()
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        ask(f"http://127.0.0.1:{port}/", seconds=0.4)
    assert time.monotonic() - began < 2
    thread.join()
    listener.close()


@pytest.mark.parametrize("body", [b"not gzip at all", b"\x1f\x8b\x08" + b"\xff" * 50])
def test_what_is_not_packed_as_it_says_is_no_answer(serve: Callable[..., Server], body: bytes) -> None:
    server = serve(lambda asked: Reply(body, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(UnreachableError, match="no usable answer"):
        ask(server.address)
