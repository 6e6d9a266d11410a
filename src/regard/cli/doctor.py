"""`regard doctor`: is everything as it should be, and what is silent?"""

from typing import Annotated, Any

import typer

from regard.cli import start
from regard.cli.options import HomeOption, JsonOption
from regard.cli.output import print_facts, print_json, print_table


def doctor(
    home: HomeOption = None,
    json: JsonOption = False,
    settings_only: Annotated[
        bool, typer.Option("--settings", help="Only the settings and their meaning.")
    ] = False,
) -> None:
    """Examine settings, stores, backlog and silence; exit code 1 where something needs a person."""
    start(home)
    settings = _settings()
    if settings_only:
        findings: dict[str, Any] = {}
    else:
        findings = _examine()
    if json:
        print_json({"settings": settings, **findings})
    else:
        _print_settings(settings, all_of_them=settings_only)
        if findings:
            _print(findings)
    if findings.get("attention"):
        raise typer.Exit(1)


def _settings() -> list[dict[str, str]]:
    from regard.project.configuration import SETTINGS, read_configuration

    configuration = read_configuration()
    return [
        {
            "name": f"REGARD_{setting.name}",
            "value": configuration.shown(setting),
            "default": setting.default,
            "help": setting.help,
        }
        for setting in SETTINGS
    ]


def _print_settings(settings: list[dict[str, str]], *, all_of_them: bool) -> None:
    chosen = [row for row in settings if all_of_them or row["value"] != row["default"]]
    if chosen:
        print_table(
            ["setting", "value", "meaning"], [(row["name"], row["value"], row["help"]) for row in chosen]
        )
    if not all_of_them:
        print("All other settings are at their defaults; `regard doctor --settings` lists them.")


def _examine() -> dict[str, Any]:
    from datetime import UTC, datetime

    from regard.keeping.examining import examine
    from regard.ledger.queries import backlog, dead_letters, lake_facts
    from regard.ledger.silence.queries import silent_now
    from regard.listen.queries import count_open_rejects, unfinished_imports
    from regard.listen.sources.queries import failing_sources
    from regard.outside.queries import count_dead

    waiting = backlog()
    letters = dead_letters()
    rejected = count_open_rejects()
    rows = "row waits" if rejected == 1 else "rows wait"
    troubles = examine()
    blind = any(trouble.blinds for trouble in troubles)
    silent = [] if blind else [rhythm.sentence for rhythm in silent_now(datetime.now(UTC))]
    failing = [f"Source {row.name} cannot be read: {row.last_error}" for row in failing_sources()]
    untold = count_dead()
    unfinished = [f"Import {row.pk} of {row.file_name} is {row.state}." for row in unfinished_imports()]
    attention = [
        *map(str, troubles),
        *silent,
        *failing,
        *([f"{untold} announcements were not taken by any webhook (Settings, Webhooks)."] if untold else []),
        *unfinished,
        *([f"{len(letters)} dead letters wait to be replayed."] if letters else []),
        *([f"{rejected:,} rejected {rows} to be mended (`regard rejects list`)."] if rejected else []),
        *(
            [f"The oldest batch has waited {waiting.oldest_age} for the flusher; is `regard worker` running?"]
            if waiting.late
            else []
        ),
    ]
    return {
        "stores": {} if blind else lake_facts(),
        "backlog": waiting.batches,
        "dead_letters": len(letters),
        "attention": attention,
    }


def _print(findings: dict[str, Any]) -> None:
    print()
    print_facts(
        {**findings["stores"], "backlog": findings["backlog"], "dead letters": findings["dead_letters"]}
    )
    print()
    for sentence in findings["attention"]:
        print(f"! {sentence}")
    if not findings["attention"]:
        print("Nothing needs a person.")
