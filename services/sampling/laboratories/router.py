"""检验机构名册."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.laboratories import repository, service
from services.sampling.laboratories.schemas import LaboratoryRead, LaboratoryWrite
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatchWhenPresent, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.personal_data.schemas import DisclosureRead, DisclosureRequest

CanReadLaboratories = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.SAMPLER, Role.ADMINISTRATOR))]
CanKeepLaboratories = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]
CanSeeContacts = Annotated[
    Actor,
    Depends(
        Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER, Role.SAMPLER, Role.ADMINISTRATOR),
    ),
]

router = Router(prefix="/v1/laboratories", tag="检验机构与抽样人员")


@router.get("")
async def list_laboratories(
    _: CanReadLaboratories,
    session: Session,
    page: PageParameters,
    on_retest_roster: Annotated[bool | None, Query(description="只列复检机构名录内（外）的")] = None,
    active: Annotated[bool | None, Query(description="只列在用（停用）的")] = None,
) -> Page[LaboratoryRead]:
    """检验机构名册。"""
    rows, following = await repository.list_laboratories(
        session, page, on_retest_roster=on_retest_roster, active=active
    )
    return Page(items=[LaboratoryRead.of(row) for row in rows], next_cursor=following)


@router.get("/{laboratory_id}")
async def read_laboratory(
    laboratory_id: UUID, _: CanReadLaboratories, session: Session, response: Response
) -> LaboratoryRead:
    """一家检验机构：资质、承检范围、承接区域。"""
    laboratory = await service.laboratory_for(session, laboratory_id)
    set_etag(response, laboratory)
    return LaboratoryRead.of(laboratory)


@router.post("/{laboratory_id}/disclosures")
async def disclose_laboratory(
    laboratory_id: UUID, body: DisclosureRequest, actor: CanSeeContacts, session: Session
) -> DisclosureRead:
    """看全检验机构的联系人和电话：须写明为什么，每次都有记录。"""
    return await service.disclose_laboratory(session, laboratory_id, body.purpose, actor)


@router.put("/{laboratory_id}")
async def register_laboratory(
    laboratory_id: UUID,
    body: LaboratoryWrite,
    actor: CanKeepLaboratories,
    version: IfMatchWhenPresent,
    session: Session,
    response: Response,
) -> LaboratoryRead:
    """登记或更正检验机构；编号是它在网关登记的组织编号。"""
    laboratory = await service.register(session, laboratory_id, body, version, actor)
    set_etag(response, laboratory)
    return LaboratoryRead.of(laboratory)
