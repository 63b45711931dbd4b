"""Whatever is sent to an EPCIS path, fitting its description or breaking it, the answer is no 5xx."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, app_module
from tests.services.traceability.epcis_queries.worlds import HAISHU

Operation = APIOperation[Any, Any, Any, Any]


def epcis_operations() -> list[Operation]:
    described = schemathesis.openapi.from_dict(app_module(Unit.TRACEABILITY).app.openapi())
    every = list(described.get_all_operations())
    operations = [found.ok() for found in every if isinstance(found, Ok)]
    assert len(operations) == len(every), "the description is sound"
    return [operation for operation in operations if operation.path.startswith("/epcis")]


OPERATIONS = epcis_operations()
REQUESTS = st.tuples(st.sampled_from(OPERATIONS), st.sampled_from(GenerationMode)).flatmap(
    lambda drawn: drawn[0].as_strategy(generation_mode=drawn[1])
)


@pytest.fixture
def clients(client_of: ClientOf) -> ClientOf:
    return client_of


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(case=REQUESTS)
async def test_no_request_breaks_the_server(clients: ClientOf, case: Case[Any]) -> None:
    client = await clients(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    answer = await client.request(**_sent(case))
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status"} <= answer.json().keys()


def _sent(case: Case[Any]) -> dict[str, Any]:
    """The case as httpx sends it; what no HTTP client can put on the wire is left out."""
    asked = case.as_transport_kwargs(base_url="http://test")
    headers = {name: value for name, value in dict(asked["headers"]).items() if name.lower() != "authorization"}
    body = (
        {"content": asked["data"]}
        if asked.get("data") is not None
        else {"json": asked["json"]}
        if "json" in asked
        else {}
    )
    return {
        "method": asked["method"],
        "url": asked["url"],
        "params": asked.get("params"),
        "headers": httpx.Headers({name: str(value).encode("latin-1", "replace") for name, value in headers.items()}),
        **body,
    }
