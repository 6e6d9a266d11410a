"""`regard simulate DIR`: the files of a simulated company."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from regard.cli.options import read_day


def simulate(
    directory: Annotated[Path, typer.Argument(help="Folder to write into; made when it is not there.")],
    customers: Annotated[int, typer.Option(help="How many customers, 100 to 1,000,000.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    as_of: Annotated[
        datetime | None, typer.Option(parser=read_day, metavar="DAY", help="Day on which the history ends.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the truth as JSON.")] = False,
) -> None:
    """Write the departmental files of a simulated outdoor retailer, with the truth beside them."""
    from rich.progress import Progress

    from regard.simulate.company import write_company

    end = (as_of or datetime.now(UTC)).date()
    with Progress(transient=True, disable=json or not sys.stdout.isatty()) as bar:
        task = bar.add_task("Simulating customers", total=customers)
        truth = write_company(
            directory,
            customers=customers,
            seed=seed,
            as_of=end,
            progress=lambda done, _: bar.update(task, completed=done),
        )
    if json:
        typer.echo((directory / "truth.json").read_text("utf-8").rstrip())
        return
    for file, records in truth.records.items():
        typer.echo(f"{file:18} {records:>10,} records")
    typer.echo(f"{truth.orders:,} orders until {end}. The truth is in {directory / 'truth.json'}.")
