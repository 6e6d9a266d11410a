"""The command line. Each module holds a few commands; rooms are imported inside the commands,
so that `regard --help` loads nothing it does not show."""

import os
import sys
from pathlib import Path

WRONG_USE = 2


def start(home: Path | None = None, *, must_exist: bool = True) -> None:
    """Make Django ready for the installation in `home` (default: REGARD_HOME)."""
    from regard.errors import InputError
    from regard.project.configuration import home_folder

    if home is not None:
        os.environ["REGARD_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
    # small matrices by the thousand: threads that wait for each other cost more than they save
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    folder = home_folder()
    if must_exist and not (folder / "secret.key").exists():
        raise InputError(f"There is no Regard in {folder} yet.", hint="Make one with `regard init`.")
    import django

    django.setup()
    if must_exist:
        _refuse_other_versions(folder)


def _refuse_other_versions(folder: Path) -> None:
    """The stores must be as this version of the code writes them."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from regard.errors import ConflictError

    loader = MigrationLoader(connection)
    written, known = set(loader.applied_migrations), set(loader.disk_migrations)
    ours = {each.label for each in apps.get_app_configs() if each.name.startswith("regard.")}
    if any(label in ours for label, _ in written - known):
        raise ConflictError(
            f"{folder} belongs to a newer Regard.", hint="Run that, or choose another --home."
        )
    if known - written:
        raise ConflictError(
            f"{folder} belongs to an older Regard.", hint="Bring it up to date with `regard init`."
        )


def actor() -> str:
    """Who runs the command, as records name it."""
    import getpass

    return f"cli:{getpass.getuser()}"


def main() -> None:
    """Run one command. What a person did wrong is one line on standard error and exit code 2."""
    from typer import Abort
    from typer._click.exceptions import ClickException, NoArgsIsHelpError  # Typer names them nowhere else

    from regard.cli.app import app
    from regard.errors import RegardError

    try:
        sys.exit(app(prog_name="regard", standalone_mode=False) or 0)
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(WRONG_USE)
    except ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "regard"
        _refuse(f"{error.format_message().rstrip('.')}. See `{command} --help`.")
    except Abort:
        _refuse("Nobody answered the question, so nothing was done. Say --yes to accept what is proposed.")
    except RegardError as error:
        _refuse(str(error))
    except BrokenPipeError:  # the reader of our output has gone, as in `regard events | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _refuse(f"{error.filename or 'The system'}: {error.strerror or error}.")
    except Exception as error:
        if not _is_database_away(error):
            raise
        _refuse(
            f"The database cannot be used: {error}. Is the home writable, and no other command at work on it?"
        )


def _is_database_away(error: Exception) -> bool:
    if "django.db" not in sys.modules:
        return False
    from django.db import InterfaceError, OperationalError

    return isinstance(error, OperationalError | InterfaceError)


def _refuse(sentence: str) -> None:
    print("regard:", " ".join(sentence.split()), file=sys.stderr)
    sys.exit(WRONG_USE)
