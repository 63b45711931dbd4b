"""A real county's gateway, read by a city's as the external system it is there."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from gateway.dashboards import section
from gateway.dashboards.federation.deployments import read_deployments
from gateway.dashboards.federation.reading import Memory, read_federated
from gateway.dashboards.schemas import SectionStatus
from shared.contracts.codes import SERVICES, Role
from shared.contracts.figures import Period, PeriodKind
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, Market
from tests.patience import SECONDS


async def test_a_city_reads_a_county_by_the_same_contract_and_only_with_its_own_scopes(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(section, "BUDGET_SECONDS", SECONDS)  # a busy machine is no matter of this contract
    monkeypatch.setattr(section, "FIRST_BUDGET_SECONDS", SECONDS)
    boards = []
    month = Period.containing(day_of(now()), PeriodKind.MONTH)
    for scopes in (["gateway:read", *(f"{unit.value}:read" for unit in SERVICES)], ["gateway:read", "sampling:read"]):
        async with market.caller(Role.ADMINISTRATOR) as administrator:
            client = {"name": "市级平台（虚构）", "scopes": scopes, "regions": [DISTRICT]}
            client["expires_at"] = (now() + timedelta(days=1)).isoformat()
            key = {"Idempotency-Key": str(uuid4())}
            made = (await administrator.post("/api/v1/api-clients", json=client, headers=key)).json()
            issued = (await administrator.post(f"/api/v1/api-clients/{made['id']}/keys", json={})).json()
        file = tmp_path / "federation.toml"
        file.write_text(
            f"""
            [[deployments]]
            region = "{DISTRICT}"
            name = "海曙区"
            gateway = "{market.address}"
            client_id = "{made["id"]}"
            client_key = "{issued["client_key"]}"
            budget_seconds = 30
            [[deployments]]
            region = "330212"
            name = "鄞州区"
            gateway = "http://127.0.0.1:9"
            client_id = "{made["id"]}"
            client_key = "{issued["client_key"]}"
            """,
            encoding="utf-8",
        )
        async with httpx.AsyncClient() as http:
            boards.append(await read_federated(http, Memory(), read_deployments(file), month))
    whole, part = boards
    assert [member.status for member in whole.members] == [SectionStatus.OK, SectionStatus.UNAVAILABLE]
    assert {figure.definition.code.partition(".")[0] for figure in whole.figures} == {unit.value for unit in SERVICES}
    assert all("鄞州区" in figure.total.note for figure in whole.figures)
    for figure in whole.figures:
        own = figure.members[0].figure
        assert (figure.total.state, figure.total.value) == (own.state, own.value), figure.definition.code
    assert part.members[0].status is SectionStatus.PARTIAL
    assert {figure.definition.code.partition(".")[0] for figure in part.figures} == {"sampling"}
