"""`compute` on 1,000,000 orders of 100,000 customers: promised within 20 seconds.

    python -m benchmarks.bench_compute [orders] [customers]

The lake is drawn with NumPy: two years of orders with promised and actual delivery, answers, cases and attributes.
"""

import os
import resource
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TWO_YEARS = 730 * 86_400_000_000
START = 1_700_000_000_000_000
ALLOWED_SECONDS = 20.0


def keys(prefix: str, numbers: np.ndarray) -> pa.Array:
    """`prefix:number` for each number."""
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def events(name: str, customers: np.ndarray, at: np.ndarray, first_id: int, **columns: pa.Array) -> pa.Table:
    """Rows of one kind of event, with the schema's other columns null."""
    from regard.ledger.events import EVENT_SCHEMA, TIMESTAMP

    rows = len(customers)
    given = {
        "event_id": keys("event-", np.arange(first_id, first_id + rows)),
        "name": pa.array([name]).take(pa.array(np.zeros(rows, dtype=np.int64))),
        "occurred_at": pa.array(at).cast(TIMESTAMP),
        "recorded_at": pa.array(at).cast(TIMESTAMP),
        "source": pa.array(["shop", "store", "app"]).take(pa.array(customers % 3)),
        "person": keys("shop:", customers),
        "channel": pa.array(["web", "store", "phone"]).take(pa.array(at % 3)),
        **columns,
    }
    return pa.table(
        {field.name: given.get(field.name, pa.nulls(rows, field.type)) for field in EVENT_SCHEMA}
    ).cast(EVENT_SCHEMA)


def write_lake(orders: int, customers: int) -> int:
    """Write identities, attributes and events; the number of events."""
    from django.utils import timezone

    from regard.know.models import Customer, Identity
    from regard.ledger import lake

    draw = np.random.default_rng(1)
    everyone = np.arange(customers)
    now = timezone.now()
    Customer.objects.bulk_create([Customer(id=number) for number in range(customers)], batch_size=10_000)
    Identity.objects.bulk_create(
        [
            Identity(person=f"shop:{number}", source="shop", customer_id=number, changed_at=now)
            for number in range(customers)
        ],
        batch_size=10_000,
    )
    plans = pa.array(
        ['{"plan":"gold","region":"north"}', '{"plan":"tin","region":"south"}', '{"plan":"tin"}']
    )
    lake.append(
        "attributes",
        pa.table(
            {
                "row_id": keys("row-", everyone),
                "source": pa.array(["crm"]).take(pa.array(everyone * 0)),
                "person": keys("shop:", everyone),
                "recorded_at": pa.array(np.full(customers, START)).cast(
                    lake.TABLES["attributes"].field(3).type
                ),
                "data": plans.take(pa.array(everyone % 3)),
            },
            schema=lake.TABLES["attributes"],
        ),
    )
    who = (customers * draw.beta(0.7, 2.0, orders)).astype(np.int64)
    at = START + draw.integers(0, TWO_YEARS, orders)
    order = keys("order:", np.arange(orders))
    money = pa.array(draw.integers(5, 500, orders).astype(np.int32)).cast(pa.decimal128(18, 4))
    euro = pa.array(["EUR"]).take(pa.array(np.zeros(orders, dtype=np.int64)))
    promised = np.datetime_as_string((at + 5 * 86_400_000_000).view("M8[us]"), unit="s")
    due = pc.binary_join_element_wise('{"promised_at":"', pa.array(promised.astype(object)), 'Z"}', "")
    arrived = at + draw.integers(1, 7, orders) * 86_400_000_000
    few = orders // 8
    tables = [
        events("order.completed", who, at, 0, subject=order, amount=money, currency=euro),
        events("order.delivered", who, arrived, orders, subject=order, data=due),
        events("survey.answered", who[:few], at[:few], 2 * orders, instrument=pa.array(["nps"] * few),
               score=pa.array(draw.integers(0, 11, few).astype(float))),
        events("case.opened", who[:few], at[:few], 3 * orders, subject=keys("case:", np.arange(few)),
               data=pa.array(['{"kind":"complaint"}'] * few)),
    ]  # fmt: skip
    for table in tables:
        lake.append("events", table)
    return sum(table.num_rows for table in tables)


def main(orders: int = 1_000_000, customers: int = 100_000) -> None:
    """Draw the lake, compute, print the seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
    with tempfile.TemporaryDirectory(prefix="regard-bench-") as home:
        os.environ["REGARD_HOME"] = home
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from datetime import UTC, datetime

        from regard.understand.actions import compute
        from regard.understand.models import Finding

        count = write_lake(orders, customers)
        stages: list[tuple[str, float]] = []
        began, worked = time.perf_counter(), time.process_time()
        compute(
            as_of=datetime.fromtimestamp((START + TWO_YEARS) / 1e6, UTC),
            actor="benchmark",
            progress=lambda what, part: stages.append((what, time.perf_counter() - began)),
        )
        seconds, processor = time.perf_counter() - began, time.process_time() - worked
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for what, begun in stages:  # two at a time, and so no durations
            print(f"  from {begun:6.2f} s  {what}")
        print(f"compute: {orders:,} orders, {count:,} events, {customers:,} customers")
        print(
            f"{Finding.objects.count():,} findings in {seconds:.1f} s (allowed {ALLOWED_SECONDS:.0f}), "
            f"{processor:.1f} s of processor time, {memory:.0f} MB, load {os.getloadavg()[0]:.1f}"
        )
        time_questions(customers)


def time_questions(customers: int) -> None:
    """What pages ask: one profile, a sorted page of profiles, all findings."""
    import ibis

    from regard.ledger import lake
    from regard.understand import queries

    def page() -> object:
        return lake.fetch(
            queries.profiles().order_by(ibis.desc("revenue"), "customer_id").limit(50, offset=5000)
        )

    questions = {
        "one profile": lambda: queries.profile(customers // 2),
        "a page of profiles by revenue": page,
        "all findings": lambda: queries.latest_findings(dimension=None),
        "what changed": queries.what_changed,
        "nps live": lambda: queries.measure("nps", by="month"),
    }
    for name, ask in questions.items():
        ask()
        took = []
        for _ in range(5):
            began = time.perf_counter()
            ask()
            took.append(time.perf_counter() - began)
        print(f"  {name:<32}{np.median(took) * 1000:8.0f} ms")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
