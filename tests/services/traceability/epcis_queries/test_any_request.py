"""Whatever is sent to an EPCIS path, fitting its description or breaking it, the answer is no 5xx."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import Case

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.contracts.any_request import requests_to, sent
from tests.services.traceability.epcis_queries.worlds import HAISHU


@pytest.fixture
def clients(client_of: ClientOf) -> ClientOf:
    return client_of


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(case=requests_to(Unit.TRACEABILITY, below="/epcis"))
async def test_no_request_breaks_the_server(clients: ClientOf, case: Case[Any]) -> None:
    client = await clients(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    answer = await client.request(**sent(case))
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status"} <= answer.json().keys()
