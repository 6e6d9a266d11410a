"""A Dovecot of a test's own: an IMAP server on this machine with one mailbox, a Maildir."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFIGURATION = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
ssl = no
disable_plaintext_auth = no
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail
mail_uid = {mail_uid}
mail_gid = {mail_gid}
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={folder}
}}
"""


@dataclass(frozen=True)
class Mailbox:
    """Where it listens, and the Maildir behind it."""

    url: str
    maildir: Path


@contextmanager
def serve_mailbox(folder: Path) -> Iterator[Mailbox]:
    """Start Dovecot with everything below `folder`; skips where there is none, which CI does not allow."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have dovecot-imapd")
        pytest.skip("no Dovecot on this machine")
    is_root = os.geteuid() == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user, group = ("dovecot", "dovecot") if is_root else (getpass.getuser(), getpass.getuser())
    mail_uid = 8 if is_root else os.geteuid()  # Dovecot serves no mail as root
    mail_gid = 8 if is_root else os.getegid()
    for name in ("cur", "new", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
    if is_root:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, mail_uid, mail_gid)
    configuration = folder / "dovecot.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder, port=port, user=user, group=group, mail_uid=mail_uid, mail_gid=mail_gid
        )
    )
    process = subprocess.Popen([program, "-F", "-c", str(configuration)], stderr=subprocess.PIPE)
    try:
        _await(port, process, folder / "log")
        yield Mailbox(f"imap://bounces:secret@127.0.0.1:{port}/INBOX", folder / "mail")
    finally:
        process.terminate()
        process.wait(timeout=20)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            said = process.stderr.read().decode() if process.stderr else ""
            pytest.fail(f"Dovecot did not start: {said} {log.read_text() if log.exists() else ''}")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("Dovecot does not listen")
