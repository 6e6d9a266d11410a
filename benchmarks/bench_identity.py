"""How well people are recognised from import to linkage: `python benchmarks/bench_identity.py [customers ...]`.

A simulated company's files are imported and linked as `regard demo` does it, then every pair of records is held
against the truth, which Regard never sees. Pairs are *linkable* when a chain of shared evidence (e-mail address,
phone number, an id, family name with birth date or with given name and postcode) leads from one record to the
other: a shop order with an address that stands nowhere else cannot be linked by anybody.
"""

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

os.environ["REGARD_HOME"] = tempfile.mkdtemp(prefix="regard-bench-")

import msgspec
import pandas as pd

SOURCES = ("crm.xlsx", "shop_orders.csv", "tickets.ndjson")
AS_OF = date(2026, 11, 21)


def take_in(files: Path) -> None:
    """Import the three files that name people, then link."""
    from regard.know.actions import link_identities
    from regard.listen.actions import import_file

    start, cpu = time.perf_counter(), time.process_time()
    for name in SOURCES:
        import_file(files / name, source=Path(name).stem, actor="benchmark")
    print(f"import: {time.perf_counter() - start:.1f} s (cpu {time.process_time() - cpu:.1f} s)")
    start, cpu = time.perf_counter(), time.process_time()
    run = link_identities(actor="benchmark")
    print(f"link: {time.perf_counter() - start:.1f} s (cpu {time.process_time() - cpu:.1f} s) {run}")


def read_records(files: Path) -> pd.DataFrame:
    """Every record of the truth with its identity, its customer and what it says."""
    from regard.know.models import Identity
    from regard.ledger import lake

    columns = ("person", "customer_id", "fields", "normal")
    known = pd.DataFrame(list(Identity.objects.values_list("id", *columns)), columns=["identity", *columns])
    known["key"] = known.person.str.partition(":")[2].str.lower()
    events = lake.read("events").select("subject", "person").execute().dropna().drop_duplicates("subject")
    events["key"] = events.subject.str.partition(":")[2].str.lower()
    by_event = events.merge(known.drop(columns="key"), on="person")
    keys = pd.concat([known, by_event]).drop_duplicates("key").drop(columns="person")
    truth = pd.read_csv(files / "truth" / "records.csv")
    truth = truth[truth.file.isin(SOURCES)].rename(columns={"person": "truth"})
    truth["key"] = truth.record.str.lower()
    return truth.merge(keys, on="key", how="left")


def reachable(records: pd.DataFrame) -> pd.Series:
    """For each record the group within its true person that shared evidence holds together."""
    parent = list(range(len(records)))

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    first: dict[tuple[str, ...], int] = {}
    for number, (truth, key, fields, normal) in enumerate(
        zip(records.truth, records.key, records.fields, records.normal, strict=True)
    ):
        family, born, code = (normal.get(name, "") for name in ("family_name", "birth_date", "postcode"))
        given = normal.get("given_name", "")
        ids = msgspec.json.decode(fields.get("ids", "{}"), type=dict[str, str]).values()
        evidence = [
            normal.get("email"),
            normal.get("phone"),
            f"{given} {family} {code}" if given and family and code else None,
            f"{family} {born}" if family and born else None,
            key,
            *(each.lower() for each in ids),
        ]
        for each in evidence:
            if each and len(each) > 2:
                other = first.setdefault((truth, each), number)
                parent[root(number)] = root(other)
    return pd.Series([root(number) for number in range(len(records))], index=records.index)


def pairs(*groups: pd.Series) -> float:
    sizes = (
        pd.concat(groups, axis=1).groupby(list(range(len(groups)))).size()
        if len(groups) > 1
        else groups[0].value_counts()
    )
    return float((sizes * (sizes - 1) / 2).sum())


def report(name: str, records: pd.DataFrame) -> None:
    truth, customer, group = (
        records[column].rename(number) for number, column in enumerate(["truth", "customer_id", "group"])
    )
    right = pairs(truth, customer.rename(1))
    said, true = pairs(customer), pairs(truth)
    linkable = pairs(truth, group.rename(1))
    found = pairs(truth, customer.rename(1), group.rename(2))
    precision, recall = right / max(said, 1), right / max(true, 1)
    print(
        f"{name:28} records {len(records):7,}  precision {precision:.4f}  recall {recall:.4f}  "
        f"F1 {2 * precision * recall / max(precision + recall, 1e-9):.4f}  "
        f"of linkable {found / max(linkable, 1):.4f} ({linkable:,.0f} of {true:,.0f})"
    )


def main() -> None:
    from regard.cli import start
    from regard.cli.installation import make_installation
    from regard.simulate.company import write_company

    customers = int(sys.argv[1])
    make_installation(Path(os.environ["REGARD_HOME"]))
    start()
    from regard.know.models import Candidate, Link

    with tempfile.TemporaryDirectory(prefix="regard-bench-files-") as folder:
        files = Path(folder)
        write_company(files, customers=customers, seed=1, as_of=AS_OF)
        take_in(files)
        records = read_records(files)
    print(f"{customers:,} customers; records without identity: {int(records.customer_id.isna().sum())}")
    records = records.dropna(subset=["customer_id"]).reset_index(drop=True)
    records["group"] = reachable(records)
    report("records of all three", records)
    once = records.drop_duplicates("identity")
    report("identities", once)
    for source in SOURCES:
        report(f"  within {source}", once[once.file == source])
    truth = dict(zip(once.identity, once.truth, strict=True))
    waiting = [
        truth[left] == truth[right]
        for left, right in Candidate.objects.filter(state="open").values_list("left", "right")
        if left in truth and right in truth
    ]
    print(
        f"in review: {len(waiting)} pairs, {sum(waiting)} of one person, {len(waiting) - sum(waiting)} of two"
    )
    wrong: dict[str, int] = {}
    for left, right, rule in Link.objects.filter(active=True).values_list("left", "right", "rule"):
        if left in truth and right in truth and truth[left] != truth[right]:
            wrong[rule] = wrong.get(rule, 0) + 1
    print(f"links between two persons by rule: {wrong}")


if __name__ == "__main__":
    main()
