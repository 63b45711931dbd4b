"""异议: to how a sample was taken, how it was tested, what came out, and whose food it is."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.objections import filing, repository, service
from services.sampling.objections.models import Objection
from services.sampling.objections.reading import show_objection, show_summary
from services.sampling.objections.repository import ObjectionFilter
from services.sampling.objections.schemas import (
    DecisionStep,
    ObjectionRead,
    ObjectionRefusal,
    ObjectionSummary,
    ReasonStep,
    ResultObjectionCreate,
    SamplingObjectionCreate,
)
from services.sampling.whistles.rules import OFFICERS
from services.sampling.whistles.schemas import Step
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.disposals import ObjectionKind, ObjectionState
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadObjections = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS))]
CanObject = Annotated[Actor, Depends(Allow(*OFFICERS, Role.BUSINESS))]
CanDecide = Annotated[Actor, Depends(Allow(*OFFICERS))]

router = Router(prefix="/v1", tag="异议")


@router.post("/samples/{sample_id}/sampling-objections", status_code=201)
async def object_to_sampling(
    sample_id: UUID,
    body: SamplingObjectionCreate,
    actor: CanObject,
    session: Session,
    response: Response,
    _: Idempotent,
) -> ObjectionRead:
    """被抽样单位对抽样过程提出异议，期限自抽样完成起算；逾期的不予受理，记录在案。"""
    objection = await filing.object_to_sampling(session, sample_id, body, actor)
    response.headers["Location"] = f"/v1/objections/{objection.id}"
    return await _answer(session, response, objection)


@router.post("/disposal-cases/{case_id}/objections", status_code=201)
async def object_to_sample_result(
    case_id: UUID, body: ResultObjectionCreate, actor: CanObject, session: Session, response: Response, _: Idempotent
) -> ObjectionRead:
    """对检验过程、检验结果或样品真实性提出异议，期限自本人收到结论起算；逾期的不予受理，记录在案。"""
    objection = await filing.object_to_result(session, case_id, body, actor)
    response.headers["Location"] = f"/v1/objections/{objection.id}"
    return await _answer(session, response, objection)


@router.get("/objections")
async def list_objections(
    actor: CanReadObjections,
    session: Session,
    page: PageParameters,
    state: Annotated[ObjectionState | None, Query(description="办理状态")] = None,
    kind: Annotated[ObjectionKind | None, Query(description="对什么提出异议")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    sample_id: Annotated[UUID | None, Query(description="只列此样品的")] = None,
) -> Page[ObjectionSummary]:
    """异议一览，最近的在前；食品生产经营者只见自己提出的。"""
    wanted = ObjectionFilter(state=state, kind=kind, region=region, sample_id=sample_id)
    objections, following = await repository.list_objections(session, wanted, actor, page)
    return Page(items=[show_summary(objection) for objection in objections], next_cursor=following)


@router.get("/objections/{objection_id}")
async def read_objection(
    objection_id: UUID, actor: CanReadObjections, session: Session, response: Response
) -> ObjectionRead:
    """一项异议：期限、处理、全部经过。"""
    return await _answer(session, response, await service.objection_for(session, objection_id, actor))


@router.post("/objections/{objection_id}/supplement-request")
async def ask_supplement(
    objection_id: UUID, body: ReasonStep, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> ObjectionRead:
    """一次性告知补正。"""
    return await _answer(session, response, await service.ask_supplement(session, objection_id, body, version, actor))


@router.post("/objections/{objection_id}/supplement")
async def supplement_objection(
    objection_id: UUID, body: ReasonStep, actor: CanObject, version: IfMatch, session: Session, response: Response
) -> ObjectionRead:
    """补正材料；受理的期限自此重新起算。"""
    return await _answer(session, response, await service.supplement(session, objection_id, body, version, actor))


@router.post("/objections/{objection_id}/acceptance")
async def accept_objection(
    objection_id: UUID, body: Step, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> ObjectionRead:
    """受理；处理的期限自此起算。"""
    return await _answer(session, response, await service.accept(session, objection_id, body, version, actor))


@router.post("/objections/{objection_id}/refusal")
async def refuse_objection(
    objection_id: UUID, body: ObjectionRefusal, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> ObjectionRead:
    """不予受理，写明理由；记录在案。"""
    return await _answer(session, response, await service.refuse(session, objection_id, body, version, actor))


@router.post("/objections/{objection_id}/pause")
async def pause_objection(
    objection_id: UUID, body: ReasonStep, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> ObjectionRead:
    """等待标准解释、说明，处理期限中止计时；只限对结果、检验过程、真实性的异议。"""
    return await _answer(session, response, await service.pause(session, objection_id, body, version, actor))


@router.post("/objections/{objection_id}/resumption")
async def resume_objection(
    objection_id: UUID, body: Step, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> ObjectionRead:
    """收到标准解释、说明，恢复计时。"""
    return await _answer(session, response, await service.resume(session, objection_id, body, version, actor))


@router.post("/objections/{objection_id}/decision")
async def decide_objection(
    objection_id: UUID, body: DecisionStep, actor: CanDecide, version: IfMatch, session: Session, response: Response
) -> ObjectionRead:
    """作出处理结论；成立的，可同时终结所写明环节的核查处置。"""
    return await _answer(session, response, await service.decide(session, objection_id, body, version, actor))


@router.post("/objections/{objection_id}/withdrawal")
async def withdraw_objection(
    objection_id: UUID, body: Step, actor: CanObject, version: IfMatch, session: Session, response: Response
) -> ObjectionRead:
    """撤回异议。"""
    return await _answer(session, response, await service.withdraw(session, objection_id, body, version, actor))


async def _answer(session: Session, response: Response, objection: Objection) -> ObjectionRead:
    set_etag(response, objection)
    return await show_objection(session, objection)
