"""Each command says what it found, in words that fit a terminal, and as JSON."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from regard.access.models import User
from regard.cli.app import app
from regard.cli.commands_page import commands_page
from regard.cli.output import print_facts, print_table
from regard.know.models import Merge
from regard.listen.tracking.models import WriteKey
from regard.listen.tracking.queries import key_of
from tests.cli.conftest import Command

ROOT = Path(__file__).parents[2]


def test_customers_are_found(regard: Command, company: list[int]) -> None:
    answer = regard("customers", "find", "uhl")
    assert answer.code == 0
    assert [line.split()[:3] for line in answer.out.splitlines()[1:]] == [
        ["C2", "Ben", "Uhl"],
        ["C4", "Benno", "Uhl"],
    ]
    assert regard("customers", "find", "zzz").out == "No customer matches `zzz`.\n"


def test_a_customer_is_shown_with_reasons_and_events(regard: Command, company: list[int]) -> None:
    out = regard("customers", "show", "anna@example.org").out
    assert "C1 Anna Ode" in out
    assert re.search(r"crm:1 = shop:9 +same e-mail", out)
    assert re.search(r"2026-10-31 13:00 +order completed +order:1, 19.99 EUR, by web", out)
    assert max(map(len, out.splitlines())) <= 80


def test_a_merge_is_made_shown_and_undone(regard: Command, company: list[int]) -> None:
    said = regard("customers", "merge", "crm:2", "shop:8", "--reason", "they told us").out
    number = re.search(r"unmerge (\d+)", said)[1]  # type: ignore[index]
    shown = regard("customers", "show", "C2").out
    assert re.search(rf"{number} +cli:\S+ +\d\d\d\d-\d\d-\d\d .* +they told us", shown)
    assert regard("customers", "unmerge", number).code == 0
    assert Merge.objects.get().undone_at is not None
    again = regard("customers", "unmerge", number)
    assert (again.code, "undone already" in again.err) == (2, True)


def test_events_are_told_newest_first(regard: Command, company: list[int]) -> None:
    lines = regard("events", "--limit", 3).out.splitlines()[1:]
    assert [re.search(r"order:\d+", line)[0] for line in lines] == ["order:0", "order:1", "order:2"]  # type: ignore[index]
    assert "shop:8" in lines[0]
    assert regard("events", "--name", "case.opened").out == "Nothing of the kind has happened yet.\n"


def test_write_keys_are_made_listed_and_revoked(regard: Command, company: list[int]) -> None:
    made = regard("write-keys", "make", "shop", "--origin", "https://shop.example")
    text = made.out.strip()
    key = key_of(text)
    assert key is not None
    assert (key.source, key.allows("https://shop.example"), key.allows("https://b.example")) == (
        "shop",
        True,
        False,
    )
    listed = regard("write-keys", "list").out
    assert re.search(rf"{key.number} +shop +{re.escape(text[:6])} .*https://shop\.example", listed)
    assert text not in listed + made.err
    assert regard("write-keys", "revoke", key.number).out == f"Write key {key.number} of shop is revoked.\n"
    assert WriteKey.objects.get().revoked_by.startswith("cli:")
    assert regard("write-keys", "revoke", 999).code == 2
    assert regard("write-keys", "make", "shop", "--origin", "example").code == 2


def test_a_measure_has_its_interval(regard: Command, company: list[int]) -> None:
    out = regard("measure", "revenue").out
    assert re.search(r"399\.80 \[[\d.,]+, [\d.,]+\] n=20 +EUR", out)
    assert "too few (n=0)" in regard("measure", "nps").out


def test_the_index_says_what_is_missing_and_how_to_fill_it(regard: Command, company: list[int]) -> None:
    assert "run `regard compute`" in regard("index").out
    assert regard("compute").code == 0
    out = regard("index").out
    assert re.search(r"INDEX +\d+% of the weight missing +none", out)
    assert "- Promises kept: Import deliveries" in out
    assert json.loads(regard("index", "--json").out)["pillars"][1]["name"] == "caring"


@pytest.mark.parametrize(
    "arguments",
    ["customers find uhl", "customers show C1", "events", "events --customer C1", "measure orders --by month",
     "doctor", "rejects list", "write-keys list", "write-keys make shop"],
)  # fmt: skip
def test_json_is_json(regard: Command, company: list[int], arguments: str) -> None:
    answer = regard(*arguments.split(), "--json")
    assert json.loads(answer.out) is not None
    assert answer.err == ""


def test_a_table_that_goes_into_a_file_is_not_cut(
    regard: Command, company: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")
    assert all("EUR, by web" in line for line in regard("events").out.splitlines()[1:])


def test_a_table_too_wide_for_its_terminal_is_told_row_by_row_and_nothing_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    columns, row = ["what", "customers", "at risk a year"], ["Late delivery", 1277, "15,131 to 25,026 EUR"]
    print_table(columns, [row])
    assert capsys.readouterr().out.splitlines() == [
        "Late delivery", "  customers       1,277", "  at risk a year  15,131 to 25,026 EUR",
    ]  # fmt: skip
    print_table(columns[:2], [row[:2]])
    assert capsys.readouterr().out.splitlines() == ["what           customers", "Late delivery      1,277"]


def test_a_terminal_is_never_told_what_to_do_by_a_customers_words(capsys: pytest.CaptureFixture[str]) -> None:
    said = "gone\x1b[2J\x1b]0;title\x07 \x9b31m, 10\u00a0€"
    print_table(["words"], [[said]])
    print_facts({"words": said})
    out = capsys.readouterr().out
    assert not set(out) & {"\x1b", "\x07", "\x9b"}
    assert out.count("gone�[2J�]0;title� �31m, 10\u00a0€") == 2


def test_making_an_installation_twice_changes_nothing(
    regard: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regard.project.chart_script.bundle_chart_script", lambda: None)
    secret = (settings.REGARD_HOME / "secret.key").read_text()
    assert re.search(r"Sign in as admin with password \S{12}", regard("init").out)
    (admin,) = User.objects.all()
    assert "password" not in regard("init").out
    assert list(User.objects.values("pk", "password")) == [{"pk": admin.pk, "password": admin.password}]
    assert (settings.REGARD_HOME / "secret.key").read_text() == secret


def test_the_demo_stays_out_of_a_real_companys_home(regard: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regard.project.chart_script.bundle_chart_script", lambda: None)
    monkeypatch.setattr("regard.listen.queries.recent_imports", lambda **_: ["an import"])
    answer = regard("demo", "--home", settings.REGARD_HOME, "--no-serve")
    assert (answer.code, "holds a company already" in answer.err) == (2, True)


def test_the_page_of_commands_is_fresh() -> None:
    assert app.info.name == "regard"
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == commands_page(), "run `make docs`"
