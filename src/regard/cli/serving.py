"""`regard serve` and `regard worker`: the pages, and what goes on behind them, as one process tree."""

import subprocess
import sys
import threading
from typing import Annotated, Any

import typer

from regard.cli import start
from regard.cli.options import HomeOption
from regard.errors import SettingError


def split_address(address: str) -> tuple[str, int]:
    """`127.0.0.1:8321` as host and port."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingError(
            f"`{address}` is no address to listen on.", hint="Say host:port, as in 127.0.0.1:8321."
        )
    return host.strip("[]"), int(port)


def serve(
    home: HomeOption = None,
    bind: Annotated[str, typer.Option(help="host:port to listen on; default REGARD_BIND.")] = "",
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer requests.")] = 2,
    worker: Annotated[bool, typer.Option(help="Also run the worker.")] = True,
) -> None:
    """Serve the pages and the API; jobs and the flusher run beside them."""
    start(home)
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces

    host, port = split_address(bind or settings.REGARD_BIND)
    companion = _start_worker() if worker else None
    server = Granian(
        "regard.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        respawn_failed_workers=True,
        log_level="warning",
    )
    print(f"Regard is at http://{host}:{port} (stop with Ctrl-C)", flush=True)
    try:
        server.serve()
    finally:
        if companion is not None:
            companion.terminate()
            companion.wait(timeout=30)


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "regard", "worker"])


def worker(home: HomeOption = None) -> None:
    """Run the background work: jobs, and the flusher from inbox to lake."""
    start(home)
    from django.conf import settings
    from django.utils.module_loading import autodiscover_modules
    from huey.contrib.djhuey import HUEY

    from regard.ledger.flusher import run_flusher

    autodiscover_modules("tasks")
    stop = threading.Event()
    flusher = threading.Thread(target=run_flusher, args=(stop,), name="flusher")
    flusher.start()
    try:
        consumer: dict[str, Any] = settings.HUEY["consumer"]  # type: ignore[assignment]
        HUEY.create_consumer(**consumer).run()  # until a signal ends it
    finally:
        stop.set()
        flusher.join()
