"""The rules of what is told within 24 hours, corrected by adding a version."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.reports import repository
from services.sampling.reports.models import SeriousFindingRule
from services.sampling.reports.schemas import SeriousRuleWrite
from shared.http.auth import Actor


async def set_rule(session: AsyncSession, code: str, body: SeriousRuleWrite, actor: Actor) -> SeriousFindingRule:
    """Add a version of a rule; from now on it is the one that holds. Reports already judged stay as they are."""
    rule = SeriousFindingRule(
        code=code,
        version=await repository.latest_version(session, code) + 1,
        origin="bureau",
        recorded_by=actor.id,
        **body.model_dump(),
    )
    session.add(rule)
    await session.flush()
    await session.refresh(rule)
    return rule
