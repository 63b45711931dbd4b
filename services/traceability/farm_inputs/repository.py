"""Every query of the farm inputs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.certificates.models import Certificate
from services.traceability.certificates.rules import CertificateKind
from services.traceability.farm_inputs.models import FarmInput, FarmInputUse
from services.traceability.farm_inputs.rules import InputKind
from services.traceability.subjects.scope import readable
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.times import SHANGHAI


async def lock_id(session: AsyncSession, use_id: UUID) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(use_id), 7))))


async def get_input(session: AsyncSession, input_id: UUID, *, lock: bool = False) -> FarmInput | None:
    return await session.get(FarmInput, input_id, populate_existing=True, with_for_update=lock or None)


async def list_inputs(
    session: AsyncSession, page: PageRequest, *, kind: InputKind | None, name: str | None
) -> tuple[list[FarmInput], str | None]:
    """One page of what is registered, for everybody who buys or uses it."""
    statement = select(FarmInput)
    if kind is not None:
        statement = statement.where(FarmInput.kind == kind)
    if name:
        statement = statement.where(FarmInput.name.contains(name, autoescape=True))
    return await paginate(session, statement, page, order_by=[FarmInput.id])


async def get_use(session: AsyncSession, use_id: UUID) -> FarmInputUse | None:
    statement = select(FarmInputUse).where(FarmInputUse.id == use_id).options(selectinload(FarmInputUse.farm_input))
    found: FarmInputUse | None = await session.scalar(statement.execution_options(populate_existing=True))
    return found


async def list_uses(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    business_id: UUID | None,
    region_code: str | None,
    lot_key: str | None,
    target_key: str | None,
    certified_too_early: bool | None,
) -> tuple[list[FarmInputUse], str | None]:
    """One page of uses, the latest first."""
    statement = (
        select(FarmInputUse)
        .where(readable(actor, FarmInputUse.business_id, FarmInputUse.region_code))
        .options(selectinload(FarmInputUse.farm_input))
    )
    if business_id is not None:
        statement = statement.where(FarmInputUse.business_id == business_id)
    if region_code is not None:
        statement = statement.where(FarmInputUse.region_code.in_(codes_within([region_code])))
    if lot_key is not None:
        statement = statement.where(FarmInputUse.lot_key == lot_key)
    if target_key is not None:
        statement = statement.where(FarmInputUse.target_key == target_key)
    if certified_too_early is not None:
        statement = statement.where(exists().where(_too_early()) == certified_too_early)
    order = [FarmInputUse.used_at, FarmInputUse.id]
    return await paginate(session, statement, page, order_by=order, descending=True)


async def certificates_too_early(session: AsyncSession, use_ids: Collection[UUID]) -> dict[UUID, list[Certificate]]:
    """The commitments that stand although they were made before the interval of each use had passed."""
    statement = select(FarmInputUse.id, Certificate).join(Certificate, _too_early()).where(FarmInputUse.id.in_(use_ids))
    found: dict[UUID, list[Certificate]] = defaultdict(list)
    for use_id, certificate in await session.execute(statement.order_by(Certificate.issued_at, Certificate.id)):
        found[use_id].append(certificate)
    return found


def _too_early() -> ColumnElement[bool]:
    return and_(
        Certificate.business_id == FarmInputUse.business_id,
        Certificate.lot_key == FarmInputUse.target_key,
        Certificate.kind == CertificateKind.COMMITMENT,
        Certificate.voided_at.is_(None),
        FarmInputUse.harvest_from > cast(func.timezone(SHANGHAI.key, Certificate.issued_at), Date),
    )


async def too_early(session: AsyncSession, business_id: UUID, target_key: str, day: date) -> Sequence[FarmInputUse]:
    """The uses on a lot of which the interval has not passed on that day, the longest first."""
    statement = (
        select(FarmInputUse)
        .where(
            FarmInputUse.business_id == business_id,
            FarmInputUse.target_key == target_key,
            FarmInputUse.harvest_from > day,
        )
        .options(selectinload(FarmInputUse.farm_input))
        .order_by(FarmInputUse.harvest_from.desc())
    )
    return (await session.scalars(statement)).all()
