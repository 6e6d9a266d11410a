import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from regard.cli.simulate import simulate


def run(*arguments: str) -> str:
    app = typer.Typer()
    app.command()(simulate)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_writes_the_files_and_says_what_they_hold(tmp_path: Path) -> None:
    output = run(str(tmp_path), "--customers", "120", "--seed", "2", "--as-of", "2026-11-21")
    assert "tickets.ndjson" in output
    assert "truth.json" in output
    assert (tmp_path / "crm.xlsx").exists()


def test_json_prints_the_truth(tmp_path: Path) -> None:
    output = run(str(tmp_path), "--customers", "120", "--as-of", "2026-11-21", "--json")
    assert json.loads(output) == json.loads((tmp_path / "truth.json").read_text("utf-8"))
