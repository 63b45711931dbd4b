"""阶段办理 over HTTP."""

from uuid import UUID

from fastapi import Response

from services.scoring.evaluation_stages import service
from services.scoring.evaluations.reading import show_evaluation
from services.scoring.evaluations.router import CanRunEvaluations
from services.scoring.evaluations.schemas import Decision, EvaluationRead, StageClosure
from shared.database import Session
from shared.http.etags import IfMatch, set_etag
from shared.http.routing import Router

router = Router(prefix="/v1/evaluations/{evaluation_id}", tag="评价创建")


@router.post("/stage-closure", summary="结束现在的阶段：计分留存，进入下一阶段")
async def close_stage(
    evaluation_id: UUID,
    body: StageClosure,
    actor: CanRunEvaluations,
    version: IfMatch,
    session: Session,
    response: Response,
) -> EvaluationRead:
    """自评由被评价地区的食安办结束，其后各阶段由组织评价的食安办结束。公示须满期且意见都已答复。"""
    evaluation = await service.close_stage(session, evaluation_id, body, version, actor)
    set_etag(response, evaluation)
    return await show_evaluation(session, evaluation)


@router.post("/conclusion", summary="综合评审作出结论；按细则未达标或尚不能确定的不能评为通过")
async def conclude_evaluation(
    evaluation_id: UUID,
    body: Decision,
    actor: CanRunEvaluations,
    version: IfMatch,
    session: Session,
    response: Response,
) -> EvaluationRead:
    evaluation = await service.conclude(session, evaluation_id, body, version, actor)
    set_etag(response, evaluation)
    return await show_evaluation(session, evaluation)
