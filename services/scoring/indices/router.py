"""食品安全指数 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.scoring.indicators.router import Source
from services.scoring.indices import repository, service
from services.scoring.indices.models import IndexRule
from services.scoring.indices.schemas import (
    IndexRuleCreate,
    IndexRuleRead,
    IndexRunCreate,
    IndexRunRead,
    IndexRunSummary,
)
from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="食品安全指数")

CanReadIndices = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanCalculateIndices = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


@router.get("/index-rules")
async def list_index_rules(_: CanReadIndices, session: Session) -> list[IndexRuleRead]:
    """各指数的指标、权重和方法；只增不改。"""
    return [IndexRuleRead.model_validate(row) for row in await history(session, IndexRule)]


@router.post("/index-rules", status_code=201)
async def state_index_rule(
    body: IndexRuleCreate, actor: CanStateRules, session: Session, response: Response, _: Idempotent
) -> IndexRuleRead:
    """自某日起的办法；已经算过的不受影响。"""
    document = body.model_dump(exclude={"content"}) | {"content": body.content.model_dump(mode="json")}
    row = await state_rule(session, IndexRule(**document), actor)
    response.headers["Location"] = "/v1/index-rules"
    return IndexRuleRead.model_validate(row)


@router.get("/indices")
async def list_indices(
    actor: CanReadIndices,
    session: Session,
    page: PageParameters,
    code: Annotated[Code | None, Query(description="只列这个指数")] = None,
) -> Page[IndexRunSummary]:
    """历次计算，最近的在前。"""
    rows, cursor = await repository.list_runs(session, actor, code, page)
    return Page(items=[IndexRunSummary.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/indices", status_code=201)
async def calculate_index(
    body: IndexRunCreate,
    actor: CanCalculateIndices,
    session: Session,
    source: Source,
    response: Response,
    _: Idempotent,
) -> IndexRunRead:
    """算一个季度；数据有误的再算一次，以最后一次为准，先前的留着。

    `live` 为 true 的，办法写明指标的用您自己的令牌向各服务取；取不到的记为“取不到”，不算零。
    """
    run = await service.calculate(session, body, source, actor)
    response.headers["Location"] = f"/v1/indices/{run.id}"
    return await service.show_run(session, run.id, actor)


@router.get("/indices/{run_id}")
async def read_index(run_id: UUID, actor: CanReadIndices, session: Session) -> IndexRunRead:
    """各地的指数、名次和名次范围：权重各变四分之一、少看一个指标、换一种平均，名次会到哪里。"""
    return await service.show_run(session, run_id, actor)
