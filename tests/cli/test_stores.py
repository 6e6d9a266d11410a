"""The whole way of a company's files, from `init` to pages and API, on the other stores it may choose."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from regard.simulate.company import write_company
from tests.cli.conftest import shell
from tests.cli.test_serving import wait_until
from tests.postgres import free_port, postgres_database, postgres_url
from tests.s3 import s3_lake, s3_server

__all__ = ["postgres_database", "postgres_url", "s3_lake", "s3_server"]
pytestmark = pytest.mark.slow

IN_DJANGO = """
import django, json, sys
django.setup()
from datetime import timedelta
from django.test import Client
from django.utils import timezone
from regard.access.actions import make_api_key
from regard.access.models import User
from regard.know.models import Customer
user = User.objects.get()
client = Client()
client.force_login(user)
customer, other = Customer.objects.order_by("pk").values_list("pk", flat=True)[:2]
pages = ["/", "/customers", f"/customers/{customer}", "/customers?q=an", "/measures", "/measures/nps?by=source",
         "/review", "/review/numbers", "/imports", "/settings", "/settings/users", "/settings/keys"]
found = {page: client.get(page).status_code for page in pages}
ends = timezone.now() + timedelta(days=1)
_, key = make_api_key("chain", scopes=["customers.read", "events.read", "measures.read", "imports.read",
                                       "imports.write", "customers.merge"], expires_at=ends, creator=user)
print(json.dumps({"pages": found, "key": key, "customer": customer, "other": other}))
"""


class Company:
    """One installation, worked on by the command line as a person would."""

    def __init__(self, home: Path, **settings: str) -> None:
        named = {f"REGARD_{name}": value for name, value in settings.items()}
        self.environment = {**shell(), "REGARD_HOME": str(home), **named}

    def regard(self, *words: str) -> str:
        command = [sys.executable, "-m", "regard", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.regard(*words, "--json"))

    def look_around(self) -> dict[str, Any]:
        """The status of every kind of page, and a key for the API."""
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "regard.project.settings"}
        environment["REGARD_HOSTS"] = "testserver"
        command = [sys.executable, "-c", IN_DJANGO]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_company(folder, customers=150, seed=3, as_of=date(2026, 11, 21))
    return folder


@pytest.fixture(params=["postgresql", "s3"])
def company(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Company:
    if request.param == "postgresql":
        return Company(tmp_path / "home", DATABASE_URL=request.getfixturevalue("postgres_database"))
    lake = request.getfixturevalue("s3_lake")
    keys = {f"S3_{name}": value for name, value in settings.REGARD_S3.items()}
    return Company(tmp_path / "home", LAKE=lake, **keys)


@pytest.fixture
def serving(company: Company) -> Iterator[str]:
    """`regard serve` with its worker; its address. Started once the test has filled the company."""
    address = f"127.0.0.1:{free_port()}"
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        command = [sys.executable, "-m", "regard", "serve", "--bind", address]
        process = subprocess.Popen(command, env=company.environment, stdout=subprocess.DEVNULL)
        started.append(process)

    company.start = start  # type: ignore[attr-defined]
    yield f"http://{address}"
    for process in started:
        process.terminate()
        process.wait(60)


def ask(address: str, key: str, body: object = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(address, data, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)
    except OSError:
        return 0, None


def test_the_whole_way_from_files_to_pages_and_api(company: Company, files: Path, serving: str) -> None:
    company.regard("init")
    imported = {}
    for name in ("crm.xlsx", "shop_orders.csv", "tickets.ndjson", "nps.csv"):
        imported[name] = company.json("import", str(files / name), "--yes")[0]
    assert {facts["state"] for facts in imported.values()} == {"done"}
    again = company.json("import", str(files / "shop_orders.csv"), "--yes")[0]
    assert (again["events_added"], again["duplicate_rows"]) == (0, again["rows_read"])
    company.regard("link")
    company.regard("compute")
    assert company.json("measure", "nps")
    assert company.json("events")

    seen = company.look_around()
    assert set(seen["pages"].values()) == {200}
    company.start()  # type: ignore[attr-defined]
    api, key = f"{serving}/api/v1", seen["key"]
    wait_until(lambda: ask(f"{api}/measures", key)[0] == 200, "the API answers")
    assert ask(f"{api}/customers/{seen['customer']}", key)[0] == 200
    assert ask(f"{api}/measures/csat?by=channel", key)[0] == 200
    event = {"name": "order.completed", "person": "email:new@example.org", "occurred_at": "2026-11-20T10:31:00Z",
             "subject": "order:new-1", "amount": "19.90", "currency": "EUR"}  # fmt: skip
    assert ask(f"{api}/events", key, {"source": "till", "events": [event]})[0] == 200

    def arrived() -> bool:
        return any(row["subject"] == "order:new-1" for row in ask(f"{api}/events?limit=5", key)[1])

    wait_until(arrived, "the event reaches the lake")
    status, merge = ask(f"{api}/merges", key, {"left": str(seen["customer"]), "right": str(seen["other"])})
    assert status == 200
    assert ask(f"{api}/merges/{merge['id']}/undo", key, {})[1]["undone_at"]
