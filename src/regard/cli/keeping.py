"""`regard backup`, `regard restore` and `regard repair`: an installation is kept, brought back, mended."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_facts, print_json
from regard.errors import RegardError

if TYPE_CHECKING:
    from regard.keeping.archive import Manifest, Progress

ArchiveArgument = Annotated[Path, typer.Argument(help="The archive.", metavar="FILE")]


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, or a folder for it.", metavar="FILE")],
    files: Annotated[
        bool, typer.Option("--files/--no-files", help="Also the files that were uploaded.")
    ] = True,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Keep everything of this installation in one archive, while it goes on. The archive holds its secrets."""
    start(home)
    from regard.keeping.backing_up import back_up

    with _progress("Keeping", quiet=json) as progress:
        made = back_up(file, with_files=files, progress=progress)
    if json:
        print_json({"file": str(made.path), "size": made.size, **_facts(made.manifest)})
        return
    print_facts({"archive": made.path, "size": _size(made.size), **_shown(made.manifest)})
    print("It holds customers' records, password hashes and secrets: keep it as you keep those.")
    if not files:
        print("Uploaded files are not in it: an import that was under way could not go on from it.")
    if made.manifest.environment:
        print(f"Set in the environment, so not in it: {', '.join(made.manifest.environment)}.")


def restore(
    file: ArchiveArgument,
    home: Annotated[Path, typer.Option("--home", help="The folder to make, or an empty one.")],
    force: Annotated[
        bool, typer.Option("--force", help="Rename what lies in the folder; nothing is deleted.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Bring an archive back as an installation, after checking all of it."""
    from regard.keeping import unpacking
    from regard.keeping.archive import open_archive

    home, aside = home.expanduser().resolve(), None
    with open_archive(file) as archive, _progress("Unpacking", quiet=json, total=archive.size) as progress:
        unpacking.refuse_newer(archive)
        unpacking.refuse_taken_stores(archive, os.environ)
        if not force:
            unpacking.refuse_unless_empty(home)
        aside = unpacking.unpack(archive, home, progress)
        manifest = archive.manifest
    start(home, must_exist=False)
    from regard.keeping.restoring import settle

    try:
        done = settle(home, manifest)
    except RegardError as error:
        error.hint += f" What was unpacked lies in {home}: empty it before you try again."
        raise
    if json:
        print_json({"home": str(home), "set_aside": str(aside or ""), **_facts(manifest), "now": done.counts,
                    "waiting_letters": done.waiting_letters, "differs": done.differs})  # fmt: skip
    else:
        _print_restored(done, aside)
    if done.differs:
        raise typer.Exit(1)


def _print_restored(done: Any, aside: Path | None) -> None:
    manifest = done.manifest
    print_facts({"home": done.home, "backup made": manifest.made_at, **done.counts})
    for name in done.differs:
        print(f"! The backup had {manifest.counts[name]:,} {name}.")
    if aside:
        print(f"What lay there is in {aside} now.")
    if done.waiting_letters:
        print(
            f"{done.waiting_letters:,} letters wait and are sent once the worker runs, even if they went out "
            "after the backup. To hold them back, serve with REGARD_SMTP_HOST= (empty)."
        )
    if not manifest.with_files:
        print("The backup was made without uploaded files.")
    missing = [name for name in manifest.environment if name not in os.environ]
    if missing:
        print(f"Settings that came from the environment and are not set here: {', '.join(missing)}.")
    print(f"Next: `regard doctor --home {done.home}`, then `regard serve --home {done.home}`")


def repair(
    people: Annotated[
        bool,
        typer.Option("--people", help="Register by their keys whom only the lake knows; import files first."),
    ] = False,
    forget_damaged: Annotated[
        bool,
        typer.Option("--forget-damaged", help="Go on without files of the lake that are gone or cut."),
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Mend what `doctor` finds wrong with the stores, as far as that can be; exit code 1 where something is left."""
    start(home)
    from regard.keeping.examining import examine
    from regard.keeping.repairing import repair as mend

    done = mend(actor=actor(), people=people, forget_damaged=forget_damaged)
    left = [str(trouble) for trouble in examine()]
    if json:
        print_json({"done": done, "left": left})
    else:
        print("\n".join(done) if done else "There was nothing to mend.")
        for sentence in left:
            print(f"! {sentence}")
        if done and not left:
            print("Next: `regard link`, then `regard compute`")
    if left:
        raise typer.Exit(1)


def _facts(manifest: "Manifest") -> dict[str, Any]:
    return {
        "made_at": manifest.made_at, "regard": manifest.regard, "database": manifest.database,
        "with_files": manifest.with_files, "environment": manifest.environment, "counts": manifest.counts,
        "parts": len(manifest.parts),
    }  # fmt: skip


def _shown(manifest: "Manifest") -> dict[str, Any]:
    return {**manifest.counts, "files": len(manifest.parts)}


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


@contextmanager
def _progress(title: str, *, quiet: bool, total: int | None = None) -> "Iterator[Progress]":
    """How many bytes are done, on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    layout = (TextColumn("{task.description}"), BarColumn(20), DownloadColumn(), TransferSpeedColumn())
    hidden = quiet or not sys.stderr.isatty()
    with Progress(*layout, console=Console(stderr=True), transient=True, disable=hidden) as bar:
        task = bar.add_task(title, total=total)
        yield lambda name, size: bar.update(task, advance=size)
