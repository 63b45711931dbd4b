"""Keeping organisations."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, Subject, note
from gateway.identity.organisations import repository
from gateway.identity.organisations.models import Organisation
from gateway.identity.organisations.schemas import OrganisationCreate, OrganisationUpdate
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, NotFound
from shared.regions.scope import ensure_in_scope


async def create(session: AsyncSession, actor: Actor, origin: Origin, wanted: OrganisationCreate) -> Organisation:
    await ensure_in_scope(session, actor, wanted.region_code)
    await _ensure_free(session, wanted.region_code, wanted.name)
    organisation = Organisation(**wanted.model_dump())
    session.add(organisation)
    await session.flush()
    note(session, AuditAction.ORGANISATION_CREATED, origin, _subject(organisation), actor)
    return organisation


async def change(
    session: AsyncSession, actor: Actor, origin: Origin, organisation_id: UUID, version: int, wanted: OrganisationUpdate
) -> Organisation:
    organisation = await read(session, actor, organisation_id)
    ensure_version(organisation, version)
    changes = wanted.model_dump(exclude_none=True)
    if wanted.name is not None and wanted.name != organisation.name:
        await _ensure_free(session, organisation.region_code, wanted.name)
    for name, value in changes.items():
        setattr(organisation, name, value)
    organisation.advance()
    await session.flush()
    note(session, AuditAction.ORGANISATION_CHANGED, origin, _subject(organisation), actor, changed=sorted(changes))
    return organisation


async def read(session: AsyncSession, actor: Actor, organisation_id: UUID) -> Organisation:
    organisation = await repository.get_organisation(session, organisation_id, actor)
    if organisation is None:
        raise NotFound("没有这个组织，或它不在您的管辖区域内")
    return organisation


async def _ensure_free(session: AsyncSession, region_code: str, name: str) -> None:
    if await repository.find_by_name(session, region_code, name):
        message = f"区划 {region_code} 已有名为「{name}」的组织，请直接使用或换一个名称"
        raise Conflict(message, errors=[FieldError(pointer="/name", message=message, code="name_taken")])


def _subject(organisation: Organisation) -> Subject:
    return Subject(organisation.id, organisation.name, [organisation.region_code])
