"""Where bounces lie: a Maildir or an IMAP mailbox. What was dealt with is marked as seen and left there."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from regard.errors import SettingError, StoreError
from regard.mail.transport import tls_context

MOST_A_RUN = 500
LONGEST = 1024 * 1024  # bytes of a message that are looked at
TIMEOUT = 30.0


def maildir_messages(folder: Path) -> Iterator[bytes]:
    """New messages of a Maildir; each is marked as seen once the next is asked for."""
    if not (folder / "new").is_dir():
        raise SettingError(f"{folder} is no Maildir.", hint="It must hold the folders new, cur and tmp.")
    for path in sorted((folder / "new").iterdir())[:MOST_A_RUN]:
        with path.open("rb") as file:
            content = file.read(LONGEST)
        yield content
        path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,S")


def imap_messages(url: str) -> Iterator[bytes]:
    """Unseen messages of a mailbox (`imaps://user:password@host:port/INBOX`); each is marked as seen afterwards."""
    with _open(url) as box:
        _, found = box.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split()[:MOST_A_RUN]:
            _, fetched = box.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{LONGEST}>)")
            content = next((part[1] for part in fetched if isinstance(part, tuple)), None)
            if isinstance(content, bytes):
                yield content
            box.uid("STORE", uid.decode(), "+FLAGS", r"(\Seen)")


@contextmanager
def _open(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    host, secured = parts.hostname or "", parts.scheme == "imaps"
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    try:
        box: imaplib.IMAP4 = (
            imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=tls_context(), timeout=TIMEOUT)
            if secured
            else imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT)
        )
        with box:
            if not secured and "STARTTLS" in box.capabilities:
                box.starttls(tls_context())
            box.login(unquote(parts.username or ""), unquote(parts.password or ""))
            status, _ = box.select(f'"{folder}"')
            if status != "OK":
                raise SettingError(f"The bounce mailbox has no folder {folder}.")
            yield box
    except (imaplib.IMAP4.error, OSError) as error:
        raise StoreError(f"The bounce mailbox at {host} cannot be read: {error}.") from error
