"""Every query of credit grades."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.scoring.credit.grades.models import CreditAccount, CreditEntry, CreditGrading, EndReason
from services.scoring.credit.models import CreditSignal
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.scoring import CreditGrade, SignalState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def open_if_new(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Open an account unless there is one. True when it is new."""
    statement = insert(CreditAccount).values(values).on_conflict_do_nothing(index_elements=["business_id"])
    return await session.scalar(statement.returning(CreditAccount.business_id)) is not None


async def held(session: AsyncSession, business_id: UUID) -> CreditAccount:
    """An account that exists, held so that one grading follows another."""
    statement = select(CreditAccount).filter_by(business_id=business_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def get_visible(session: AsyncSession, actor: Actor, business_id: UUID) -> CreditAccount | None:
    statement = _visible(select(CreditAccount), actor).where(CreditAccount.business_id == business_id)
    found: CreditAccount | None = await session.scalar(statement)
    return found


async def list_accounts(
    session: AsyncSession, actor: Actor, page: PageRequest, *, region: str | None, grade: CreditGrade | None
) -> tuple[list[CreditAccount], str | None]:
    statement = _visible(select(CreditAccount), actor)
    if region is not None:
        statement = statement.where(CreditAccount.region_code.in_(codes_within([region])))
    if grade is not None:
        statement = statement.where(CreditAccount.grade == grade)
    return await paginate(session, statement, page, order_by=[CreditAccount.business_id])


async def accounts_to_grade(session: AsyncSession, regions: Sequence[str] | None) -> Sequence[UUID]:
    """The accounts of these regions (of all, None) with a grade or anything to grade by."""
    entered = select(CreditEntry.id).where(CreditEntry.business_id == CreditAccount.business_id).exists()
    found = select(CreditSignal.id).where(
        CreditSignal.business_id == CreditAccount.business_id, CreditSignal.state == SignalState.CONFIRMED
    )
    other = aliased(CreditAccount)
    joined = select(other.business_id).where(other.merged_into == CreditAccount.business_id).exists()
    statement = select(CreditAccount.business_id).where(
        or_(CreditAccount.grade.is_not(None), entered, found.exists(), joined)
    )
    if regions is not None:
        statement = statement.where(CreditAccount.region_code.in_(codes_within(regions)))
    return (await session.scalars(statement.order_by(CreditAccount.business_id))).all()


async def is_open(session: AsyncSession, business_id: UUID) -> bool:
    return await session.get(CreditAccount, business_id) is not None


async def merged_into(session: AsyncSession, business_id: UUID) -> Sequence[UUID]:
    """The businesses that go on under this one's file, the oldest first."""
    statement = select(CreditAccount.business_id).filter_by(merged_into=business_id)
    return (await session.scalars(statement.order_by(CreditAccount.business_id))).all()


async def entries_of(session: AsyncSession, businesses: Collection[UUID]) -> Sequence[CreditEntry]:
    statement = select(CreditEntry).where(CreditEntry.business_id.in_(businesses)).order_by(CreditEntry.id)
    return (await session.scalars(statement)).all()


async def same_entry(
    session: AsyncSession, businesses: Collection[UUID], code: str, happened_on: date, evidence: str
) -> CreditEntry | None:
    """What says the same of the same day with the same proof and still counts."""
    statement = select(CreditEntry).where(
        CreditEntry.business_id.in_(businesses),
        CreditEntry.code == code,
        CreditEntry.happened_on == happened_on,
        CreditEntry.evidence == evidence,
        CreditEntry.end_reason.is_distinct_from(EndReason.MISTAKEN),
    )
    return (await session.scalars(statement.limit(1))).first()


async def held_entry(session: AsyncSession, businesses: Collection[UUID], entry_id: UUID) -> CreditEntry | None:
    statement = select(CreditEntry).where(CreditEntry.business_id.in_(businesses), CreditEntry.id == entry_id)
    return await session.scalar(statement.with_for_update())


async def confirmed_signals(session: AsyncSession, businesses: Collection[UUID]) -> Sequence[CreditSignal]:
    """What was found true of businesses; open, unsettled and dismissed signals say nothing of them."""
    statement = select(CreditSignal).where(
        CreditSignal.business_id.in_(businesses), CreditSignal.state == SignalState.CONFIRMED
    )
    return (await session.scalars(statement.order_by(CreditSignal.id))).all()


async def signals_of(session: AsyncSession, businesses: Collection[UUID]) -> Sequence[CreditSignal]:
    """Everything that was heard of them, the last first, whatever became of it."""
    statement = select(CreditSignal).where(CreditSignal.business_id.in_(businesses))
    return (await session.scalars(statement.order_by(CreditSignal.id.desc()))).all()


async def gradings_of(session: AsyncSession, businesses: Collection[UUID]) -> Sequence[CreditGrading]:
    """Every grade there was, the last first."""
    statement = select(CreditGrading).where(CreditGrading.business_id.in_(businesses))
    return (await session.scalars(statement.order_by(CreditGrading.id.desc()))).all()


def _visible(statement: Select[tuple[CreditAccount]], actor: Actor) -> Select[tuple[CreditAccount]]:
    """An officer sees the accounts of his regions, a business its own."""
    statement = within_scope(statement, CreditAccount.region_code, actor)
    if actor.business_id is not None:
        return statement.where(CreditAccount.business_id == actor.business_id)
    return statement if actor.has(*OFFICIALS, Role.REVIEWER, Role.EXTERNAL_SYSTEM) else statement.where(false())
