"""A server that speaks S3, for tests; a conftest.py that imports the fixtures gives them to the tests beside it."""

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.postgres import free_port

KEYS = {"REGION": "eu-central-1", "KEY_ID": "tester", "SECRET": "not-a-secret"}


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a server of this test session's own; a process, since readers here hold the interpreter."""
    pytest.importorskip("moto.server", reason="moto is not installed: nothing here speaks S3")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int) -> None:
    ends = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < ends, "the S3 server does not answer"
        time.sleep(0.1)


@pytest.fixture
def s3_lake(s3_server: str, settings: Settings) -> str:
    """A lake in an empty bucket; it is what settings say from here on."""
    import boto3

    bucket = f"lake-{secrets.token_hex(6)}"
    client = boto3.client(
        "s3", endpoint_url=s3_server, region_name=KEYS["REGION"],
        aws_access_key_id=KEYS["KEY_ID"], aws_secret_access_key=KEYS["SECRET"],
    )  # fmt: skip
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": KEYS["REGION"]})
    settings.REGARD_S3 = {"ENDPOINT": s3_server, **KEYS}
    settings.REGARD_LAKE = f"s3://{bucket}/regard"
    return str(settings.REGARD_LAKE)
