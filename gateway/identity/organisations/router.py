"""Organisations over HTTP."""

from uuid import UUID

from fastapi import Response

from gateway.identity.access import CanAdministerAccounts
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.organisations import repository, service
from gateway.identity.organisations.schemas import OrganisationCreate, OrganisationRead, OrganisationUpdate
from shared.database import Session
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/api/v1/organisations", tag="组织")


@router.get("")
async def list_organisations(
    session: Session, actor: CanAdministerAccounts, page: PageParameters
) -> Page[OrganisationRead]:
    """组织列表"""
    rows, next_cursor = await repository.list_organisations(session, actor, page)
    return Page(items=[OrganisationRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("", status_code=201)
async def create_organisation(
    session: Session,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    wanted: OrganisationCreate,
    response: Response,
    _: Idempotent,
) -> OrganisationRead:
    """新建组织"""
    organisation = await service.create(session, actor, origin, wanted)
    response.headers["Location"] = f"/api/v1/organisations/{organisation.id}"
    set_etag(response, organisation)
    return OrganisationRead.model_validate(organisation)


@router.get("/{organisation_id}")
async def get_organisation(
    session: Session, actor: CanAdministerAccounts, organisation_id: UUID, response: Response
) -> OrganisationRead:
    """一个组织"""
    organisation = await service.read(session, actor, organisation_id)
    set_etag(response, organisation)
    return OrganisationRead.model_validate(organisation)


@router.patch("/{organisation_id}")
async def change_organisation(
    session: Session,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    organisation_id: UUID,
    version: IfMatch,
    wanted: OrganisationUpdate,
    response: Response,
) -> OrganisationRead:
    """变更组织"""
    organisation = await service.change(session, actor, origin, organisation_id, version, wanted)
    set_etag(response, organisation)
    return OrganisationRead.model_validate(organisation)
