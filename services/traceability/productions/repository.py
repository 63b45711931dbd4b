"""Every query of the productions."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.productions.models import Production, ProductionPart, YieldBand
from services.traceability.productions.rules import Band, Bands, ProductionKind
from services.traceability.subjects.scope import readable
from shared.dated_rules.repository import in_force
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


async def lock_id(session: AsyncSession, production_id: UUID) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(production_id), 3))))


async def get(session: AsyncSession, production_id: UUID) -> Production | None:
    found: Production | None = await session.scalar(
        select(Production)
        .where(Production.id == production_id)
        .options(selectinload(Production.parts))
        .execution_options(populate_existing=True)
    )
    return found


async def visible_production(session: AsyncSession, production_id: UUID, actor: Actor) -> Production | None:
    found: Production | None = await session.scalar(
        select(Production)
        .where(Production.id == production_id, readable(actor, Production.business_id, Production.region_code))
        .options(selectinload(Production.parts))
        .execution_options(populate_existing=True)
    )
    return found


async def list_productions(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    business_id: UUID | None,
    region_code: str | None,
    kind: ProductionKind | None,
    lot_key: str | None,
    yield_outside: bool | None,
) -> tuple[list[Production], str | None]:
    """One page of productions, the latest first."""
    statement = select(Production).where(readable(actor, Production.business_id, Production.region_code))
    if business_id is not None:
        statement = statement.where(Production.business_id == business_id)
    if region_code is not None:
        statement = statement.where(Production.region_code.in_(codes_within([region_code])))
    if kind is not None:
        statement = statement.where(Production.kind == kind)
    if lot_key is not None:
        having = select(ProductionPart.production_id).where(ProductionPart.lot_key == lot_key)
        statement = statement.where(Production.id.in_(having))
    if yield_outside is not None:
        statement = statement.where(Production.yield_outside == yield_outside)
    return await paginate(session, statement, page, order_by=[Production.done_at, Production.id], descending=True)


async def bands_on(session: AsyncSession, day: date) -> Bands:
    """The usual yields as they hold on a day."""
    rows = await in_force(session, YieldBand, day)
    return Bands({(row.process, row.product_key): Band(row.least, row.most) for row in rows})
