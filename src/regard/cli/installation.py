"""`regard init`: make an installation."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption

FOLDERS = ("sources", "files", "lake", "spill")
FIRST_FILE = """# Settings of this installation. `regard doctor` lists all of them with their meaning.
# company = "Our company"
# timezone = "Europe/Berlin"
# region = "DE"
# currency = "EUR"
"""


@dataclass(frozen=True)
class Login:
    """The first administrator's sign-in; the password is shown once and kept as a hash only."""

    name: str
    password: str


def make_installation(home: Path | None, *, administrator: str = "admin") -> Login | None:
    """Make or update the home folder, the stores and the first administrator (None if there is one)."""
    start(home, must_exist=False)
    from django.conf import settings
    from django.core.management import call_command

    for folder in FOLDERS:
        (settings.REGARD_HOME / folder).mkdir(parents=True, exist_ok=True)
    configuration = settings.REGARD_HOME / "regard.toml"
    if not configuration.exists():
        configuration.write_text(FIRST_FILE, encoding="utf-8")
    call_command("migrate", verbosity=0, interactive=False)

    from regard.access.actions import make_user
    from regard.access.models import Role, User
    from regard.know.actions import notice_new_database
    from regard.project.chart_script import bundle_chart_script

    bundle_chart_script()
    notice_new_database(actor=actor())
    if User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
        return None
    login = Login(administrator, secrets.token_urlsafe(9))
    make_user(login.name, role=Role.ADMINISTRATOR, password=login.password, actor=actor())
    return login


def init(
    home: HomeOption = None,
    administrator: Annotated[str, typer.Option(help="Name of the first administrator.")] = "admin",
) -> None:
    """Make an installation: folder, stores, secret and a first administrator."""
    login = make_installation(home, administrator=administrator)
    from django.conf import settings

    print(f"Regard lives in {settings.REGARD_HOME}")
    if login is not None:
        print(
            f"Sign in as {login.name} with password {login.password} (shown once; change it after signing in)"
        )
    print("Next: `regard import FILE...`, then `regard compute` and `regard serve`")
