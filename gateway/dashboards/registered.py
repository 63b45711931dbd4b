"""What documents state about a region (登记数据): read from all five units side by side, never mixed with figures."""

import asyncio
from collections.abc import AsyncIterator

import structlog
from pydantic import ValidationError

from gateway.clients import Caller, Refused, Services, ServiceSilent
from gateway.dashboards.schemas import RegisteredFigures, RegisteredSection, SectionStatus
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.figures import RegisteredFigureRead
from shared.database import Session
from shared.figures import repository
from shared.http.auth import Actor
from shared.http.pagination import PageRequest
from shared.regions import repository as regions
from shared.regions.scope import ensure_in_scope

log = structlog.get_logger(__name__)

BUDGET_SECONDS = 1.5
"""What one service may take for all its pages; the services are asked side by side."""
ROWS_A_PAGE = 200
OWN_TITLE = "综合"
"""What the gateway itself keeps belongs to no single supervision domain."""


async def read_registered(
    services: Services, session: Session, region: str, actor: Actor, caller: Caller
) -> RegisteredFigures:
    """The stated values of the region itself (they are not rolled up), by unit; a silent one is a section saying so.

    Raises `OutsideRegion`.
    """
    await ensure_in_scope(session, actor, region)
    found = await regions.get_region(session, region)
    asked = asyncio.gather(*(read_registered_section(services, unit, region, caller) for unit in SERVICES))
    own = [RegisteredFigureRead.model_validate(row) async for row in _own_rows(session, region)]
    return RegisteredFigures(
        region_code=region,
        region_name=found.name if found else region,
        sections=[*await asked, _answered(Unit.GATEWAY, OWN_TITLE, own)],
    )


async def read_registered_section(services: Services, unit: Unit, region: str, caller: Caller) -> RegisteredSection:
    """What one service keeps, all its pages within the budget; silent or refusing, a section that says so."""
    try:
        async with asyncio.timeout(BUDGET_SECONDS):
            stated = [RegisteredFigureRead.model_validate(row) async for row in _rows(services, unit, region, caller)]
    except Refused as refusal:
        return _missing(unit, refusal.detail or refusal.answered_title)
    except (ServiceSilent, TimeoutError, ValidationError) as error:
        log.warning("registered_figures_missing", service=unit, reason=type(error).__name__)
        return _missing(unit, f"{unit.label}服务暂不可用，它登记的数据现在看不到")
    return _answered(unit, unit.label, stated)


async def _rows(services: Services, unit: Unit, region: str, caller: Caller) -> AsyncIterator[object]:
    wanted = {"region": region, "limit": str(ROWS_A_PAGE)}
    while True:
        page = await services.get(unit, "/v1/registered-figures", caller, BUDGET_SECONDS, **wanted)
        for row in page["items"]:
            yield row
        if page["next_cursor"] is None:
            return
        wanted["cursor"] = page["next_cursor"]


async def _own_rows(session: Session, region: str) -> AsyncIterator[object]:
    cursor: str | None = None
    while True:
        page = PageRequest(cursor, ROWS_A_PAGE)
        rows, cursor = await repository.list_registered(session, region, page, code=None, superseded=False)
        for row in rows:
            yield row
        if cursor is None:
            return


def _answered(unit: Unit, title: str, stated: list[RegisteredFigureRead]) -> RegisteredSection:
    return RegisteredSection(service=unit, title=title, status=SectionStatus.OK, note="", figures=stated)


def _missing(unit: Unit, note: str) -> RegisteredSection:
    return RegisteredSection(service=unit, title=unit.label, status=SectionStatus.UNAVAILABLE, note=note, figures=[])
