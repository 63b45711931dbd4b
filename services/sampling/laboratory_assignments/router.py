"""样品送哪家检验机构."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.sampling.laboratory_assignments import repository, service
from services.sampling.laboratory_assignments.schemas import (
    LaboratoryAssignmentRead,
    LaboratoryAssignments,
    LaboratoryChoice,
)
from services.sampling.samples.models import Sample
from services.sampling.samples.service import sample_for
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.routing import Router

CanReadAssignments = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.SAMPLER))]
CanChooseLaboratory = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]

router = Router(prefix="/v1/samples/{sample_id}/laboratory", tag="随机抽取与送检")


@router.get("")
async def read_sample_laboratory(
    sample_id: UUID, actor: CanReadAssignments, session: Session, response: Response
) -> LaboratoryAssignments:
    """样品送哪家检验机构，连同此前的指定。"""
    return await _answer(session, response, await sample_for(session, sample_id, actor))


@router.put("")
async def choose_sample_laboratory(
    sample_id: UUID,
    body: LaboratoryChoice,
    actor: CanChooseLaboratory,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LaboratoryAssignments:
    """人工指定检验机构，须写明理由；If-Match 为样品的版本。"""
    sample = await service.choose_laboratory(session, sample_id, body, version, actor)
    return await _answer(session, response, sample)


async def _answer(session: Session, response: Response, sample: Sample) -> LaboratoryAssignments:
    set_etag(response, sample)
    rows = await repository.assignments_of(session, sample.id)
    return LaboratoryAssignments(items=[LaboratoryAssignmentRead.of(row) for row in rows])
