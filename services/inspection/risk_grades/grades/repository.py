"""Every query on grades and proposals."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.risk_grades.codes import Grade, ProposalState
from services.inspection.risk_grades.grades.models import RiskGrade, RiskProposal
from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def visible_business(session: AsyncSession, actor: Actor, business_id: UUID) -> Business | None:
    """A business of the actor's regions; an account of a business sees its own alone."""
    if actor.business_id is not None:
        return await session.get(Business, business_id) if actor.business_id == business_id else None
    statement = within_scope(select(Business), Business.region_code, actor).where(Business.id == business_id)
    return await session.scalar(statement)


async def businesses_on_file(
    session: AsyncSession,
    *,
    region_code: str,
    kinds: Collection[BusinessKind],
    business_ids: Collection[UUID],
    limit: int,
) -> Sequence[Business]:
    """Businesses on file at or below a region by id, at most `limit` of them. No kinds, no ids: all."""
    statement = select(Business).where(
        Business.region_code.in_(codes_within([region_code])), Business.status != BusinessStatus.CLOSED
    )
    if kinds:
        statement = statement.where(Business.kind.in_(kinds))
    if business_ids:
        statement = statement.where(Business.id.in_(business_ids))
    return (await session.scalars(statement.order_by(Business.id).limit(limit))).all()


async def history_of(session: AsyncSession, business_id: UUID) -> list[RiskGrade]:
    """The grades of a business by the day from which each holds; of several for one day the last confirmed."""
    statement = (
        select(RiskGrade)
        .where(RiskGrade.business_id == business_id)
        .ext(distinct_on(RiskGrade.valid_from))
        .order_by(RiskGrade.valid_from, RiskGrade.confirmed_at.desc(), RiskGrade.id.desc())
    )
    return list(await session.scalars(statement))


async def grades_on(session: AsyncSession, business_ids: Collection[UUID], on: date) -> dict[UUID, Grade]:
    """The grade in force on a day, by business; who has none is not there."""
    statement = (
        select(RiskGrade)
        .where(RiskGrade.business_id.in_(business_ids), RiskGrade.valid_from <= on)
        .ext(distinct_on(RiskGrade.business_id))
        .order_by(
            RiskGrade.business_id, RiskGrade.valid_from.desc(), RiskGrade.confirmed_at.desc(), RiskGrade.id.desc()
        )
    )
    return {row.business_id: row.grade for row in await session.scalars(statement)}


async def visible_proposal(
    session: AsyncSession, actor: Actor, proposal_id: UUID, *, lock: bool = False
) -> RiskProposal | None:
    """One proposal, if it lies in the actor's regions; `lock` holds it for a change."""
    statement = within_scope(select(RiskProposal), RiskProposal.region_code, actor)
    statement = statement.where(RiskProposal.id == proposal_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=RiskProposal) if lock else statement)


async def get_proposal(session: AsyncSession, proposal_id: UUID) -> RiskProposal | None:
    return await session.get(RiskProposal, proposal_id)


async def open_proposals(
    session: AsyncSession, business_ids: Collection[UUID], valid_from: date
) -> Sequence[RiskProposal]:
    """The undecided proposals for one day, held for a change, in one order, so no deadlock."""
    statement = (
        select(RiskProposal)
        .where(
            RiskProposal.business_id.in_(business_ids),
            RiskProposal.valid_from == valid_from,
            RiskProposal.state == ProposalState.PROPOSED,
        )
        .order_by(RiskProposal.business_id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def list_proposals(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    region_code: str | None,
    business_id: UUID | None,
    state: ProposalState | None,
    grade: Grade | None,
    differing: bool,
) -> tuple[list[RiskProposal], str | None]:
    """One page of proposals in the actor's regions, the newest first."""
    statement = within_scope(select(RiskProposal), RiskProposal.region_code, actor)
    if region_code is not None:
        statement = statement.where(RiskProposal.region_code.in_(codes_within([region_code])))
    if business_id is not None:
        statement = statement.where(RiskProposal.business_id == business_id)
    if state is not None:
        statement = statement.where(RiskProposal.state == state)
    if grade is not None:
        statement = statement.where(RiskProposal.grade == grade)
    if differing:
        statement = statement.where(RiskProposal.present.is_distinct_from(RiskProposal.grade))
    return await paginate(session, statement, page, order_by=[RiskProposal.id], descending=True)
