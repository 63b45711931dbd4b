"""Every query of indices."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.indices.models import IndexRule, IndexRun
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def get_run(session: AsyncSession, run_id: UUID, actor: Actor) -> tuple[IndexRun, IndexRule] | None:
    """One calculation and the rule that it was made by."""
    statement = select(IndexRun, IndexRule).join(IndexRule, IndexRule.id == IndexRun.rule_id)
    statement = within_scope(statement, IndexRun.region_code, actor).where(IndexRun.id == run_id)
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else (found[0], found[1])


async def list_runs(
    session: AsyncSession, actor: Actor, code: str | None, page: PageRequest
) -> tuple[list[IndexRun], str | None]:
    statement = within_scope(select(IndexRun), IndexRun.region_code, actor)
    if code is not None:
        statement = statement.where(IndexRun.code == code)
    return await paginate(session, statement, page, order_by=[IndexRun.id], descending=True)


async def last_number(session: AsyncSession, code: str, region_code: str, period: str) -> int:
    """How often the quarter was calculated. Whoever calculates it waits for this transaction to end."""
    lock = func.hashtextextended(f"index:{code}:{region_code}:{period}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    statement = select(func.max(IndexRun.number)).filter_by(code=code, region_code=region_code, period=period)
    return int(await session.scalar(statement) or 0)


async def last_run(session: AsyncSession, code: str, region_code: str, period: str) -> IndexRun | None:
    """The calculation that counts of a quarter."""
    statement = select(IndexRun).filter_by(code=code, region_code=region_code, period=period)
    return (await session.scalars(statement.order_by(IndexRun.number.desc()).limit(1))).first()
