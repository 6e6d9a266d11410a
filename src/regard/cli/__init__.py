"""The command line. Each module holds a few commands; rooms are imported inside the commands,
so that `regard --help` loads nothing it does not show."""

import os
import sys
from pathlib import Path


def start(home: Path | None = None, *, must_exist: bool = True) -> None:
    """Make Django ready for the installation in `home` (default: REGARD_HOME)."""
    from regard.errors import InputError
    from regard.project.configuration import home_folder

    if home is not None:
        os.environ["REGARD_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
    folder = home_folder()
    if must_exist and not (folder / "secret.key").exists():
        raise InputError(f"There is no Regard in {folder} yet.", hint="Make one with `regard init`.")
    import django

    django.setup()


def actor() -> str:
    """Who runs the command, as records name it."""
    import getpass

    return f"cli:{getpass.getuser()}"


def main() -> None:
    """Run one command. What a person did wrong is one line on standard error and exit code 2."""
    from regard.cli.app import app
    from regard.errors import RegardError

    try:
        app()
    except RegardError as error:
        print(f"regard: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # the reader of our output has gone, as in `regard events | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
