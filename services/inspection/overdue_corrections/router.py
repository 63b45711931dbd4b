"""逾期整改: the office's board, one by one and added up."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.inspection.overdue_corrections import reading
from services.inspection.overdue_corrections.repository import OverdueFilter
from services.inspection.overdue_corrections.schemas import OverdueCorrection, OverdueSummary
from shared.contracts.codes import OFFICIALS
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.scope import ensure_in_scope
from shared.times import now

CanReadOverdue = Annotated[Actor, Depends(Allow(*OFFICIALS))]

router = Router(prefix="/v1/overdue-corrections", tag="逾期整改")


@router.get("")
async def list_overdue_corrections(
    actor: CanReadOverdue,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    officer: Annotated[UUID | None, Query(description="责令限期的人")] = None,
    at_least_days: Annotated[int | None, Query(ge=0, le=3660, description="至少逾期多少整日")] = None,
    below_days: Annotated[int | None, Query(ge=0, le=3660, description="逾期不满多少整日")] = None,
) -> Page[OverdueCorrection]:
    """整改期限已过的，逾期最久的在前：谁责令的、升级到哪一步、发过什么文书"""
    moment = now()
    wanted = OverdueFilter(
        region=region,
        officer_id=officer,
        overdue_before=moment - timedelta(days=at_least_days) if at_least_days is not None else None,
        overdue_since=moment - timedelta(days=below_days) if below_days is not None else None,
    )
    return await reading.show_page(session, wanted, actor, page)


@router.get("/summary")
async def sum_up_overdue_corrections(
    actor: CanReadOverdue, session: Session, region: Annotated[RegionCode, Query(description="区划代码，含其下级")]
) -> OverdueSummary:
    """一个区划逾期的整改：按直属下级、按责令的人、按逾期长短"""
    await ensure_in_scope(session, actor, region)
    return await reading.show_summary(session, region, actor)
