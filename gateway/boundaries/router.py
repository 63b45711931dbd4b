"""Boundary files over HTTP."""

from typing import Annotated

from fastapi import Depends, Response

from gateway.boundaries import repository, service
from gateway.boundaries.models import Boundary
from gateway.boundaries.schemas import BoundaryCreate, BoundaryRead
from gateway.dashboards.router import CanReadDashboards, RegionInPath
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.problems import NotFound
from shared.http.routing import Router
from shared.regions.scope import ensure_in_scope

router = Router(prefix="/api/v1/regions", tag="看板")

KEEPERS = (Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR)
CanKeepBoundaries = Annotated[Actor, Depends(Allow(*KEEPERS))]


@router.get("/{code}/boundary", summary="一个地区下级的边界图")
async def get_boundary(actor: CanReadDashboards, code: RegionInPath, session: Session) -> BoundaryRead:
    """单位自己上传的边界；没有的答 404，看板用瓦片图。"""
    await ensure_in_scope(session, actor, code)
    boundary = await repository.shown(session, code)
    if boundary is None:
        raise NotFound("这个地区没有边界图")
    return await _read(session, boundary)


@router.post("/{code}/boundaries", status_code=201, summary="上传边界图")
async def bring_in_boundary(
    actor: CanKeepBoundaries,
    code: RegionInPath,
    body: BoundaryCreate,
    session: Session,
    response: Response,
    _: Idempotent,
) -> BoundaryRead:
    """GeoJSON，一个直接下级一项；以最后一次上传的为准，先前的留着。有一处错即全部不收。"""
    boundary = await service.bring_in(session, code, body, actor)
    response.headers["Location"] = f"/api/v1/regions/{code}/boundary"
    return await _read(session, boundary)


@router.post("/{code}/boundary/withdrawal", status_code=204, summary="停用边界图")
async def withdraw_boundary(actor: CanKeepBoundaries, code: RegionInPath, session: Session) -> None:
    """看板回到瓦片图；文件留着，不再使用。"""
    await service.withdraw(session, code, actor)


async def _read(session: Session, boundary: Boundary) -> BoundaryRead:
    below = await repository.names_below(session, boundary.region_code)
    return BoundaryRead(
        id=boundary.id,
        region_code=boundary.region_code,
        source=boundary.source,
        approval=boundary.approval,
        recorded_at=boundary.recorded_at,
        outlines=boundary.outlines,
        missing=[code for code in below if code not in boundary.outlines],
    )
