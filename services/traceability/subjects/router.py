"""Subjects over HTTP: activation and usage."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.traceability.subjects import reading, repository, service
from services.traceability.subjects.repository import SubjectFilter
from services.traceability.subjects.schemas import SubjectRead, SubjectWrite, UsageRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.personal_data.schemas import DisclosureRead, DisclosureRequest
from shared.times import now

CanReadChains = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM))]
"""Who reads everyday records: each as far as `subjects.scope` says."""
CanWriteChains = Annotated[
    Actor,
    Depends(Allow(Role.BUSINESS, Role.MARKET_OPERATOR, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE, Role.EXTERNAL_SYSTEM)),
]
"""Who writes them: a business its own, an office for those who cannot, shop software and scales for their shops."""

CanSeeContacts = Annotated[
    Actor,
    Depends(Allow(Role.INSPECTOR, Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE, Role.MARKET_OPERATOR)),
]
"""Who may see how to reach others, saying why: who works on their cases, and the operator of their market."""

Days = Annotated[int, Query(ge=1, le=366, description="最近多少天没有记录算未使用")]

router = Router(prefix="/v1", tag="追溯主体")


@router.put("/subjects/{business_id}")
async def activate_subject(
    business_id: UUID, body: SubjectWrite, actor: CanWriteChains, session: Session, response: Response
) -> SubjectRead:
    """激活主体：填写票据上要有的地址、联系方式，登记店码；再次提交即更新。"""
    subject = await service.activate(session, business_id, body, actor)
    set_etag(response, subject)
    return reading.shown(subject, actor)


@router.get("/subjects/{business_id}")
async def read_subject(business_id: UUID, actor: CanReadChains, session: Session, response: Response) -> SubjectRead:
    """一个主体：是否激活、最近何时使用。"""
    subject = await service.subject_for(session, business_id, actor)
    set_etag(response, subject)
    return reading.shown(subject, actor)


@router.post("/subjects/{business_id}/disclosures")
async def disclose_subject(
    business_id: UUID, body: DisclosureRequest, actor: CanSeeContacts, session: Session
) -> DisclosureRead:
    """看全一个主体的联系方式：须写明为什么，每次都有记录。"""
    return await service.disclose_subject(session, business_id, body.purpose, actor)


@router.get("/subjects")
async def list_subjects(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    kind: Annotated[BusinessKind | None, Query(description="主体类别")] = None,
    activated: Annotated[bool | None, Query(description="true 已激活，false 未激活")] = None,
    unused_days: Annotated[
        int | None, Query(ge=1, le=366, description="只列已激活、而最近这么多天没有任何记录的")
    ] = None,
) -> Page[SubjectRead]:
    """追溯主体；用 unused_days 找出装了不用的终端。"""
    since = now() - timedelta(days=unused_days) if unused_days else None
    found, following = await repository.list_subjects(
        session, actor, SubjectFilter(region, kind, activated, since), page
    )
    return Page(items=[reading.shown(subject, actor) for subject in found], next_cursor=following)


@router.get("/subject-usage")
async def read_usage(
    actor: CanReadChains,
    session: Session,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    days: Days = 30,
) -> UsageRead:
    """激活与使用：在营、已激活、期间内用过和没有用过的主体数。"""
    as_of = now()
    subjects, activated, used, unused = await repository.usage(session, actor, region, as_of - timedelta(days=days))
    return UsageRead(as_of=as_of, subjects=subjects, activated=activated, used=used, unused=unused, days=days)
