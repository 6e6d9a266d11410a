"""A machine asked over HTTPS proves who it is, for the name that was asked for, at the address that was examined."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from regard.errors import InputError, SettingError, UnreachableError
from regard.listen.sources.actions import add_source, fetch_source
from regard.outside.http import ask
from regard.project.configuration import read_configuration
from tests.servers import Authority, Reply, Server

PUBLIC = "203.0.114.7"


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Names of these tests lead to this machine."""

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    settings.REGARD_PRIVATE_HOSTS = ["feed.example", "other.example"]


def address(server: Server, name: str = "feed.example") -> str:
    return f"{server.address.replace('127.0.0.1', name)}/feed"


def test_an_authority_of_ones_own_is_trusted_once_it_is_named(
    serve: Callable[..., Server], authority: Authority, settings: Any
) -> None:
    server = serve(lambda asked: Reply(b"hello"), tls=authority.certify("feed.example"))
    with pytest.raises(UnreachableError, match=r"does not prove that it is feed\.example") as refused:
        ask(address(server))
    assert "REGARD_EXTRA_CA" in refused.value.hint
    assert server.asked == []
    settings.REGARD_EXTRA_CA = str(authority.file)
    assert ask(address(server)).body == b"hello"


def test_the_certificate_of_another_name_is_refused(
    serve: Callable[..., Server], authority: Authority, settings: Any
) -> None:
    settings.REGARD_EXTRA_CA = str(authority.file)
    server = serve(lambda asked: Reply(b"secret"), tls=authority.certify("other.example"))
    with pytest.raises(UnreachableError, match=r"not valid for 'feed\.example'"):
        ask(address(server))
    assert server.asked == []


def test_what_does_not_speak_tls_is_no_answer(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply(b"hello"))
    with pytest.raises(UnreachableError, match="no usable answer"):
        ask(address(server).replace("http:", "https:"))


def test_a_redirect_never_leaves_encryption_nor_enters_a_private_network(
    serve: Callable[..., Server], authority: Authority, settings: Any
) -> None:
    settings.REGARD_EXTRA_CA = str(authority.file)
    plain = serve(lambda asked: Reply(b"hello"))
    inner = serve(lambda asked: Reply(b"secret"), allowed=False, tls=authority.certify("inner.example"))
    goal = address(plain, "other.example")
    outer = serve(
        lambda asked: Reply(status=302, headers={"Location": goal}), tls=authority.certify("feed.example")
    )
    with pytest.raises(InputError, match="without encryption"):
        ask(address(outer))
    goal = address(inner, "inner.example")
    with pytest.raises(InputError, match="private network"):
        ask(address(outer))
    assert plain.asked == inner.asked == []


def test_the_examined_address_is_connected_to_and_the_name_is_proven(
    serve: Callable[..., Server], authority: Authority, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda asked: Reply(b"hello"), tls=authority.certify("rebinding.example"))
    port = int(server.address.rpartition(":")[2])
    settings.REGARD_EXTRA_CA, settings.REGARD_PRIVATE_HOSTS = str(authority.file), []
    answers = [PUBLIC, "127.0.0.1"]  # a public address first, then this machine
    connected: list[Any] = []

    def resolve(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    def connect(to: tuple[str, int], **_: Any) -> socket.socket:
        connected.append(to)
        line = socket.socket()
        line.connect(("127.0.0.1", port))  # the network leads there
        return line

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert ask(f"https://rebinding.example:{port}/").body == b"hello"
    assert connected == [(PUBLIC, port)]
    assert answers == ["127.0.0.1"]
    assert server.asked[0]["headers"]["host"] == f"rebinding.example:{port}"


@pytest.mark.django_db
def test_a_feed_is_read_over_https_and_says_on_its_page_why_not(
    serve: Callable[..., Server], authority: Authority, settings: Any
) -> None:
    feed = b"<rss version='2.0'><channel><item><guid>1</guid><title>Late again</title></item></channel></rss>"
    server = serve(lambda asked: Reply(feed), tls=authority.certify("feed.example"))
    row = add_source("rss", "forum", settings={"url": address(server)}, actor="ada")
    fetch_source(row.pk, now=timezone.now())
    row.refresh_from_db()
    assert "does not prove that it is feed.example" in row.last_error
    settings.REGARD_EXTRA_CA = str(authority.file)
    fetch_source(row.pk, now=row.next_fetch_at)
    row.refresh_from_db()
    assert (row.items, row.last_error) == (1, "")


def test_a_file_that_holds_no_certificates_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for file in ("missing.pem", "empty.pem"):
        with pytest.raises(SettingError, match="certificates"):
            read_configuration({"REGARD_HOME": str(tmp_path), "REGARD_EXTRA_CA": str(tmp_path / file)})
