"""Home and customers' pages over HTTP at 1,000,000 orders of 100,000 customers: promised p95 within 150 ms.

    python benchmarks/bench_pages.py [seconds] [users]

The company is drawn once with NumPy, taken in by the ordinary verbs and kept under benchmarks/.work. Then
`regard serve` runs as users run it, and signed-in users ask without a pause for Home and random customers.
"""

import http.client
import os
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HOME = Path(__file__).parent / ".work" / "pages"
ORDERS, CUSTOMERS = 1_000_000, 100_000
YEAR = 365 * 86_400_000_000
PORT, NAME, PASSWORD = 8399, "bench", "correct horse battery"
ALLOWED_MS = 150.0
Timings = dict[str, list[float]]  # milliseconds by kind of page


def keys(prefix: str, numbers: np.ndarray) -> pa.Array:
    """`prefix:number` for each number."""
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def people() -> pa.Table:
    """Who the shop knows."""
    numbers = np.arange(CUSTOMERS)
    given = pa.array(["Anna", "Ben", "Clara", "David", "Eva", "Franz", "Greta"]).take(pa.array(numbers % 7))
    family = keys("Familie", numbers // 3)
    return pa.table({
        "person": keys("shop:", numbers), "name": pc.binary_join_element_wise(given, family, " "),
        "email": pc.binary_join_element_wise(keys("person", numbers), "@example.org", ""),
    })  # fmt: skip


def events() -> Iterator[pa.Table]:
    """Two years of orders and deliveries, with answers and messages of some."""
    from regard.ledger.events import EVENT_SCHEMA, TIMESTAMP

    draw = np.random.default_rng(1)
    who = (CUSTOMERS * draw.beta(0.7, 2.0, ORDERS)).astype(np.int64)
    at = int(time.time() * 1e6) - draw.integers(0, 2 * YEAR, ORDERS)
    few = slice(0, ORDERS // 8)
    euro = {"amount": pa.array(draw.integers(5, 500, ORDERS).astype(np.int32)).cast(pa.decimal128(18, 4)),
            "currency": pa.repeat("EUR", ORDERS)}  # fmt: skip
    numbers = np.arange(ORDERS)
    scores = pa.array(draw.integers(0, 11, len(who[few])).astype(float))

    def rows(name: str, those: slice, days: int, **more: pa.Array) -> pa.Table:
        count = len(who[those])
        given = {
            "event_id": keys(f"{name}-", numbers[those]), "name": pa.repeat(name, count),
            "occurred_at": pa.array(at[those] + days * 86_400_000_000).cast(TIMESTAMP),
            "recorded_at": pa.array(at[those]).cast(TIMESTAMP), "source": pa.repeat("shop", count),
            "person": keys("shop:", who[those]), "channel": pa.repeat("web", count),
            "subject": keys("order:", numbers[those]), **more,
        }  # fmt: skip
        return pa.table({f.name: given.get(f.name, pa.nulls(count, f.type)) for f in EVENT_SCHEMA}).cast(
            EVENT_SCHEMA
        )

    yield rows("order.completed", slice(None), 0, **euro)
    yield rows("order.delivered", slice(None), 3)
    yield rows("survey.answered", few, 9, instrument=pa.repeat("nps", len(scores)), score=scores)
    yield rows("message.received", few, 10, text=pa.repeat("Where is my parcel?", len(scores)))


def make_company() -> None:
    """Take the company in, compute, and make somebody who may look."""
    from django.core.management import call_command
    from django.utils import timezone

    from regard.access.actions import make_user
    from regard.know.actions import register_identities
    from regard.ledger.actions import append_events
    from regard.understand.actions import compute

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    register_identities(people(), source="shop", actor="benchmark")
    for table in events():
        append_events(table)
    compute(as_of=timezone.now(), actor="benchmark")
    make_user(NAME, role="administrator", password=PASSWORD, actor="benchmark")
    (HOME / "made").touch()
    print(f"made in {time.perf_counter() - began:.0f} s")


def signed_in() -> tuple[http.client.HTTPConnection, dict[str, str]]:
    """A connection that stays open, and the headers of somebody signed in."""
    browser = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    browser.request("GET", "/sign-in")
    answer = browser.getresponse()
    page, cookie = answer.read().decode(), answer.headers["Set-Cookie"].partition(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = urlencode({"csrfmiddlewaretoken": token[1], "username": NAME, "password": PASSWORD})
    browser.request(
        "POST", "/sign-in", form, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    )
    answer = browser.getresponse()
    answer.read()
    cookies = [each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie", [])]
    assert answer.status == 302, f"signing in failed with {answer.status}"
    return browser, {"Cookie": "; ".join(cookies)}


def look_around(number: int, seconds: float, timings: Timings) -> None:
    """One user: Home, a customer, Home, another customer, ..."""
    draw = np.random.default_rng(number)
    browser, headers = signed_in()
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for kind, address in (("home", "/"), ("customer", f"/customers/{draw.integers(1, CUSTOMERS)}")):
            began = time.perf_counter()
            browser.request("GET", address, headers=headers)
            answer = browser.getresponse()
            answer.read()
            timings[kind].append((time.perf_counter() - began) * 1000)
            assert answer.status == 200, f"{address} answered {answer.status}"


def wait_for_server(server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert server.poll() is None, "the server ended"
        try:
            http.client.HTTPConnection("127.0.0.1", PORT, timeout=5).request("GET", "/sign-in")
            return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError


def processor_seconds(leader: int) -> float:
    """Seconds of processor time that the server's processes have used."""
    ticks, seen = 0, [leader]
    for pid in seen:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(stat[11]) + int(stat[12])
        seen += [int(child) for task in Path(f"/proc/{pid}/task").iterdir()
                 for child in (task / "children").read_text().split()]  # fmt: skip
    return ticks / os.sysconf("SC_CLK_TCK")


def main(seconds: float = 30, users: int = 8) -> None:
    """Make the company if it is not there, serve it, look around, print the percentiles."""
    os.environ |= {"REGARD_HOME": str(HOME), "DJANGO_SETTINGS_MODULE": "regard.project.settings"}
    HOME.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    if not (HOME / "made").exists():
        make_company()
    command = [sys.executable, "-m", "regard", "serve", "--bind", f"127.0.0.1:{PORT}"]
    server = subprocess.Popen(command)
    try:
        wait_for_server(server)
        look_around(0, 3, defaultdict(list))  # fill the caches of both processes
        timings: Timings = defaultdict(list)
        used = processor_seconds(server.pid)
        visitors = [
            threading.Thread(target=look_around, args=(n + 1, seconds, timings)) for n in range(users)
        ]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        used = processor_seconds(server.pid) - used
    finally:
        server.terminate()
        server.wait()
    requests = sum(map(len, timings.values()))
    print(f"{users} users, {requests} requests in {seconds:g} s, load {os.getloadavg()[0]:.1f}, "
          f"{used / requests * 1000:.0f} ms of processor time each")  # fmt: skip
    for kind, took in timings.items():
        p50, p95, p99 = np.percentile(took, [50, 95, 99])
        print(
            f"  {kind:<10} p50 {p50:6.0f} ms   p95 {p95:6.0f} ms (allowed {ALLOWED_MS:.0f})   p99 {p99:6.0f} ms"
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
