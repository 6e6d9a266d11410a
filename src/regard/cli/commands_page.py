"""docs/commands.md, generated from the commands themselves by `make docs`."""

from collections.abc import Iterator
from typing import Any

import typer

HEADING = """# Commands

Every command says what it does with `--help`, takes `--home DIR` where it needs an installation (default:
`REGARD_HOME`, else `~/.regard`), and prints JSON with `--json` where it prints data. Wrong use ends with one line
that says what to do and exit code 2; `doctor` ends with 1 where something needs a person.
This page is generated from the code by `make docs`.
"""
EVERYWHERE = {"home", "json", "help", "install_completion", "show_completion"}


def commands_page() -> str:
    """Every command with its arguments and options."""
    from regard.cli.app import app

    return HEADING + "".join(_sections(typer.main.get_command(app), "regard"))


def _sections(command: Any, path: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name, below in command.commands.items():
            yield from _sections(below, f"{path} {name}")
        return
    shown = [
        each for each in command.params if each.name not in EVERYWHERE and not getattr(each, "hidden", False)
    ]
    arguments = [_placeholder(each) for each in shown if each.param_type_name == "argument"]
    json = " It has `--json`." if any(each.name == "json" for each in command.params) else ""
    yield f"\n## `{' '.join([path, *arguments])}`\n\n{command.help}{json}\n"
    if shown:
        yield "\n| | meaning | default |\n|---|---|---|\n"
    for each in shown:
        yield f"| `{_spelling(each)}` | {each.help} | {_default(each)} |\n"


def _placeholder(argument: Any) -> str:
    name = (argument.metavar or argument.name).strip("{}").upper()
    name += "..." if argument.nargs == -1 else ""
    return name if argument.required else f"[{name}]"


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _placeholder(parameter)
    names = "`, `".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {(parameter.metavar or parameter.name).upper()}"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.default, bool):
        return "yes" if parameter.default else "no"
    return "" if parameter.default in (None, "", ()) else f"`{parameter.default}`"


if __name__ == "__main__":
    print(commands_page(), end="")
