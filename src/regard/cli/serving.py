"""`regard serve` and `regard worker`: the pages, and what goes on behind them, as one process tree."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli import start
from regard.cli.options import HomeOption
from regard.errors import ConflictError, SettingError

if TYPE_CHECKING:
    from huey.api import Huey

GRACE = 20.0  # seconds that a process has to end by itself
RESTART_PAUSE = 2.0  # seconds


class Companion:
    """`regard worker` as a child process: started again should it die, ended when we end."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._keep, name="companion", daemon=True).start()

    def end(self) -> None:
        self._ending.set()
        self._process.terminate()
        try:
            self._process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        # a session of its own: Ctrl-C reaches us alone, and we end it in good order
        command = [sys.executable, "-m", "regard", "worker", "--with-parent"]
        return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command

    def _keep(self) -> None:
        while True:
            code = self._process.wait()
            if self._ending.wait(RESTART_PAUSE):
                return
            print(f"The worker ended with code {code} and is started again.", file=sys.stderr, flush=True)
            self._process = self._start()


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

    shown = bind or settings.REGARD_BIND
    host, port = free_address(*split_address(shown))
    companion = Companion() if worker else None
    server = Granian(
        "regard.cli.serving:make_application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        workers_kill_timeout=int(GRACE),
        blocking_threads=4,
        respawn_failed_workers=True,
        log_level="warning",
    )
    print(f"Regard is at http://{shown} (stop with Ctrl-C)", flush=True)
    try:
        server.serve()
    finally:
        if companion is not None:
            companion.end()


def worker(
    home: HomeOption = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Run the background work: jobs, and the flusher from inbox to lake."""
    if with_parent:
        end_with_parent()
    start(home)
    from django.conf import settings
    from django.utils.module_loading import autodiscover_modules
    from huey.contrib.djhuey import HUEY

    from regard.ledger.flusher import run_flusher

    autodiscover_modules("tasks")
    from regard.understand.tasks import resume

    resume()
    keep_apart(HUEY)
    stop = threading.Event()
    flusher = threading.Thread(target=run_flusher, args=(stop,), name="flusher")
    flusher.start()
    try:
        consumer: dict[str, Any] = settings.HUEY["consumer"]  # type: ignore[assignment]
        HUEY.create_consumer(**consumer).run()  # until a signal ends it
    finally:
        stop.set()
        flusher.join()


def keep_apart(jobs: "Huey") -> None:
    """A job of every minute that still runs is not begun again in another thread."""
    from huey.api import PeriodicTask
    from huey.exceptions import CancelExecution

    running: set[str] = set()
    changing = threading.Lock()

    def begin(task: Any) -> None:
        if isinstance(task, PeriodicTask):
            with changing:
                if task.name in running:
                    raise CancelExecution(f"{task.name} still runs")
                running.add(task.name)

    def end(task: Any, _value: Any, _error: Any) -> None:
        if isinstance(task, PeriodicTask):
            with changing:
                running.discard(task.name)

    jobs.pre_execute()(begin)
    jobs.post_execute()(end)


def make_application() -> Callable[..., Any]:
    """What each of the server's processes answers with."""
    end_with_parent()
    from django.urls import resolve

    from regard.ledger import lake
    from regard.project.wsgi import application

    lake.use_one_thread()
    resolve("/")  # loads every page and endpoint now, not when the first is asked for
    gc.collect()
    gc.freeze()  # what is loaded stays: no request need wait while it is looked through for garbage
    return application


def end_with_parent() -> None:
    """End this process soon after its parent ended, even if that was killed."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def split_address(address: str) -> tuple[str, int]:
    """`127.0.0.1:8321` as host and port."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingError(
            f"`{address}` is no address to listen on.", hint="Say host:port, as in 127.0.0.1:8321."
        )
    return host.strip("[]"), int(port)


def free_address(host: str, port: int) -> tuple[str, int]:
    """The same with the host as a number; refused when nobody can listen there."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        raise ConflictError(
            f"Cannot listen on {host}:{port}: {str(error.strerror).partition(' (')[0]}.",
            hint="Is Regard running already? Choose another address with --bind HOST:PORT.",
        ) from error
    return str(address[0]), port
