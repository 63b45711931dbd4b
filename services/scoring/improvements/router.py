"""提分路径 over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.scoring.evaluations.router import CanReadEvaluations
from services.scoring.improvements import service
from services.scoring.improvements.schemas import ImprovementsRead
from shared.database import Session
from shared.http.routing import Router

router = Router(prefix="/v1/evaluations/{evaluation_id}/improvements", tag="提分路径")


@router.get("", summary="哪些条款最能提分、还缺什么、来不来得及")
async def read_improvements(
    evaluation_id: UUID,
    actor: CanReadEvaluations,
    session: Session,
    before: Annotated[date, Query(description="到哪一天为止", examples=["2026-12-31"])],
) -> ImprovementsRead:
    """按您可见的最后一个阶段计算。先列否决项，再按提分多少列条款；提分按整棵树重算，权重与标化都算在内。"""
    return await service.way_up(session, evaluation_id, before, actor)
