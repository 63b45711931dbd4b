"""评价计分 over HTTP: what is stated, and what it comes to."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query

from services.scoring.evaluation_scores import reading, service
from services.scoring.evaluation_scores.schemas import (
    ScoreTable,
    ScoringRead,
    ScoringSummary,
    StatementRead,
    Statements,
)
from services.scoring.evaluations.router import CanReadEvaluations
from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.routing import Router

router = Router(prefix="/v1/evaluations/{evaluation_id}", tag="评价计分")

CanState = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER, Role.REVIEWER))]


@router.get("/statements", summary="历次填报，先后为序；评审一方未结束的阶段不给被评价地区看")
async def list_statements(
    evaluation_id: UUID,
    actor: CanReadEvaluations,
    session: Session,
    code: Annotated[str | None, Query(max_length=260, description="只列这一条款或数据项的")] = None,
) -> list[StatementRead]:
    found = await service.statements_shown(session, evaluation_id, actor, code)
    return [StatementRead.model_validate(one) for one in found]


@router.post("/statements", status_code=201, summary="在现在的阶段填报：数据、评分、扣分项、点位得分")
async def state(
    evaluation_id: UUID, body: Statements, actor: CanState, session: Session, _: Idempotent
) -> list[StatementRead]:
    """一次全收或全不收。写 null 是撤回本阶段先前所填；改正取得的指标须写理由，取得的数保留。"""
    return [StatementRead.model_validate(one) for one in await service.state(session, evaluation_id, body, actor)]


@router.post("/marks/{clause_code}/second", summary="复核现在阶段对一条的评分（须为另一人）")
async def second_mark(
    evaluation_id: UUID, clause_code: Annotated[Code, Path(description="条款编号")], actor: CanState, session: Session
) -> StatementRead:
    return StatementRead.model_validate(await service.second(session, evaluation_id, clause_code, actor))


@router.get("/scores", summary="各阶段得分并列，逐条")
async def read_scores(evaluation_id: UUID, actor: CanReadEvaluations, session: Session) -> ScoreTable:
    return await reading.show_table(session, evaluation_id, actor)


@router.get("/scorings", summary="历次计分")
async def list_scorings(evaluation_id: UUID, actor: CanReadEvaluations, session: Session) -> list[ScoringSummary]:
    found = await service.scorings_shown(session, evaluation_id, actor)
    return [ScoringSummary.model_validate(one) for one in found]


@router.post("/scorings", status_code=201, summary="按现在所知计分，存下依据与每一步")
async def calculate(evaluation_id: UUID, actor: CanState, session: Session, _: Idempotent) -> ScoringRead:
    return reading.show_scoring(await service.calculate(session, evaluation_id, actor))


@router.get("/scorings/{scoring_id}", summary="一次计分：依据、哈希、每一条的算式")
async def read_scoring(
    evaluation_id: UUID, scoring_id: UUID, actor: CanReadEvaluations, session: Session
) -> ScoringRead:
    return reading.show_scoring(await service.scoring_for(session, evaluation_id, scoring_id, actor))
