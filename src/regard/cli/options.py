"""Options that several commands share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar="REGARD_HOME", show_envvar=True, help="The folder of this installation."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
