"""Options that several commands share, each written once."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar="REGARD_HOME", show_envvar=True, help="The folder of this installation."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]


def read_day(text: str) -> datetime:
    """A day as it is written on the command line; for `typer.Option(parser=read_day)`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise typer.BadParameter(f"`{text}` is no day; say it like 2026-11-21.") from None
