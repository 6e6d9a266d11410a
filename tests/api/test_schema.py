"""Whatever a program sends, the API answers as its description says: no fault of ours, no undescribed shape."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from regard.api.v1 import api
from regard.project.wsgi import application
from tests.api.conftest import Asking

pytestmark = pytest.mark.django_db
load_all_checks()


def description(*, every_corner: bool) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    schema.app = application
    schema.config.phases.coverage.enabled = every_corner
    return schema


some, thorough = description(every_corner=False), description(every_corner=True)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HEALTHY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


@pytest.fixture(autouse=True)
def _the_tests_connection_stays_open() -> Iterator[None]:
    """Requests come in through the server's own entry, at whose end Django lets connections go; ours must stay."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(with_key: Asking, company: list[int]) -> dict[str, str]:
    return {"Authorization": with_key().defaults["HTTP_AUTHORIZATION"]}


@some.parametrize()
@settings(max_examples=4, deadline=None, suppress_health_check=HEALTHY, derandomize=True)
def test_answers_are_as_described(case: schemathesis.Case, headers: dict[str, str]) -> None:
    case.call_and_validate(headers=headers, checks=CHECKS)


@pytest.mark.slow
@thorough.parametrize()
@settings(max_examples=150, deadline=None, suppress_health_check=HEALTHY)
def test_answers_are_as_described_at_length(case: schemathesis.Case, headers: dict[str, str]) -> None:
    case.call_and_validate(headers=headers, checks=CHECKS)
