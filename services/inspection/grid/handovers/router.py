"""Routes of hand-overs."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.grid.cells.schemas import CellCode
from services.inspection.grid.cells.service import today
from services.inspection.grid.handovers import repository, service
from services.inspection.grid.handovers.codes import HandoverState
from services.inspection.grid.handovers.models import Handover
from services.inspection.grid.handovers.schemas import (
    Confirmation,
    HandoverCreate,
    HandoverRead,
    HandoverWithdrawal,
    OpenItem,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadGrid = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanPropose = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]
CanConfirm = Annotated[Actor, Depends(Allow(Role.GRID_OFFICER, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1", tag="网格交接")


@router.get("/grid-cells/{code}/open-items")
async def list_open_items_of_cell(session: Session, actor: CanReadGrid, code: CellCode) -> list[OpenItem]:
    """网格内未办结的检查、整改、线索，最先到期的在前。"""
    return await service.open_items_of(session, actor, code, today())


@router.get("/grid-handovers")
async def list_grid_handovers(
    session: Session,
    actor: CanReadGrid,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    state: HandoverState | None = None,
) -> Page[HandoverRead]:
    """交接一览，最近的在前。"""
    rows, following = await repository.list_handovers(session, actor, page, region=region, state=state)
    return Page(items=[HandoverRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("/grid-handovers", status_code=201)
async def propose_grid_handover(
    session: Session, actor: CanPropose, _: Idempotent, body: HandoverCreate, response: Response
) -> HandoverRead:
    """提出交接，列出未办结事项；双方确认前仍由移交人负责。"""
    return _answer(response, await service.propose(session, actor, body))


@router.get("/grid-handovers/{handover_id}")
async def read_grid_handover(
    session: Session, actor: CanReadGrid, handover_id: UUID, response: Response
) -> HandoverRead:
    """一次交接。"""
    return _answer(response, await service.handover_for(session, handover_id, actor))


@router.post("/grid-handovers/{handover_id}/confirmations")
async def confirm_grid_handover(
    session: Session, actor: CanConfirm, handover_id: UUID, body: Confirmation, version: IfMatch, response: Response
) -> HandoverRead:
    """移交人或接任人确认；第二方确认即生效，不空一天，也不重叠。"""
    return _answer(response, await service.confirm(session, actor, handover_id, body, version))


@router.post("/grid-handovers/{handover_id}/withdrawal")
async def withdraw_grid_handover(
    session: Session,
    actor: CanPropose,
    handover_id: UUID,
    body: HandoverWithdrawal,
    version: IfMatch,
    response: Response,
) -> HandoverRead:
    """撤回待确认的交接。"""
    return _answer(response, await service.withdraw(session, actor, handover_id, body.reason, version))


def _answer(response: Response, handover: Handover) -> HandoverRead:
    set_etag(response, handover)
    return HandoverRead.model_validate(handover)
