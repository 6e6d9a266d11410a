"""The clients that companies have on Node, unmodified, against a real server."""

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import deltalake
import pytest
from deltalake.exceptions import TableNotFoundError

from tests.listen.tracking.between import LOST, stumbling
from tests.listen.tracking.node import LOCKED
from tests.listen.tracking.server import Running, wait_until

pytestmark = pytest.mark.slow  # a real server takes seconds to start

CLIENTS = {
    "@segment/analytics-node": "segnode",
    "@rudderstack/rudder-sdk-node": "ruddernode",
    "analytics-node": "oldnode",
}
TOLD = 6  # calls that each client makes; an order with a product is two events
MOST_SHOWN = 1000  # events that the API answers with at once
TIMELINE = Counter(
    ["page.viewed", "custom.identified", "custom.video_played", "order.completed", "item.bought", "custom.grouped",
     "custom.aliased"]
)  # fmt: skip


def tell(clients: Path, client: str, *, key: str, address: str, user: str, further: int = 0) -> Any:
    """Let a client tell; what it says of it."""
    command = ["node", LOCKED / "tell.cjs", clients, client, address, key, user, str(further)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def timeline(server: Running, user: str) -> Counter[str]:
    """How often each event is on the timeline of a user, whom the page before knew as a visitor only."""
    events = server.ask(f"customers/shop:{user}/events", limit=MOST_SHOWN)
    return Counter(event["name"] for event in events) if isinstance(events, list) else Counter()


def in_lake(server: Running, user: str) -> list[str]:
    """The events in the lake of a user and of the visitor she was, by id."""
    try:
        lake = deltalake.DeltaTable(server.home / "lake" / "events")
    except TableNotFoundError:
        return []  # made by the first flush
    events = lake.to_pyarrow_table(columns=["event_id", "person"])
    persons = {f"shop:{user}", f"anon:visitor-{user}"}
    return [one["event_id"] for one in events.to_pylist() if one["person"] in persons]


def expect(server: Running, user: str, further: int = 0) -> None:
    """Everything is there, and once."""
    expected = TIMELINE + Counter({"custom.step_taken": further})
    wait_until(lambda: len(in_lake(server, user)) >= expected.total(), seconds=60)
    found = in_lake(server, user)
    assert len(found) == len(set(found)) == expected.total()
    shown = min(MOST_SHOWN, expected.total())
    wait_until(lambda: timeline(server, user).total() >= shown)  # who she is, is known a moment later
    assert timeline(server, user) == expected or shown == MOST_SHOWN
    assert server.ask(f"customers/shop:{user}")["email"] == f"{user}@example.org"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_node_client_works_as_it_is(server: Running, clients: Path, client: str) -> None:
    user = CLIENTS[client]
    said = tell(clients, client, key=server.write_key, address=server.address, user=user)
    assert said == {"told": TOLD, "errors": []}
    expect(server, user)


@pytest.mark.parametrize("client", CLIENTS)
def test_large_batches_of_a_node_client_arrive_whole(server: Running, clients: Path, client: str) -> None:
    user, further = f"{CLIENTS[client]}-large", 1200
    with stumbling(server.address) as between:
        said = tell(
            clients, client, key=server.write_key, address=between.address, user=user, further=further
        )
    assert said == {"told": TOLD + further, "errors": []}
    assert len(between.requests) < 20
    packed = [headers.get("Content-Encoding") == "gzip" for headers, _ in between.requests]
    assert all(packed) == any(packed) == (client == "@rudderstack/rudder-sdk-node")
    expect(server, user, further)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_refused_node_client_comes_again_and_nothing_is_doubled(
    server: Running, clients: Path, client: str
) -> None:
    user = f"{CLIENTS[client]}-again"
    with stumbling(server.address, 503, 429, LOST) as between:
        said = tell(clients, client, key=server.write_key, address=between.address, user=user)
    assert said == {"told": TOLD, "errors": []}
    assert not between.wrong
    assert set(between.statuses) == {200}
    expect(server, user)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_node_client_with_a_wrong_key_is_told(server: Running, clients: Path, client: str) -> None:
    said = tell(clients, client, key="wrong", address=server.address, user="nobody")
    assert len(said["errors"]) == TOLD
