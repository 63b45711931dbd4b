"""Queries of organisations."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.organisations.models import Organisation
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def get_organisation(session: AsyncSession, organisation_id: UUID, actor: Actor) -> Organisation | None:
    """The organisation, when it lies in the actor's regions."""
    statement = select(Organisation).where(Organisation.id == organisation_id)
    return (await session.scalars(within_scope(statement, Organisation.region_code, actor))).one_or_none()


async def find_by_name(session: AsyncSession, region_code: str, name: str) -> Organisation | None:
    return (await session.scalars(select(Organisation).filter_by(region_code=region_code, name=name))).one_or_none()


async def list_organisations(
    session: AsyncSession, actor: Actor, page: PageRequest
) -> tuple[list[Organisation], str | None]:
    statement = within_scope(select(Organisation), Organisation.region_code, actor)
    return await paginate(session, statement, page, order_by=[Organisation.id])
