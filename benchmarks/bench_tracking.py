"""Events a second through the tracking API into the lake, and how long a single call takes.

    python -m benchmarks.bench_tracking [--seconds 60] [--rate EVENTS_A_SECOND] [--database postgresql://user@host/empty]

Starts `regard serve` on a home of its own, sends batches of 100 from another process over a few kept-open
connections, and counts what is in the lake soon after. Without --rate it sends as fast as answers come; told to wait
(429), it waits. CPU seconds are of the server, the flusher (the worker process), PostgreSQL where it runs on this
machine, and the sender apart, since all share it. Every 10 seconds it looks at each one's memory and at how many
events wait: the flusher keeps up if that does not grow.
"""

import argparse
import json
import multiprocessing
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import psycopg

CONNECTIONS = 8
BATCH = 100
USERS = 5_000
TICKS = os.sysconf("SC_CLK_TCK")
CALL = (
    b'{"type":"track","event":"Video Played","userId":"u%d","messageId":"%s-%d",'
    b'"timestamp":"2026-11-22T10:00:00.000Z","originalTimestamp":"2026-11-22T10:00:00.000Z",'
    b'"properties":{"title":"How it is made","seconds":42,"quality":"hd","from":"start"},'
    b'"context":{"library":{"name":"analytics-node","version":"3.1.0"},"ip":"203.0.113.9","locale":"de-DE"}}'
)


class Connection:
    """A kept-open HTTP connection that writes a request whole and reads its answer."""

    def __init__(self, port: int, key: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        authorization = b64encode(f"{key}:".encode())
        self._head = b"Host: x\r\nAuthorization: Basic " + authorization + b"\r\nContent-Length: "

    def post(self, path: bytes, body: bytes) -> bool:
        head = b"POST " + path + b" HTTP/1.1\r\n" + self._head + b"%d\r\n\r\n" % len(body)
        self._socket.sendall(head + body)
        answer = self._socket.recv(4096)
        while b'"' not in answer:
            answer += self._socket.recv(4096)
        return answer.startswith(b"HTTP/1.1 200") and b'"success": true' in answer


def batch(name: bytes, first: int) -> bytes:
    calls = b",".join([CALL % (n % USERS, name, n) for n in range(first, first + BATCH)])
    return b'{"batch":[' + calls + b'],"sentAt":"2026-11-22T10:00:01.000Z"}'


def send_batches(
    port: int, key: str, until: float, rate: float, sent: "multiprocessing.Queue[tuple[int, int, float]]"
) -> None:
    """Send evenly at a rate, or as fast as answers come, on several connections; says how many events were
    acknowledged, how many batches had to wait, and its CPU."""
    counts, refused, start = [0] * CONNECTIONS, [0] * CONNECTIONS, time.time()

    def work(number: int) -> None:
        connection, name = Connection(port, key), f"{os.getpid()}-{number}".encode()
        while time.time() < until:
            if rate:
                time.sleep(max(0.0, start + counts[number] * BATCH * CONNECTIONS / rate - time.time()))
            if connection.post(b"/v1/batch", batch(name, counts[number] * BATCH)):
                counts[number] += 1
            else:
                refused[number] += 1
                time.sleep(1.0)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.put((sum(counts) * BATCH, sum(refused), time.process_time()))


def send_singles(port: int, key: str, seconds: float, rate: int) -> list[float]:
    """Send single calls evenly over a few connections; how long each took, waiting for its turn included."""
    took: list[float] = []
    start = time.time() + 0.5

    def work(number: int) -> None:
        connection = Connection(port, key)
        for step in range(number, int(rate * seconds), CONNECTIONS):
            due = start + step / rate
            time.sleep(max(0.0, due - time.time()))
            connection.post(b"/v1/track", CALL % (step % USERS, b"single", step))
            took.append(time.time() - due)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took)


def family(pid: int) -> dict[int, str]:
    """A process and its descendants with their command lines."""
    found = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found |= family(int(child))
    return found


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


def usage(pid: int) -> dict[str, tuple[float, float]]:
    """CPU seconds and memory of the server's and the flusher's processes."""
    members = family(pid)
    of = {"flusher": [p for p, line in members.items() if " worker " in line]}
    of["server"] = [p for p in members if p not in of["flusher"]]
    return {name: (sum(map(cpu, pids)), sum(map(memory_mb, pids))) for name, pids in of.items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def held(environment: dict[str, str]) -> int:
    """How many events the lake holds."""
    code = (
        "from regard.cli import start; start();"
        "from regard.ledger import lake; print(lake.read('events').count().execute())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def main(seconds: float, rate: float, url: str) -> None:
    home, port = tempfile.mkdtemp(prefix="regard-bench-"), free_port()
    environment = os.environ | {"REGARD_HOME": home, "REGARD_DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "regard", "init"], env=environment, check=True, capture_output=True)
    make = (
        "from regard.cli import start; start();"
        "from regard.listen.tracking.actions import make_write_key; print(make_write_key('shop', actor='bench')[1])"
    )
    made = subprocess.run(
        [sys.executable, "-c", make], env=environment, capture_output=True, text=True, check=True
    )
    key = made.stdout.strip()
    server = subprocess.Popen(
        [sys.executable, "-m", "regard", "serve", "--bind", f"127.0.0.1:{port}"], env=environment
    )
    try:
        wait_for(port)
        print(json.dumps(measure(server.pid, port, key, seconds, rate, environment), indent=1))
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    time.sleep(3)


def backlog(environment: dict[str, str]) -> int:
    """How many events wait, asked without the product, whose start would cost more than the question."""
    question, url = (
        "SELECT coalesce(sum(event_count), 0) FROM ledger_batch",
        environment["REGARD_DATABASE_URL"],
    )
    store = psycopg.connect(url) if url else sqlite3.connect(f"{environment['REGARD_HOME']}/regard.sqlite3")
    with closing(store):
        return int(store.execute(question).fetchone()[0])


def postgres_cpu() -> float:
    """CPU seconds of the PostgreSQL servers of this machine."""
    spent = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "comm").read_text().strip() == "postgres":
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                parent = Path(f"/proc/{fields[1]}/comm").read_text().strip()
                # what its processes spent that have ended is with the one that started them
                spent += sum(map(int, fields[11:13] if parent == "postgres" else fields[11:15])) / TICKS
        except OSError:
            continue  # it has just ended
    return spent


def measure(
    pid: int, port: int, key: str, seconds: float, rate: float, environment: dict[str, str]
) -> dict[str, object]:
    singles = send_singles(port, key, min(seconds, 10), 500)
    time.sleep(2)
    before, load, postgres = usage(pid), os.getloadavg()[0], postgres_cpu()
    sent: multiprocessing.Queue[tuple[int, int, float]] = multiprocessing.Queue()
    until = time.time() + seconds
    sender = multiprocessing.Process(target=send_batches, args=(port, key, until, rate, sent))
    sender.start()
    every_ten_seconds = []
    while time.time() < until:
        time.sleep(min(10, max(0.1, until - time.time())))
        memory = {f"{name} MB": round(mb) for name, (_, mb) in usage(pid).items()}
        every_ten_seconds.append(memory | {"events waiting": backlog(environment)})
    acknowledged, refused, sender_cpu = sent.get()
    sender.join()
    ended = time.time()
    after, postgres_after = usage(pid), postgres_cpu()
    while backlog(environment) and time.time() < ended + 120:
        time.sleep(0.2)
    drained_after = time.time() - ended
    drained = usage(pid)["flusher"][0] - before["flusher"][0]
    last_waiting = every_ten_seconds[-1]["events waiting"]
    spent = {name: after[name][0] - before[name][0] for name in after} | {"sender": sender_cpu}
    return {
        "acknowledged events a second": round(acknowledged / seconds),
        "in the lake": held(environment) - len(singles),
        "acknowledged": acknowledged,
        "batches told to wait": refused,
        "seconds until all was in the lake": round(drained_after, 1),
        "CPU microseconds an event": {name: round(s / acknowledged * 1e6, 1) for name, s in spent.items()}
        | {"flusher until all was in the lake": round(drained / acknowledged * 1e6, 1)}
        | {"PostgreSQL": round((postgres_after - postgres) / acknowledged * 1e6, 1)},
        "single calls at 500 a second, ms": {
            "p50": round(singles[len(singles) // 2] * 1000, 1),
            "p99": round(singles[int(len(singles) * 0.99)] * 1000, 1),
        },
        "every 10 s": every_ten_seconds,
        "waiting at the end, seconds of the rate": round(last_waiting / acknowledged * seconds, 1),
        "load of the machine before": round(load, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=0.0, help="events a second; 0: as fast as answers come")
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database")
    asked = parser.parse_args()
    main(asked.seconds, asked.rate, asked.database)
