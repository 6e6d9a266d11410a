"""What `regard import` shows before it asks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from regard.cli.proposal import shorten, show_proposal
from regard.listen.actions import open_sheets
from regard.listen.proposing import propose_for
from regard.listen.reading import Hints

Write = Callable[[str, str], Path]
pytestmark = pytest.mark.django_db
RATED = ("seat comfort", "food and drink", "cleanliness", "leg room", "baggage handling", "gate location")


def shown(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    sheets = [(sheet, path.name) for sheet in open_sheets(path, Hints())]
    proposal = propose_for(sheets, "air", known=None, hints=Hints())
    assert proposal is not None
    show_proposal(proposal, sheets, Hints())
    return capsys.readouterr().out.splitlines()


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_columns_decided_alike_are_one_line_and_every_line_fits(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [",".join([f"P{n}", "2026-01-02", *(str(1 + (n + k) % 5) for k in range(6))]) for n in range(40)]
    path = write(f"{'passengers_' * 9}.csv", "\n".join([",".join(("customer_id", "date", *RATED)), *rows]))
    lines = shown(path, capsys)
    assert sum("6 columns rated on a scale up to 5" in line for line in lines) == 1
    assert "       and 2 more events" in lines
    assert max(map(len, lines)) <= 80


def test_a_question_that_blocks_is_shown_instead_of_a_preview(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("orders.csv", "order_id,customer_id,date,total\n1,K1,03/04/2026,5\n2,K2,05/06/2026,6\n")
    lines = shown(path, capsys)
    assert any(line.startswith("? `date` can be read day first or month first") for line in lines)
    assert not any("first rows become" in line for line in lines)


def test_a_long_name_keeps_its_ends() -> None:
    assert shorten("orders_of_november_2026.csv", 15) == "orders_…026.csv"
    assert shorten("orders.csv", 15) == "orders.csv"


def test_the_day_on_which_customers_left_tells_who_did_and_why(write: Write) -> None:
    rows = [f"K{n},2024-01-{1 + n % 28:02},{'2026-03-02,Price' if n % 4 == 0 else ','}" for n in range(40)]
    path = write("members.csv", "\n".join(["customer_id,customer since,churn date,churn reason", *rows]))
    sheets = [(sheet, path.name) for sheet in open_sheets(path, Hints())]
    proposal = propose_for(sheets, "crm", known=None, hints=Hints())
    assert proposal is not None
    events = {event.name: event for table in proposal.mapping.tables for event in table.events}
    left = events["customer.churned"]
    assert left.at == "churn date"
    assert left.when is not None
    assert left.when.column == "churn date"
    assert left.data["reason"].column == "churn reason"
    assert events["customer.registered"].at == "customer since"
