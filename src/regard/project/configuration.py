"""The settings a company may change, declared once, read once.

Each comes from the environment (`REGARD_<NAME>`) or, failing that, from `regard.toml` in the home folder.
A value that cannot be used is refused at start with a sentence (`SettingError`).
"""

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regard.errors import SettingError

SECRET = ("DATABASE_URL", "S3_SECRET")  # never shown
DEFAULT_HOME = "~/.regard"
CONFIGURATION_FILE = "regard.toml"


@dataclass(frozen=True)
class Setting:
    """One setting. `read` turns the written value into the used one and raises ValueError with a reason."""

    name: str
    kind: str
    default: str
    help: str
    read: Callable[[str], Any]


def _text(value: str) -> str:
    return value


def _flag(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("say yes or no")


def _positive(value: str) -> int:
    if not value.isdigit() or int(value) < 1:
        raise ValueError("say a whole number above 0")
    return int(value)


def _names(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("say a time zone such as Europe/Berlin") from error
    return value


def _region(value: str) -> str:
    if len(value) != 2 or not value.isalpha():
        raise ValueError("say a country as two letters, such as DE")
    return value.upper()


def _currency(value: str) -> str:
    if len(value) != 3 or not value.isalpha():
        raise ValueError("say a currency as three letters, such as EUR")
    return value.upper()


def _database(value: str) -> str:
    if value and not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("say postgresql://user:password@host:port/name, or leave it empty for SQLite")
    return value


def _public_address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
        raise ValueError("say https://feedback.example.org, or leave it empty")
    return value.rstrip("/")


def _certificates(value: str) -> str:
    import ssl

    try:
        ssl.create_default_context(cafile=value or None)
    except OSError as error:  # an SSLError is one
        raise ValueError("say a file of certificates (PEM) that can be read, or leave it empty") from error
    return value


def _tls(value: str) -> str:
    if value.lower() not in {"starttls", "tls", "none"}:
        raise ValueError("say starttls, tls or none")
    return value.lower()


def _senders(value: str) -> dict[str, str]:
    """`de=Laden <laden@example.org>; fr=Boutique <boutique@example.org>` by language."""
    pairs = [part.partition("=") for part in value.split(";") if part.strip()]
    if any(not language.strip() or "@" not in address for language, _, address in pairs):
        raise ValueError("say de=Name <address>; fr=Name <address>")
    return {language.strip().lower(): address.strip() for language, _, address in pairs}


def _imap(value: str) -> str:
    if value and not re.fullmatch(r"imaps?://[^\s/@]+@[^\s/@]+(/\S*)?", value):
        raise ValueError("say imaps://user:password@host/INBOX, or leave it empty")
    return value


def _endpoint(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError("say https://host:port, or leave it empty for Amazon")
    return value.rstrip("/")


SETTINGS: tuple[Setting, ...] = (
    Setting("COMPANY", "text", "Our company", "The company's name, as pages and reports show it.", _text),
    Setting(
        "TIMEZONE", "zone", "Europe/Berlin", "Times without a zone are read and shown in this one.", _zone
    ),
    Setting(
        "REGION", "country", "DE", "Phone numbers without a country code belong to this country.", _region
    ),
    Setting("CURRENCY", "currency", "EUR", "Amounts without a currency are in this one.", _currency),
    Setting(
        "DATABASE_URL",
        "url",
        "",
        "PostgreSQL for what people do; empty means SQLite in the home folder.",
        _database,
    ),
    Setting(
        "LAKE",
        "path or url",
        "",
        "Where the lake lies (folder, or s3://bucket/prefix); empty means `lake` in the home folder.",
        _text,
    ),
    Setting(
        "S3_ENDPOINT",
        "url",
        "",
        "Who keeps an s3:// lake, if it is not Amazon: https://host:port; empty means AWS_ENDPOINT_URL or Amazon.",
        _endpoint,
    ),
    Setting("S3_REGION", "text", "", "Region of an s3:// lake; empty means AWS_REGION.", _text),
    Setting("S3_KEY_ID", "text", "", "Access key of an s3:// lake; empty means AWS_ACCESS_KEY_ID.", _text),
    Setting("S3_SECRET", "secret", "", "Its secret; empty means AWS_SECRET_ACCESS_KEY.", _text),
    Setting(
        "HOSTS",
        "list",
        "localhost,127.0.0.1,[::1]",
        "Host names under which the pages may be asked for.",
        _names,
    ),
    Setting("BIND", "address", "127.0.0.1:8321", "Where `regard serve` listens.", _text),
    Setting(
        "HTTPS", "flag", "no", "Pages are reached over HTTPS (cookies are then sent over it only).", _flag
    ),
    Setting("DEBUG", "flag", "no", "Show tracebacks in the browser. Never where customers' data lie.", _flag),
    Setting("UPLOAD_LIMIT_MB", "number", "2048", "Largest file a person may upload.", _positive),
    Setting("UNPACKED_LIMIT_MB", "number", "20480", "Largest size a packed file may unpack to.", _positive),
    Setting(
        "INBOX_LIMIT",
        "number",
        "5000000",
        "Events of tracking that may wait to be stored; more are refused (429) until it has caught up.",
        _positive,
    ),
    Setting(
        "API_KEY_LIMIT",
        "number",
        "1200",
        "Requests a minute that one API key may make; more are refused (429).",
        _positive,
    ),
    Setting(
        "API_ADDRESS_LIMIT",
        "number",
        "3000",
        "Requests a minute that the API takes from one address. Behind a proxy all share the proxy's.",
        _positive,
    ),
    Setting(
        "TRACKING_KEY_LIMIT",
        "number",
        "120000",
        "Requests a minute, each up to 2,500 events, that one write key may send; more are refused (429).",
        _positive,
    ),
    Setting(
        "MEMORY_LIMIT_MB",
        "number",
        "4096",
        "Memory a query of the lake may use before it spills to disk.",
        _positive,
    ),
    Setting(
        "PRIVATE_HOSTS",
        "list",
        "",
        "Hosts of private networks (`name` or `name:port`) that sources and webhooks may reach all the same.",
        _names,
    ),
    Setting(
        "EXTRA_CA",
        "file",
        "",
        "Certificates to trust at sources and webhooks, beside the system's: those of your own authority.",
        _certificates,
    ),
    Setting(
        "PUBLIC_URL",
        "url",
        "",
        "Where customers reach the public pages; links in letters begin with it.",
        _public_address,
    ),
    Setting("SMTP_HOST", "host", "", "The server that takes our mail; empty means that none is sent.", _text),
    Setting("SMTP_PORT", "number", "587", "The port of that server.", _positive),
    Setting("SMTP_USER", "text", "", "The name to sign in with there; empty means without.", _text),
    Setting("SMTP_PASSWORD", "secret", "", "The password to sign in with there.", _text),
    Setting("SMTP_TLS", "word", "starttls", "How the connection is secured: starttls, tls or none.", _tls),
    Setting(
        "SMTP_CA",
        "file",
        "",
        "Certificates to trust there and at the bounce mailbox, beside the system's.",
        _certificates,
    ),
    Setting("MAIL_FROM", "sender", "", "Whom letters are from: `Our shop <shop@example.org>`.", _text),
    Setting(
        "MAIL_FROM_BY_LANGUAGE",
        "list",
        "",
        "Other senders, as `de=Laden <laden@example.org>; fr=…`.",
        _senders,
    ),
    Setting(
        "BOUNCE_ADDRESS",
        "address",
        "",
        "Where undeliverable letters go back to; `bounces+{}@example.org` tells them apart by address.",
        _text,
    ),
    Setting("BOUNCE_MAILDIR", "folder", "", "Bounces are read from this Maildir.", _text),
    Setting("BOUNCE_IMAP", "secret", "", "Or from this mailbox: `imaps://user:password@host/INBOX`.", _imap),
)


@dataclass(frozen=True)
class Configuration:
    """The values in force, and the home folder they were read for."""

    home: Path
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def shown(self, setting: Setting) -> str:
        """A value as people may see it, written as it would be set; what holds a password is not shown."""
        value = self.values[setting.name]
        if setting.name in SECRET or setting.kind == "secret":
            return "(set)" if value else ""
        if isinstance(value, dict):
            return "; ".join(f"{key}={each}" for key, each in value.items())
        if isinstance(value, bool):
            return "yes" if value else "no"
        return ",".join(value) if isinstance(value, list) else str(value)


def home_folder(environ: dict[str, str] | None = None) -> Path:
    """The folder that holds everything of one installation (`REGARD_HOME`)."""
    source = os.environ if environ is None else environ
    return Path(source.get("REGARD_HOME") or DEFAULT_HOME).expanduser().resolve()


def read_configuration(environ: dict[str, str] | None = None) -> Configuration:
    """Read every setting, or raise SettingError naming the first that cannot be used."""
    source = dict(os.environ) if environ is None else environ
    home = home_folder(source)
    written = _read_file(home / CONFIGURATION_FILE)
    known = {setting.name.lower() for setting in SETTINGS}
    for name in written:
        if name not in known:
            raise SettingError(f"{CONFIGURATION_FILE} has no setting `{name}`.", hint="See docs/settings.md.")
    values = {}
    for setting in SETTINGS:
        raw = source.get(f"REGARD_{setting.name}", str(written.get(setting.name.lower(), setting.default)))
        try:
            values[setting.name] = setting.read(raw)
        except ValueError as error:
            said = "set" if setting.kind == "secret" else f"`{raw}`"
            raise SettingError(f"REGARD_{setting.name} is {said}: {error}.") from error
    return Configuration(home, values)


def _read_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path} cannot be read: {error}.") from error


def settings_page() -> str:
    """docs/settings.md, generated by `make docs`."""
    lines = [
        "# Settings",
        "",
        "Each can be set in the environment (as written here) or in `regard.toml` in the home folder",
        "(without `REGARD_`, in small letters). The environment wins.",
        "`regard doctor` prints the values in force.",
        "This page is generated from the code by `make docs`.",
        "",
        "| setting | kind | default | meaning |",
        "|---|---|---|---|",
        f"| `REGARD_HOME` | folder | `{DEFAULT_HOME}` | Everything of one installation lies here. |",
    ]
    lines += [
        f"| `REGARD_{setting.name}` | {setting.kind} | "
        f"{f'`{setting.default}`' if setting.default else 'empty'} | {setting.help} |"
        for setting in SETTINGS
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(settings_page(), end="")
