"""Every query of the reward ledger."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.inspection.reward_ledger.codes import RewardState
from services.inspection.reward_ledger.models import Reward, RewardReporter
from shared.clocks.models import ClockRow
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

NOT_GRANTED = (RewardState.REFUSED, RewardState.LAPSED)


async def visible_reward(session: AsyncSession, reward_id: UUID, actor: Actor, *, lock: bool = False) -> Reward | None:
    """One reward with its history, as it is now."""
    statement = within_scope(select(Reward).where(Reward.id == reward_id), Reward.region_code, actor)
    statement = statement.options(selectinload(Reward.entries)).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Reward) if lock else statement)


async def reporter_of(session: AsyncSession, reward_id: UUID) -> RewardReporter | None:
    return await session.get(RewardReporter, reward_id)


async def reward_of_report(session: AsyncSession, report_number: str) -> UUID | None:
    """The reward of a report; it has one."""
    found: UUID | None = await session.scalar(select(Reward.id).where(Reward.report_number == report_number))
    return found


async def lock_case(session: AsyncSession, case_number: str) -> None:
    """Let nobody else reckon a reward of this case until the transaction ends: they share one cap."""
    key = f"rewards {case_number}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def granted_in_case(session: AsyncSession, case_number: str, but: UUID | None) -> Decimal:
    """What the other reports of a case are granted or proposed."""
    statement = select(func.coalesce(func.sum(Reward.amount), 0)).where(
        Reward.case_number == case_number, Reward.state.not_in(NOT_GRANTED)
    )
    if but is not None:
        statement = statement.where(Reward.id != but)
    return Decimal(await session.scalar(statement) or 0)


async def due_times(session: AsyncSession, clock_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Clock → its last moment."""
    rows = await session.execute(select(ClockRow.id, ClockRow.due_at).where(ClockRow.id.in_(clock_ids)))
    return dict(rows.all())


async def list_rewards(
    session: AsyncSession, actor: Actor, page: PageRequest, *, region: str | None, state: RewardState | None
) -> tuple[list[Reward], str | None]:
    """One page of rewards in the actor's regions, the newest first."""
    statement = within_scope(select(Reward), Reward.region_code, actor)
    if region is not None:
        statement = statement.where(Reward.region_code.in_(codes_within([region])))
    if state is not None:
        statement = statement.where(Reward.state == state)
    return await paginate(session, statement, page, order_by=[Reward.id], descending=True)
