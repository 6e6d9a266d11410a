"""`regard write-keys`: the keys with which programs and web pages send what happens."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli import actor, start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_json, print_table

if TYPE_CHECKING:
    from regard.listen.tracking.models import WriteKey

app = typer.Typer(no_args_is_help=True, help="The keys with which programs and web pages send what happens.")


@app.command()
def make(
    source: Annotated[str, typer.Argument(help="Whose events the key sends, such as `shop`.")],
    origin: Annotated[
        list[str] | None,
        typer.Option(help="Web pages that may send with it, such as https://www.example.org; repeatable."),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Make a write key; its text is shown once and kept nowhere."""
    start(home)
    from regard.listen.tracking.actions import make_write_key

    key, text = make_write_key(source, allowed_origins=origin or (), actor=actor())
    if json:
        print_json(_plain(key) | {"key": text})
        return
    print(text)
    pages = ", ".join(key.allowed_origins) or "none: programs only"
    typer.echo(f"Write key {key.pk} of {key.source}, shown once. Web pages: {pages}.", err=True)


@app.command("list")
def list_keys(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the write keys, those in force first; their texts are kept nowhere."""
    start(home)
    from regard.listen.tracking.queries import write_keys

    keys = write_keys()
    if json:
        print_json([_plain(key) for key in keys])
    elif not keys:
        print("There is no write key yet: `regard write-keys make SOURCE` makes one.")
    else:
        print_table(
            ["number", "source", "begins with", "made", "revoked", "web pages"],
            [
                (key.pk, key.source, key.prefix, key.created_at, key.revoked_at, ", ".join(key.allowed_origins))
                for key in keys
            ],
        )  # fmt: skip


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(help="The key's number, as `regard write-keys list` says.")],
    home: HomeOption = None,
) -> None:
    """End a write key; servers refuse it within a second."""
    start(home)
    from regard.listen.tracking.actions import revoke_write_key

    key = revoke_write_key(number, actor=actor())
    print(f"Write key {key.pk} of {key.source} is revoked.")


def _plain(key: "WriteKey") -> dict[str, Any]:
    names = (
        "id", "source", "prefix", "allowed_origins", "created_by", "created_at", "revoked_at", "revoked_by",
    )  # fmt: skip
    return {name: getattr(key, name) for name in names}
