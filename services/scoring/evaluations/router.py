"""评价创建: runs of schemes over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.scoring.evaluations import repository, service
from services.scoring.evaluations.access import evaluation_for
from services.scoring.evaluations.reading import show_evaluation
from services.scoring.evaluations.repository import EvaluationFilter
from services.scoring.evaluations.schemas import (
    Abandonment,
    EvaluationCreate,
    EvaluationRead,
    EvaluationSummary,
    OpinionAnswer,
    OpinionCreate,
    OpinionRead,
    Publicity,
)
from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.evaluations import RunState
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1/evaluations", tag="评价创建")

CanReadEvaluations = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER, Role.ADMINISTRATOR))]
CanRunEvaluations = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]


@router.get("", summary="评价一览，最近的在前")
async def list_evaluations(
    actor: CanReadEvaluations,
    session: Session,
    page: PageParameters,
    state: RunState | None = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    scheme: Annotated[Code | None, Query(description="只列按此细则的")] = None,
) -> Page[EvaluationSummary]:
    wanted = EvaluationFilter(state=state, region=region, scheme=scheme)
    found, following = await repository.list_evaluations(session, wanted, actor, page)
    return Page(items=[EvaluationSummary.model_validate(one) for one in found], next_cursor=following)


@router.post("", status_code=201, summary="开始一次评价，从自评阶段起")
async def begin_evaluation(
    body: EvaluationCreate, actor: CanRunEvaluations, session: Session, response: Response, _: Idempotent
) -> EvaluationRead:
    evaluation = await service.begin(session, body, actor)
    set_etag(response, evaluation)
    return await show_evaluation(session, evaluation)


@router.get("/{evaluation_id}", summary="一次评价：阶段、期限、全部经过")
async def read_evaluation(
    evaluation_id: UUID, actor: CanReadEvaluations, session: Session, response: Response
) -> EvaluationRead:
    evaluation = await evaluation_for(session, evaluation_id, actor)
    set_etag(response, evaluation)
    return await show_evaluation(session, evaluation)


@router.post("/{evaluation_id}/publicity", summary="登记公示；公示期自此起算")
async def publicise_evaluation(
    evaluation_id: UUID,
    body: Publicity,
    actor: CanRunEvaluations,
    version: IfMatch,
    session: Session,
    response: Response,
) -> EvaluationRead:
    evaluation = await service.publicise(session, evaluation_id, body, version, actor)
    set_etag(response, evaluation)
    return await show_evaluation(session, evaluation)


@router.get("/{evaluation_id}/opinions", summary="公示意见及答复")
async def list_opinions(evaluation_id: UUID, actor: CanReadEvaluations, session: Session) -> list[OpinionRead]:
    evaluation = await evaluation_for(session, evaluation_id, actor)
    return [OpinionRead.model_validate(one) for one in await repository.opinions_of(session, evaluation.id)]


@router.post("/{evaluation_id}/opinions", status_code=201, summary="登记一条公示意见（不记姓名）")
async def record_opinion(
    evaluation_id: UUID, body: OpinionCreate, actor: CanRunEvaluations, session: Session, _: Idempotent
) -> OpinionRead:
    return OpinionRead.model_validate(await service.record_opinion(session, evaluation_id, body, actor))


@router.post("/{evaluation_id}/opinions/{opinion_id}/answer", summary="答复一条公示意见")
async def answer_opinion(
    evaluation_id: UUID, opinion_id: UUID, body: OpinionAnswer, actor: CanRunEvaluations, session: Session
) -> OpinionRead:
    return OpinionRead.model_validate(await service.answer_opinion(session, evaluation_id, opinion_id, body, actor))


@router.post("/{evaluation_id}/abandonment", summary="终止评价，不作结论")
async def abandon_evaluation(
    evaluation_id: UUID,
    body: Abandonment,
    actor: CanRunEvaluations,
    version: IfMatch,
    session: Session,
    response: Response,
) -> EvaluationRead:
    evaluation = await service.abandon(session, evaluation_id, body, version, actor)
    set_etag(response, evaluation)
    return await show_evaluation(session, evaluation)
