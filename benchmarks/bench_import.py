"""Importing a 1,000,000-row order CSV, end to end, beside pandas.read_csv + to_sql of the same file.

    python benchmarks/bench_import.py [rows]

Each side runs in a process of its own; the figures are wall-clock seconds, seconds of
processor time (all threads; the fairer ones on a busy machine) and the process's largest memory.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

OURS = """
import resource, sys, time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from regard.listen.actions import import_file
began, began_busy = time.perf_counter(), time.process_time()
done = import_file(Path(sys.argv[1]), source="shop", actor="benchmark")
took = time.perf_counter() - began
busy = time.process_time() - began_busy
assert done.rows_read == done.event_rows + done.attribute_rows + done.duplicate_rows + done.rejected_rows
largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
began, began_busy = time.perf_counter(), time.process_time()
again = import_file(Path(sys.argv[1]), source="shop", actor="benchmark")
assert again.duplicate_rows == again.rows_read and not again.events_added
again_took, again_busy = time.perf_counter() - began, time.process_time() - began_busy
print(f'[{took}, {busy}, {largest}, {done.events_added}, {again_took}, {again_busy}]')
"""
PANDAS = """
import resource, sqlite3, sys, time
import pandas as pd
began, began_busy = time.perf_counter(), time.process_time()
frame = pd.read_csv(sys.argv[1], parse_dates=["order_date"])
with sqlite3.connect(sys.argv[2]) as connection:
    frame.to_sql("orders", connection, index=False)
took = time.perf_counter() - began
busy = time.process_time() - began_busy
print(f'[{took}, {busy}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}, {len(frame)}]')
"""


def write_orders(path: Path, rows: int) -> None:
    """Orders of rows / 10 customers over three years."""
    chance = np.random.default_rng(1)
    customers = chance.integers(1, max(rows // 10, 2), rows)
    days = np.datetime64("2023-01-01T08:00:00") + chance.integers(0, 3 * 365 * 86400, rows).astype(
        "timedelta64[s]"
    )
    amounts = np.round(chance.gamma(2.0, 30.0, rows) + 1, 2)
    products = chance.integers(1, 500, rows)
    with path.open("w") as file:
        file.write("order_id,customer_id,order_date,product_id,channel,amount\n")
        for number, (customer, day, product, amount) in enumerate(
            zip(customers, np.datetime_as_string(days), products, amounts, strict=True)
        ):
            when = day.replace("T", " ")
            file.write(
                f"O{number},K{customer},{when},P{product},{'web' if product % 3 else 'store'},{amount:.2f}\n"
            )


def run(code: str, folder: Path, *arguments: str) -> list[float]:
    """Run one side in a fresh process and home."""
    environment = {
        **os.environ,
        "REGARD_HOME": str(folder),
        "DJANGO_SETTINGS_MODULE": "regard.project.settings",
    }
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return [float(number) for number in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_orders(place / "orders.csv", rows)
        (place / "home").mkdir()
        began = time.strftime("%H:%M")
        ours = run(OURS, place / "home", str(place / "orders.csv"))
        peer = run(PANDAS, place, str(place / "orders.csv"), str(place / "peer.sqlite3"))
    print(f"{rows:,} rows, {began}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(
        f"regard import           {ours[0]:7.1f} s  {ours[1]:6.1f} s cpu  {ours[2]:6.0f} MB  {ours[3]:,.0f} events"
    )
    print(f"the same file again     {ours[4]:7.1f} s  {ours[5]:6.1f} s cpu")
    print(f"pandas read_csv+to_sql  {peer[0]:7.1f} s  {peer[1]:6.1f} s cpu  {peer[2]:6.0f} MB")
    print(
        f"ratio                   {peer[0] / ours[0]:7.2f}    {peer[1] / ours[1]:6.2f}  (above 1: ours is faster)"
    )


if __name__ == "__main__":
    main()
