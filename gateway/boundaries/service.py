"""Taking in and withdrawing boundary files."""

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.boundaries import repository
from gateway.boundaries.models import Boundary
from gateway.boundaries.rules import read_outlines
from gateway.boundaries.schemas import BoundaryCreate
from shared.http.auth import Actor
from shared.http.problems import FieldError, NotFound, Problem
from shared.regions.scope import ensure_in_scope
from shared.times import now


class WrongBoundary(Problem):
    slug, title, status = "wrong-boundary", "边界文件有错，没有收下", 422


async def bring_in(session: AsyncSession, region: str, body: BoundaryCreate, actor: Actor) -> Boundary:
    """Store a file for a region of the actor's own. Raises `OutsideRegion`, `WrongBoundary`."""
    await ensure_in_scope(session, actor, region)
    below = await repository.names_below(session, region)
    if not below:
        raise WrongBoundary("这个地区没有下级，不用画图")
    reading = read_outlines(body.boundary, below)
    if reading.errors:
        raise WrongBoundary(
            f"有 {len(reading.errors)} 处需要改正",
            errors=[
                FieldError(pointer=f"/boundary{place}", message=words, code="boundary")
                for place, words in reading.errors
            ],
        )
    boundary = Boundary(
        region_code=region,
        outlines=reading.outlines,
        source=body.source,
        approval=body.approval,
        recorded_at=now(),
        recorded_by=actor.id,
        withdrawn_at=None,
    )
    session.add(boundary)
    await session.flush()
    return boundary


async def withdraw(session: AsyncSession, region: str, actor: Actor) -> None:
    """Take the map off the boards of a region. Raises `OutsideRegion`, `NotFound`."""
    await ensure_in_scope(session, actor, region)
    boundary = await repository.shown(session, region)
    if boundary is None:
        raise NotFound("这个地区没有正在使用的边界图")
    boundary.withdraw(now())
    await session.flush()
