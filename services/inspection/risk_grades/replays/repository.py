"""Every query on replays."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.replays.models import RiskReplay
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def visible_replay(session: AsyncSession, actor: Actor, replay_id: UUID) -> RiskReplay | None:
    """One replay, if it lies in the actor's regions."""
    statement = within_scope(select(RiskReplay), RiskReplay.region_code, actor)
    return await session.scalar(statement.where(RiskReplay.id == replay_id))


async def list_replays(session: AsyncSession, actor: Actor, page: PageRequest) -> tuple[list[RiskReplay], str | None]:
    """One page of the replays in the actor's regions, the newest first."""
    statement = within_scope(select(RiskReplay), RiskReplay.region_code, actor)
    return await paginate(session, statement, page, order_by=[RiskReplay.id], descending=True)
