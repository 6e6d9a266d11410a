import csv
import hashlib
import json
import mailbox
import subprocess
import sys
from collections import Counter
from datetime import date
from email.header import decode_header, make_header
from pathlib import Path

import phonenumbers
import pytest
from python_calamine import CalamineWorkbook

from regard.errors import InputError
from regard.simulate.company import write_company
from regard.simulate.truth import Truth
from tests.simulate.conftest import AS_OF

Company = tuple[Path, Truth]


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rows(path: Path, **options: str) -> list[dict[str, str]]:
    encoding = options.pop("encoding", "utf-8-sig")
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, **options))  # type: ignore[arg-type]


def persons(folder: Path, file: str) -> dict[str, str]:
    records = rows(folder / "truth" / "records.csv")
    return {row["record"]: row["person"] for row in records if row["file"] == file}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_company(tmp_path / name, customers=300, seed=3, as_of=AS_OF)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    for seed in (3, 4):
        write_company(tmp_path / str(seed), customers=150, seed=seed, as_of=AS_OF)
    one, two = digests(tmp_path / "3"), digests(tmp_path / "4")
    assert all(one[file] != two[file] for file in one if file != "changes.json")  # dates, and no dice


@pytest.mark.parametrize("customers", [0, 99, 1_000_001])
def test_sizes_that_cannot_be_are_refused(tmp_path: Path, customers: int) -> None:
    with pytest.raises(InputError, match="100 to 1,000,000"):
        write_company(tmp_path, customers=customers, seed=1, as_of=AS_OF)


def test_a_hundred_customers_are_a_company(tmp_path: Path) -> None:
    truth = write_company(tmp_path, customers=100, seed=1, as_of=date(2025, 2, 28))
    assert truth.orders > 100
    assert json.loads((tmp_path / "truth.json").read_text("utf-8"))["as_of"] == "2025-02-28"


def test_the_shop_export_reads_as_german_windows_csv(company: Company) -> None:
    folder, truth = company
    orders = rows(folder / "shop_orders.csv", encoding="cp1252", delimiter=";")
    assert len(orders) == truth.orders
    assert len({row["Bestellnummer"] for row in orders}) == truth.orders
    total = sum(float(row["Betrag"].replace(",", ".")) for row in orders if row["Status"] != "storniert")
    assert total == pytest.approx(truth.revenue, abs=0.01)
    assert {row["Kundennummer"] for row in orders} == set(persons(folder, "shop_orders.csv"))
    assert {row["Status"] for row in orders} == {"zugestellt", "versandt", "storniert", "retourniert"}


def test_the_crm_book_reads_and_holds_duplicates_and_organisations(company: Company) -> None:
    folder, truth = company
    header, *records = CalamineWorkbook.from_path(folder / "crm.xlsx").get_sheet_by_index(0).to_python()
    known = persons(folder, "crm.xlsx")
    assert [row[0] for row in records] == list(known)
    assert len(records) == truth.records["crm.xlsx"]
    people = [person for person in known.values() if person.startswith("P")]
    assert 1.05 < len(people) / len(set(people)) < 1.25
    firms = [row for row in records if row[header.index("Art")] == "Firma"]
    assert len(firms) == len({person for person in known.values() if person.startswith("O")}) > 10


def test_a_full_sheet_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regard.simulate.crm.SHEET_ROWS", 60)
    truth = write_company(tmp_path, customers=150, seed=1, as_of=AS_OF)
    book = CalamineWorkbook.from_path(tmp_path / "crm.xlsx")
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert len(sheets) == 3
    assert all(sheet[0] == sheets[0][0] for sheet in sheets)
    assert sum(len(sheet) - 1 for sheet in sheets) == truth.records["crm.xlsx"]


def test_an_interrupted_company_has_no_truth_file(tmp_path: Path) -> None:
    def interrupt(done: int, wanted: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_company(tmp_path, customers=100, seed=1, as_of=AS_OF, progress=interrupt)
    assert not (tmp_path / "truth.json").exists()


def test_every_ticket_is_a_line_of_json_with_its_hand_overs(company: Company) -> None:
    folder, truth = company
    tickets = [json.loads(line) for line in (folder / "tickets.ndjson").read_text("utf-8").splitlines()]
    assert [ticket["ticket"] for ticket in tickets] == list(persons(folder, "tickets.ndjson"))
    assert {ticket["kind"] for ticket in tickets} == {"complaint", "question", "return", "feedback"}
    assert {ticket["language"] for ticket in tickets} == {"en", "de", "fr"}
    twice = sum("handover_2_at" in ticket for ticket in tickets)
    assert 0.9 * truth.causes["billing_handoffs"].orders <= twice <= truth.causes["billing_handoffs"].orders
    assert all(ticket["email"] or ticket["phone"] for ticket in tickets)


def test_the_mailbox_threads_hold_together(company: Company) -> None:
    folder, _ = company
    mails = list(mailbox.mbox(folder / "support.mbox", create=False))
    numbers = {mail["Message-ID"] for mail in mails}
    assert len(mails) == len(numbers)
    assert set(persons(folder, "support.mbox")) <= numbers
    assert all(mail["In-Reply-To"] in numbers for mail in mails if mail["In-Reply-To"])
    words = [mail.get_payload(decode=True).decode("utf-8") for mail in mails]  # type: ignore[union-attr]
    assert sum("\n> " in text for text in words) > len(words) / 3
    names = [str(make_header(decode_header(mail["From"]))) for mail in mails]
    assert any("é" in name for name in names)
    assert all("@" in name and "=?" not in name for name in names)


def test_surveys_are_answered_by_a_quarter_and_csat_falls_silent(company: Company) -> None:
    folder, truth = company
    nps, csat = rows(folder / "nps.csv"), rows(folder / "csat.csv")
    assert 0.2 < sum(bool(row["score"]) for row in nps) / len(nps) < 0.3
    assert 0.2 < sum(bool(row["rating"]) for row in csat) / len(csat) < 0.3
    assert {int(row["score"]) for row in nps if row["score"]} <= set(range(11))
    assert max(row["sent"] for row in csat)[:10] < truth.silent["silent_from"]
    assert max(row["invited_at"] for row in nps)[:10] > truth.silent["silent_from"]


def test_reviews_and_calls_name_people_their_own_way(company: Company) -> None:
    folder, truth = company
    reviews = json.loads((folder / "reviews.json").read_text("utf-8"))
    assert len(reviews) == truth.records["reviews.json"]
    assert {review["stars"] for review in reviews} == {1, 2, 3, 4, 5}
    calls = rows(folder / "calls.csv", delimiter="\t")
    shown = [row["number"] for row in calls if row["number"]]
    assert len(shown) == truth.records["calls.csv"] < len(calls)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number, "DE")) for number in shown)


def test_no_address_in_the_files_can_belong_to_anyone(company: Company) -> None:
    folder, _ = company
    for row in rows(folder / "shop_orders.csv", encoding="cp1252", delimiter=";"):
        assert row["E-Mail"].endswith(".example")


def test_texts_are_varied(company: Company) -> None:
    folder, _ = company
    texts = [json.loads(line)["text"] for line in (folder / "tickets.ndjson").read_text("utf-8").splitlines()]
    assert len(set(texts)) > 0.95 * len(texts)
    lengths = sorted(len(text) for text in texts)
    assert lengths[len(lengths) // 20] < 80 < 200 < lengths[-len(lengths) // 20]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_memory_stays_small_however_many_customers(tmp_path: Path) -> None:
    write = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from regard.simulate.company import write_company\n"
        "write_company(Path(sys.argv[1]), customers=20_000, seed=1, as_of=date(2026, 10, 31))\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    command = [sys.executable, "-c", write, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert (
        int(done.stdout) < 400_000
    )  # kilobytes; the kernel's own count, which a large parent does not raise


def test_later_entries_of_the_crm_do_not_pile_up_on_the_last_day(company: Company) -> None:
    folder, _ = company
    header, *records = CalamineWorkbook.from_path(folder / "crm.xlsx").get_sheet_by_index(0).to_python()
    days = Counter(record[header.index("Angelegt am")] for record in records)
    assert max(days) < AS_OF
    assert days.most_common(1)[0][1] < 12  # 1.5 a day are usual
