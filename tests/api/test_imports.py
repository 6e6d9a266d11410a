import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regard.ledger.queries import newest_events
from regard.listen.models import Import
from tests.api.conftest import Asking

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports"
ORDERS = (
    b"customer_id,order_id,order_date,amount,currency\n"
    b"17,1,2026-10-01,10.00,EUR\n18,2,2026-10-02,20.00,EUR\n19,3,2026-10-03,a lot,EUR\n"
)


@pytest.fixture
def department(with_key: Asking) -> Client:
    return with_key("imports.read", "imports.write")


def test_a_file_is_taken_in_and_its_rows_add_up(
    department: Client, django_capture_on_commit_callbacks: object
) -> None:
    answer = department.post(IMPORTS, {"source": "till", "file": SimpleUploadedFile("orders.csv", ORDERS)})
    assert answer.status_code == 202
    job = department.get(f"{IMPORTS}/{answer.json()['id']}").json()
    assert (job["state"], job["rows_read"], job["source"], job["error"]) == ("done", 3, "till", "")
    assert job["event_rows"] + job["attribute_rows"] + job["duplicate_rows"] + job["rejected_rows"] == 3
    assert len(newest_events(names=["order.completed"])) == job["events_added"] > 0
    assert department.get(IMPORTS).json()[0] == job
    assert Import.objects.get().actor.startswith("api:")
    rejects = department.get(f"{IMPORTS}/{job['id']}/rejects")
    assert rejects["Content-Type"] == "text/csv; charset=utf-8"
    assert rejects.content.decode().count("\n") == 1 + job["rejected_rows"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"source": "till"}, "file: Field required"),
        ({"file": SimpleUploadedFile("a.csv", ORDERS)}, "source: Field required"),
        ({"source": "../etc", "file": SimpleUploadedFile("a.csv", ORDERS)}, "cannot be the name of a source"),
        ({"source": "till", "file": SimpleUploadedFile("a.csv", b"")}, "empty"),
    ],
)
def test_what_is_no_import_is_refused(department: Client, sent: dict[str, object], sentence: str) -> None:
    answer = department.post(IMPORTS, sent)
    assert answer.status_code == 400
    assert sentence in answer.json()["message"]
    assert not Import.objects.exists()


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(department: Client, settings: object) -> None:
    settings.REGARD_UPLOAD_LIMIT = 1 << 20  # type: ignore[attr-defined]
    answer = department.post(IMPORTS, b"-" * (3 << 20), content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["77", "77/rejects", str(2**63)])
def test_an_unknown_import_is_refused(department: Client, path: str) -> None:
    assert department.get(f"{IMPORTS}/{path}").status_code in {400, 404}
