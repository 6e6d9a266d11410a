"""All commands, by name."""

import typer

from regard.cli import (
    customers,
    demo,
    doctor,
    fixes,
    focus,
    imports,
    installation,
    keeping,
    measures,
    serving,
    simulate,
    surveys,
    write_keys,
)

app = typer.Typer(
    name="regard",
    help="What to fix, for whom, with the money at stake; and whether the fix worked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(installation.init)
app.command()(demo.demo)
app.command()(simulate.simulate)
app.command("import")(imports.import_files)
app.command()(customers.link)
app.command()(measures.compute)
app.command()(serving.serve)
app.command()(serving.worker)
app.add_typer(customers.app, name="customers")
app.add_typer(fixes.app, name="fixes")
app.command()(measures.measure)
app.command()(customers.events)
app.add_typer(surveys.app, name="surveys")
app.add_typer(imports.rejects, name="rejects")
app.command()(focus.index)
app.add_typer(write_keys.app, name="write-keys")
app.command()(doctor.doctor)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command()(keeping.repair)
