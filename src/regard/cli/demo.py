"""`regard demo`: a simulated company, taken in through the ordinary ways in."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from regard.cli import actor
from regard.cli.options import HomeOption

DEMO_HOME = Path("demo")


def demo(
    home: HomeOption = None,
    customers: Annotated[int, typer.Option(min=100, max=1_000_000, help="How many customers.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same company.")] = 1,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the pages afterwards.")] = True,
) -> None:
    """Simulate a company, import its departments' files, link, compute and serve."""
    from regard.cli.installation import make_installation
    from regard.cli.serving import serve

    folder = home or DEMO_HOME
    login = make_installation(folder)
    with tempfile.TemporaryDirectory(prefix="regard-demo-") as files:
        _take_in(Path(files), customers=customers, seed=seed)
    if login is not None:
        (folder / "login.txt").write_text(f"{login.name} {login.password}\n", encoding="utf-8")
        (folder / "login.txt").chmod(0o600)
    name, password = (folder / "login.txt").read_text(encoding="utf-8").split()
    print(f"\nSign in as {name} with password {password} (also in {folder / 'login.txt'})")
    if serving:
        serve(folder)


def _take_in(files: Path, *, customers: int, seed: int) -> None:
    """What a company does in its first hour: import every department's file, link, compute."""
    from datetime import UTC, datetime

    from rich.console import Console

    from regard.know.actions import link_identities
    from regard.listen.actions import import_file
    from regard.simulate.company import write_company
    from regard.understand.actions import compute

    console = Console()
    now = datetime.now(UTC)
    with console.status("Writing the departments' files"):
        write_company(files, customers=customers, seed=seed, as_of=now.date())
    for path in sorted(files.iterdir()):
        if path.name.startswith("truth"):
            continue
        with console.status(f"Importing {path.name}"):
            done = import_file(path, source=path.stem, actor=actor())
        console.print(
            f"{path.name}: {done.rows_read:,} rows, "
            f"{done.events_added:,} events, {done.rejected_rows:,} kept aside"
        )
    with console.status("Finding out who is who"):
        link_identities(actor=actor())
    with console.status("Computing"):
        compute(as_of=now, actor=actor())
