"""抽样人员名册."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.samplers import repository, service
from services.sampling.samplers.schemas import SamplerRead, SamplerWrite
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatchWhenPresent, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadSamplers = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanKeepSamplers = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

router = Router(prefix="/v1/samplers", tag="检验机构与抽样人员")


@router.get("")
async def list_samplers(
    actor: CanReadSamplers,
    session: Session,
    page: PageParameters,
    active: Annotated[bool | None, Query(description="只列在用（停用）的")] = None,
) -> Page[SamplerRead]:
    """辖区内的抽样人员名册。"""
    rows, following = await repository.list_samplers(session, actor, page, active=active)
    return Page(items=[SamplerRead.of(row) for row in rows], next_cursor=following)


@router.get("/{sampler_id}")
async def read_sampler(sampler_id: UUID, actor: CanReadSamplers, session: Session, response: Response) -> SamplerRead:
    """一位抽样人员：所属机构、抽样区域、资格、请假。"""
    sampler = await service.sampler_for(session, sampler_id, actor)
    set_etag(response, sampler)
    return SamplerRead.of(sampler)


@router.put("/{sampler_id}")
async def register_sampler(
    sampler_id: UUID,
    body: SamplerWrite,
    actor: CanKeepSamplers,
    version: IfMatchWhenPresent,
    session: Session,
    response: Response,
) -> SamplerRead:
    """登记或更正抽样人员；编号是其在网关的用户编号。"""
    sampler = await service.register(session, sampler_id, body, version, actor)
    set_etag(response, sampler)
    return SamplerRead.of(sampler)
