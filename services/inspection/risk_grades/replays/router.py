"""方案推演: a scheme tried on last year's facts."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.inspection.risk_grades.replays import repository, service
from services.inspection.risk_grades.replays.schemas import ReplayRead, ReplayRequest, ReplaySummary
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1/risk-replays", tag="风险分级方案推演")

CanReadReplays = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanReplaySchemes = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


@router.post("", status_code=201)
async def replay_risk_scheme(
    body: ReplayRequest, session: Session, actor: CanReplaySchemes, _: Idempotent
) -> ReplayRead:
    """以过去的事实推演一版方案：谁会升、谁会降；不改变任何等级"""
    return ReplayRead.model_validate(await service.run(session, actor, body))


@router.get("")
async def list_risk_replays(session: Session, actor: CanReadReplays, page: PageParameters) -> Page[ReplaySummary]:
    """推演一览，最近的在前"""
    rows, following = await repository.list_replays(session, actor, page)
    return Page(items=[ReplaySummary.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{replay_id}")
async def read_risk_replay(session: Session, actor: CanReadReplays, replay_id: UUID) -> ReplayRead:
    """一次推演的结果与依据的哈希"""
    return ReplayRead.model_validate(await service.replay_for(session, actor, replay_id))
