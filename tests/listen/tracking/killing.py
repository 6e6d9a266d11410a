"""Kills servers and flushers under load, again and again, and counts what was acknowledged and lost or doubled.

    python -m tests.listen.tracking.killing <kills> <seed>

Prints one JSON line. Works on the home and database of the environment, which must be fresh. Clients behave as
the real ones do: what is not acknowledged is sent again, and now and then what is.
"""

import http.client
import json
import os
import random
import signal
import socket
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from regard.ledger import actions, inbox, lake  # noqa: E402
from regard.listen.tracking.actions import make_write_key  # noqa: E402
from tests.ledger.killing import finish, flush_for_ever, fork  # noqa: E402

CLIENTS = 4


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        pass


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def serve(listening: socket.socket) -> None:
    """Answer on a socket that outlives this process, as the real server does: many threads, one inbox."""
    from regard.project.wsgi import application

    server = Server(("127.0.0.1", 0), Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket, server.server_name, server.server_port = listening, "localhost", listening.getsockname()[1]
    server.setup_environ()
    server.set_app(application)
    server.serve_forever(poll_interval=0.05)


def send(port: int, key: str, home: Path, seed: int) -> None:
    """Send batches from several clients until told to stop, each until it is acknowledged."""

    def client(number: int) -> None:
        luck = random.Random(seed * 100 + number)
        batches: list[list[str]] = []
        with (home / f"acknowledged-{number}.txt").open("w") as acknowledged:
            while not (home / "stop").exists():
                if batches and luck.random() < 0.1:
                    ids = luck.choice(batches)
                else:
                    ids = [f"{number}-{len(batches)}-{n}" for n in range(luck.randint(1, 30))]
                    batches.append(ids)
                while not post(port, key, ids):
                    time.sleep(0.02)
                acknowledged.write("".join(f"{one}\n" for one in ids))
                acknowledged.flush()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def post(port: int, key: str, ids: list[str]) -> bool:
    calls = [{"type": "track", "event": "Kept", "userId": f"u{len(one)}", "messageId": one,
              "properties": {"id": one}} for one in ids]  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        headers = {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
        connection.request("POST", "/v1/batch", json.dumps({"batch": calls}), headers)
        answer = connection.getresponse()
        return answer.status == 200 and json.loads(answer.read()) == {"success": True}
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def judge(home: Path, result: Path) -> None:
    """Flush what is left and compare the lake with what was acknowledged."""
    while actions.flush_inbox().batches:
        pass
    rows = lake.fetch(lake.read("events"))
    sent = Counter(json.loads(data)["id"] for data in rows["data"].to_pylist())
    acknowledged = {
        one for number in range(CLIENTS) for one in (home / f"acknowledged-{number}.txt").read_text().split()
    }
    verdict = {
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - set(sent)),
        "doubled": sum(count - 1 for count in sent.values()),
        "left in inbox": inbox.Batch.objects.count(),
        "dead letters": inbox.DeadLetter.objects.count(),
    }
    result.write_text(json.dumps(verdict))


def prepare(key_file: Path) -> None:
    call_command("migrate", verbosity=0)
    key_file.write_text(make_write_key("shop", actor="test")[1])


def main(kills: int, seed: int) -> None:
    luck = random.Random(seed)
    home = Path(settings.REGARD_HOME)
    assert finish(fork(lambda: prepare(home / "key.txt"))) == 0
    key = (home / "key.txt").read_text()
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listening.getsockname()[1]
    works: dict[str, Callable[[], None]] = {
        "server": lambda: serve(listening), "other server": lambda: serve(listening), "flusher": flush_for_ever,
    }  # fmt: skip
    running = {name: fork(work) for name, work in works.items()}
    clients = fork(lambda: send(port, key, home, seed))
    killed: Counter[str] = Counter()
    for _ in range(kills):
        time.sleep(luck.uniform(0.02, 0.5))
        name = luck.choice(list(works))
        os.kill(running[name], signal.SIGKILL)
        killed[name] += finish(running[name]) == -signal.SIGKILL
        running[name] = fork(works[name])
    (home / "stop").touch()
    assert finish(clients) == 0
    for pid in running.values():
        os.kill(pid, signal.SIGKILL)
        finish(pid)
    assert finish(fork(lambda: judge(home, home / "verdict.json"))) == 0
    print(json.dumps(json.loads((home / "verdict.json").read_text()) | {"killed": killed}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
