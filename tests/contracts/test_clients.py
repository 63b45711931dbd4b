"""The gateway's client against the real services: what they answer is what it reads."""

import httpx
import pytest

from gateway.clients import Caller, Refused, Services
from shared.contracts.codes import SERVICES, Role, Unit
from shared.contracts.figures import FigureDefinition, FigureRow, FigureSheet, Period
from shared.http.pagination import Page
from shared.ids import uuid7
from tests.conftest import ClientOf, service_of, settings_of

DISTRICT, ELSEWHERE = "330203000000", "440605000000"
JULY = Period.parse("2026-07")
BUDGET = 30.0


async def services_for(client_of: ClientOf, unit: Unit, region: str) -> tuple[Services, Caller]:
    """The gateway's client, wired to the real app of `unit`, and a leader of `region` who asks through it."""
    client = await client_of(unit, Role.LEADER, regions=[region])
    settings = settings_of(Unit.GATEWAY, "postgresql://unused", **{f"{unit.value}_url": "http://service"})
    token = client.headers["Authorization"].removeprefix("Bearer ")
    return Services(client, settings), Caller(token=token, request_id=uuid7().hex)


@pytest.mark.parametrize("unit", SERVICES)
async def test_the_figures_of_a_service_are_a_sheet(client_of: ClientOf, unit: Unit) -> None:
    services, caller = await services_for(client_of, unit, DISTRICT)
    answered = await services.get(
        unit, "/v1/figures/values", caller, BUDGET, region=DISTRICT, period=str(JULY), children="true"
    )
    sheet = FigureSheet.model_validate(answered)
    assert (sheet.region.region_name, sheet.period) == ("海曙区", str(JULY))
    assert sheet.definitions == [figure.definition for figure in service_of(unit).figures]
    for region in (sheet.region, *sheet.children):
        assert [figure.code for figure in region.figures] == [definition.code for definition in sheet.definitions]
    assert sheet.children


@pytest.mark.parametrize("unit", SERVICES)
async def test_definitions_and_rows_are_read_as_the_contract_has_them(client_of: ClientOf, unit: Unit) -> None:
    services, caller = await services_for(client_of, unit, DISTRICT)
    answered = await services.get(unit, "/v1/figures", caller, BUDGET)
    definitions = [FigureDefinition.model_validate(definition) for definition in answered]
    for definition in definitions:
        path = f"/v1/figures/{definition.code}/rows"
        rows = await services.get(unit, path, caller, BUDGET, region=DISTRICT, period=str(JULY))
        assert Page[FigureRow].model_validate(rows).next_cursor is None


@pytest.mark.parametrize("unit", SERVICES)
async def test_a_refusal_of_a_service_keeps_its_own_words(client_of: ClientOf, unit: Unit) -> None:
    services, caller = await services_for(client_of, unit, ELSEWHERE)
    with pytest.raises(Refused) as refusal:
        await services.get(unit, "/v1/figures/values", caller, BUDGET, region=DISTRICT, period=str(JULY))
    assert refusal.value.answered_status == httpx.codes.FORBIDDEN
    assert refusal.value.answered_type == "/problems/outside-region"
    assert refusal.value.unit is unit
