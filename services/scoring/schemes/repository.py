"""Every query on schemes."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.schemes.models import SchemeState, ScoringScheme
from shared.http.pagination import PageRequest, paginate


async def get_version(session: AsyncSession, code: str, number: int, *, lock: bool = False) -> ScoringScheme | None:
    """One version of a scheme; `lock` holds it for a change."""
    statement = select(ScoringScheme).filter_by(code=code, number=number).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def versions_of(session: AsyncSession, code: str) -> Sequence[ScoringScheme]:
    """All versions of one scheme by number. Whoever writes one waits for this transaction to end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"scoring_scheme:{code}", 0))))
    return (await session.scalars(select(ScoringScheme).filter_by(code=code).order_by(ScoringScheme.number))).all()


async def list_schemes(
    session: AsyncSession, page: PageRequest, *, state: SchemeState | None
) -> tuple[list[ScoringScheme], str | None]:
    """One page of versions by code and number."""
    statement = select(ScoringScheme)
    if state is not None:
        statement = statement.where(ScoringScheme.state == state)
    return await paginate(session, statement, page, order_by=[ScoringScheme.code, ScoringScheme.number])
