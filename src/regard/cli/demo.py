"""`regard demo`: a simulated company, taken in through the ordinary ways in."""

import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from regard.cli import actor
from regard.cli.options import HomeOption
from regard.errors import ConflictError, InputError

DEMO_HOME = Path("demo")
CHANGES = "changes.json"  # what management changed; not a department's file


@dataclass(frozen=True)
class Play:
    """Which company a demo home holds. It keeps its day, so that playing it again adds nothing."""

    customers: int
    seed: int
    as_of: str
    finished: bool = False


def demo(
    home: HomeOption = None,
    customers: Annotated[int, typer.Option(min=100, max=1_000_000, help="How many customers.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same company.")] = 1,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the pages afterwards.")] = True,
) -> None:
    """Simulate a company, import its departments' files, link, compute and serve."""
    from regard.cli.installation import make_installation

    folder = home or DEMO_HOME
    login = make_installation(folder)
    if login is not None:
        (folder / "login.txt").touch(mode=0o600)
        (folder / "login.txt").write_text(f"{login.name} {login.password}\n", encoding="utf-8")
    play = _play_of(folder, customers, seed)
    if play.finished:
        print(f"{folder} holds this company already.")
    else:
        _keep(folder, play)
        with tempfile.TemporaryDirectory(prefix="regard-demo-") as files:
            _take_in(Path(files), play)
        _keep(folder, Play(play.customers, play.seed, play.as_of, finished=True))
    if (folder / "login.txt").exists():
        name, password = (folder / "login.txt").read_text(encoding="utf-8").split()
        print(f"\nSign in as {name} with password {password} (also in {folder / 'login.txt'})")
    if serving:
        sys.stdout.flush()
        # a fresh process: the server forks, and what the imports have opened here must not be shared by forks
        os.execv(sys.executable, [sys.executable, "-m", "regard", "serve", "--home", str(folder)])  # noqa: S606


def _play_of(folder: Path, customers: int, seed: int) -> Play:
    """The company to play: the one that was begun here, or a new one of today. Never into a real company's home."""
    from django.utils import timezone

    from regard.listen.queries import recent_imports

    file = folder / "demo.json"
    if not file.exists():
        if recent_imports(limit=1):
            raise ConflictError(
                f"{folder} holds a company already.", hint="Choose a folder for the demo with --home."
            )
        return Play(customers, seed, timezone.localdate().isoformat())
    play = Play(**json.loads(file.read_text(encoding="utf-8")))
    if (play.customers, play.seed) != (customers, seed):
        raise ConflictError(
            f"{folder} holds a demo of {play.customers} customers with seed {play.seed}.",
            hint="Say the same, or choose another folder with --home.",
        )
    return play


def _keep(folder: Path, play: Play) -> None:
    (folder / "demo.json").write_text(json.dumps(asdict(play)), encoding="utf-8")


def _take_in(files: Path, play: Play) -> None:
    """What a company does in its first hour: import every department's file, link, compute."""
    from django.utils import timezone
    from rich.console import Console

    from regard.know.actions import link_identities
    from regard.listen.actions import import_file
    from regard.simulate.company import write_company
    from regard.understand.actions import compute

    console = Console()
    with console.status("Writing the departments' files"):
        write_company(files, customers=play.customers, seed=play.seed, as_of=date.fromisoformat(play.as_of))
    for path in sorted(files.iterdir()):
        if path.name.startswith("truth") or path.name == CHANGES:
            continue
        with console.status(f"Importing {path.name}"):
            done = import_file(path, source=path.stem, actor=actor())
        console.print(
            f"{path.name}: {done.rows_read:,} rows, "
            f"{done.events_added:,} events, {done.rejected_rows:,} kept aside"
        )
    with console.status("Finding out who is who"):
        link_identities(actor=actor())
    with console.status("Writing down what was changed"):
        for change in json.loads((files / CHANGES).read_text(encoding="utf-8")):
            _register(change)
    with console.status("Computing"):
        compute(as_of=timezone.now(), actor=actor())


def _register(change: dict[str, Any]) -> None:
    """A change as management tells of it; a company too small to judge it by goes without."""
    from regard.show.actions import register_fix

    try:
        register_fix(
            change["title"], about=change["about"], since=date.fromisoformat(change["since"]),
            dimension=change["dimension"], groups=change["groups"], actor=actor(),
        )  # fmt: skip
    except InputError as error:
        print(f"{change['title']} cannot be judged: {error}")
