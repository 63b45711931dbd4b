"""Routes of coverage: nothing that is uncovered is hidden."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.coverage import repository
from services.inspection.grid.coverage.schemas import CoverageRead, UncoveredPlace
from shared.contracts.codes import OFFICIALS
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

CanReadGrid = Annotated[Actor, Depends(Allow(*OFFICIALS))]
WhichRegion = Annotated[RegionCode, Query(description="区划代码，含其下级")]
WhichLevel = Annotated[GridLevel, Query(description="哪一级网格")]
OnDay = Annotated[date | None, Query(description="哪一天；不填为今天")]

router = Router(prefix="/v1", tag="网格覆盖")


@router.get("/grid-coverage")
async def read_grid_coverage(
    session: Session,
    actor: CanReadGrid,
    region: WhichRegion,
    level: WhichLevel = GridLevel.VILLAGE,
    on: OnDay = None,
) -> CoverageRead:
    """某地某级网格有多少、有责任人的多少。"""
    await ensure_in_scope(session, actor, region)
    day = on or day_of(now())
    total, covered = await repository.count_places(session, region, level, day)
    return CoverageRead(
        region_code=region, level=level, on=day, places=total, covered=covered, uncovered=total - covered
    )


@router.get("/grid-gaps/places")
async def list_uncovered_places(
    session: Session,
    actor: CanReadGrid,
    page: PageParameters,
    region: WhichRegion,
    level: WhichLevel = GridLevel.VILLAGE,
    on: OnDay = None,
) -> Page[UncoveredPlace]:
    """没有责任人的网格，逐个列出。"""
    await ensure_in_scope(session, actor, region)
    rows, following = await repository.uncovered_places(session, region, level, on or day_of(now()), page)
    return Page(items=[UncoveredPlace.model_validate(row) for row in rows], next_cursor=following)
