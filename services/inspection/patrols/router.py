"""Routes of patrols."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.grid.cells.schemas import CellCode
from services.inspection.patrols import repository, service
from services.inspection.patrols.models import Patrol
from services.inspection.patrols.repository import PatrolFilter
from services.inspection.patrols.schemas import PatrolRead, PatrolSummary, PatrolWrite
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadPatrols = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanPatrol = Annotated[Actor, Depends(Allow(Role.GRID_OFFICER, Role.INSPECTOR))]

router = Router(prefix="/v1/patrols", tag="网格巡查")


@router.get("")
async def list_patrols(
    session: Session,
    actor: CanReadPatrols,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    cell: Annotated[CellCode | None, Query(description="网格代码")] = None,
    patroller: Annotated[UUID | None, Query(description="巡查人")] = None,
    since: Annotated[date | None, Query(description="开始日不早于")] = None,
) -> Page[PatrolSummary]:
    """巡查一览，最近的在前。"""
    wanted = PatrolFilter(region_code=region, cell_code=cell, patroller_id=patroller, since=since)
    rows, following = await repository.list_patrols(session, actor, wanted, page)
    return Page(items=[PatrolSummary.model_validate(_facts(row)) for row in rows], next_cursor=following)


@router.get("/{patrol_id}")
async def read_patrol(session: Session, actor: CanReadPatrols, patrol_id: UUID) -> PatrolRead:
    """一次巡查。"""
    return _show(await service.patrol_for(session, patrol_id, actor))


@router.put("/{patrol_id}", responses={201: {"model": PatrolRead}})
async def put_patrol(
    session: Session, actor: CanPatrol, patrol_id: UUID, body: PatrolWrite, response: Response
) -> PatrolRead:
    """终端提交巡查，编号（UUIDv7）由终端生成；每处发现随即成为线索；断网后原样再发，答复不变。"""
    patrol, is_new = await service.put_patrol(session, actor, patrol_id, body)
    response.status_code = 201 if is_new else 200
    return _show(patrol)


def _facts(patrol: Patrol) -> dict[str, object]:
    return {name: getattr(patrol, name) for name in PatrolSummary.model_fields}


def _show(patrol: Patrol) -> PatrolRead:
    said = {name: patrol.content[name] for name in ("looks", "findings", "note")}
    return PatrolRead.model_validate(_facts(patrol) | said | {"sha256": patrol.sha256})
