"""A real county's gateway, read by a city's as the external system it is there; and the page that shows it."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from gateway.dashboards import section
from gateway.dashboards.federation.deployments import Deployment, FederationFileError, check_regions, read_deployments
from gateway.dashboards.federation.reading import Memory, read_federated
from gateway.dashboards.schemas import SectionStatus
from shared.contracts.codes import SERVICES, Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, TOWN, Market
from tests.waiting import PATIENCE


async def admitted(market: Market, scopes: list[str]) -> tuple[str, str]:
    """The city as an external system of this platform: its number and its key."""
    async with market.caller(Role.ADMINISTRATOR) as administrator:
        client = {"name": "市级平台（虚构）", "scopes": scopes, "regions": [DISTRICT]}
        client["expires_at"] = (now() + timedelta(days=1)).isoformat()
        key = {"Idempotency-Key": str(uuid4())}
        made = (await administrator.post("/api/v1/api-clients", json=client, headers=key)).json()
        issued = (await administrator.post(f"/api/v1/api-clients/{made['id']}/keys", json={})).json()
        return made["id"], issued["client_key"]


async def test_a_city_reads_a_county_by_the_same_contract_and_only_with_its_own_scopes(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(section, "BUDGET_SECONDS", PATIENCE)  # a busy machine is no matter of this contract
    monkeypatch.setattr(section, "FIRST_BUDGET_SECONDS", PATIENCE)
    boards = []
    month = Period.containing(day_of(now()), PeriodKind.MONTH)
    for scopes in (["gateway:read", *(f"{unit.value}:read" for unit in SERVICES)], ["gateway:read", "sampling:read"]):
        client_id, client_key = await admitted(market, scopes)
        file = tmp_path / "federation.toml"
        file.write_text(
            f"""
            [[deployments]]
            region = "{DISTRICT}"
            name = "海曙区"
            gateway = "{market.address}"
            client_id = "{client_id}"
            client_key = "{client_key}"
            budget_seconds = 30
            [[deployments]]
            region = "330212"
            name = "鄞州区"
            gateway = "http://127.0.0.1:9"
            client_id = "{client_id}"
            client_key = "{client_key}"
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


async def test_the_page_names_who_is_silent_and_leads_to_each_ones_own_platform(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(section, "BUDGET_SECONDS", PATIENCE)
    monkeypatch.setattr(section, "FIRST_BUDGET_SECONDS", PATIENCE)
    client_id, client_key = await admitted(market, ["gateway:read", *(f"{unit.value}:read" for unit in SERVICES)])
    one = {"client_id": client_id, "client_key": client_key, "budget_seconds": 30}
    told = one | {"region": TOWN, "name": "南门街道平台", "gateway": market.address, "pages": "https://south.example/"}
    silent = one | {"region": "330203002000", "name": "江厦街道平台", "gateway": "http://127.0.0.1:9"}
    state = market.app(Unit.GATEWAY).state
    async with market.signed_in(Role.LEADER) as leader:
        nobody = await leader.get("/federation")
        assert (nobody.status_code, "没有联接的下级平台" in nobody.text) == (404, True)
        assert "各区县平台" not in (await leader.get(f"/regions/{DISTRICT}")).text
        state.deployments = tuple(Deployment.model_validate(each) for each in (told, silent))
        try:
            assert 'href="/federation' in (await leader.get(f"/regions/{DISTRICT}")).text
            page = (await leader.get("/federation", params={"figure": "sampling.rapid_tests"})).text
        finally:
            state.deployments = ()
    assert "1个区县的数据不完整" in page
    assert "江厦街道平台（服务暂不可用）：连不上" in page
    assert "一直没有取到" in page
    assert re.search(rf'href="https://south.example/regions/{TOWN}\?period=[\d-]+">南门街道平台', page)
    assert f'href="https://south.example/regions/{TOWN}/figures/sampling.rapid_tests?period=' in page
    assert "不含：江厦街道平台" in page, "the sums say whose they are not"
    headings = re.findall(r'<h2 id="sums-\w+">(.*?)，各区县合计', page)
    assert headings == [unit.label for unit in SERVICES]
    assert client_key not in page


async def test_a_county_that_the_division_tree_does_not_know_is_refused_at_the_start(market: Market) -> None:
    known, unknown = (
        Deployment.model_validate(
            {"region": region, "name": name, "gateway": "https://a.example", "client_id": uuid4(), "client_key": "k"}
        )
        for region, name in ((DISTRICT, "海曙区"), ("110101", "某区"))
    )
    async with market.app(Unit.GATEWAY).state.sessions() as session:
        await check_regions(session, [known])
        with pytest.raises(FederationFileError, match="某区（110101000000）不在本平台的区划里"):
            await check_regions(session, [known, unknown])
