"""Rows kept aside: exported, mended, handed in again."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from regard.errors import InputError, NotFoundError
from regard.ledger.queries import events
from regard.listen.actions import import_file, retry_rejects
from regard.listen.models import Reject
from regard.listen.rejects import export_rejects, list_rejects, neutralise

Write = Callable[[str, str], Path]
pytestmark = pytest.mark.django_db
ORDERS = "order_id,customer_id,order_date,total,note\n" + "".join(
    f"{n},K{n},2026-01-{n:02d},{n}.50,fine\n" for n in range(1, 29)
)


def test_mended_rows_are_taken_in_and_wait_no_longer(write: Write, tmp_path: Path) -> None:
    broken = '98,K15,soon,5.00,"=HYPERLINK(""x"")"\n99,K16,later,-6.00,\'=kept\n'
    first = import_file(write("orders.csv", ORDERS + broken), source="shop", actor="ann")
    assert first.rejected_rows == 2
    text = export_rejects(first.pk)
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[0]["note"] == '\'=HYPERLINK("x")'
    assert rows[1]["total"] == "'-6.00"
    assert rows[0]["reason"].startswith("`order_date`")
    mended = tmp_path / "mend.csv"
    mended.write_text(text.replace("soon", "2026-02-01"))
    done = retry_rejects(mended, actor="ann")
    assert (done.rows_read, done.event_rows, done.rejected_rows) == (2, 1, 1)
    again = Reject.objects.get(retried_at=None)
    assert again.of_import_id == done.pk
    assert again.row["note"] == "'=kept"  # what was neutralised is as it was written
    told = events().filter(events().subject == "order:98").to_pyarrow().to_pylist()[0]
    assert '=HYPERLINK(\\"x\\")' in told["data"]


def test_no_cell_of_an_export_is_a_formula() -> None:
    for cell in ("=1", "+1", "-1", "@x", "\tx", "'=1"):
        assert neutralise(cell) == f"'{cell}"
    for cell in ("1", "a=b", "", "'quoted'"):
        assert neutralise(cell) == cell


def test_what_is_no_export_cannot_be_retried(write: Write) -> None:
    with pytest.raises(InputError, match="no export of rejects"):
        retry_rejects(write("orders.csv", ORDERS), actor="ann")


def test_an_unknown_import_has_no_rejects() -> None:
    with pytest.raises(NotFoundError, match="no import 99"):
        export_rejects(99)
    assert not list_rejects().exists()
