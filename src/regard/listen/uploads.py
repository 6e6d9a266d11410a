"""Files handed in through the pages or the API: checked and kept in the home."""

import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from regard.errors import InputError

SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,59}")
UNSAFE = re.compile(r"[^\w.() -]+")


def check_source(name: str) -> str:
    """A source's name as files and keys can carry it."""
    name = name.strip().lower()
    if not name:
        raise InputError(
            "The source has no name.", hint="Say where the file comes from: shop, crm, support-mail."
        )
    if not SOURCE.fullmatch(name):
        raise InputError(
            f"“{name[:60]}” cannot be the name of a source.",
            hint="Use small letters, digits, - and _, beginning with a letter: shop, crm, support-mail.",
        )
    return name


def keep_upload(chunks: Iterable[bytes], *, name: str, size: int) -> Path:
    """Write an upload of `size` bytes into the home under a name of its own, or refuse it."""
    limit = settings.REGARD_UPLOAD_LIMIT
    if not size:
        raise InputError("The file is empty.", hint="Choose a file with at least one row.")
    if size > limit:
        raise InputError(
            f"The file is larger than {limit // 1024**2:,} MB.",
            hint="Import it on the command line (regard import FILE), or raise REGARD_UPLOAD_LIMIT_MB.",
        )
    safe = UNSAFE.sub("_", Path(name).name).lstrip(".")[-120:] or "file"
    folder = Path(settings.REGARD_HOME) / "files" / secrets.token_hex(8)
    folder.mkdir(parents=True)
    path = folder / safe
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
    return path
