"""Every query on dated rules."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.dated_rules.contents import Subject
from services.inspection.grid.dated_rules.models import DatedRule
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor


async def get_rule(session: AsyncSession, rule_id: UUID) -> DatedRule | None:
    return await session.get(DatedRule, rule_id)


async def versions_of(session: AsyncSession, subject: Subject, code: str) -> Sequence[DatedRule]:
    """Every version of a rule, of every region."""
    statement = select(DatedRule).where(DatedRule.subject == subject, DatedRule.code == code)
    return (await session.scalars(statement.order_by(DatedRule.id))).all()


async def lock_rule(session: AsyncSession, subject: Subject, code: str) -> None:
    """Let nobody else write a version of this rule until the transaction ends."""
    key = f"dated_rule {subject} {code}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def lineage_of(session: AsyncSession, region_code: str) -> list[str]:
    """The region and all above it, the province first."""
    statement = (
        select(RegionAncestor.ancestor_code)
        .where(RegionAncestor.code == region_code)
        .order_by(RegionAncestor.depth.desc())
    )
    return list(await session.scalars(statement))


async def list_rules(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    subject: Subject | None,
    code: str | None,
    on: date | None,
) -> tuple[list[DatedRule], str | None]:
    """One page of the rules for everywhere and of those above, at or below the actor's regions."""
    touching = (
        select(RegionAncestor.ancestor_code)
        .where(RegionAncestor.code.in_(actor.regions))
        .union(select(RegionAncestor.code).where(RegionAncestor.ancestor_code.in_(actor.regions)))
    )
    statement = select(DatedRule).where(or_(DatedRule.region_code.is_(None), DatedRule.region_code.in_(touching)))
    if subject is not None:
        statement = statement.where(DatedRule.subject == subject)
    if code is not None:
        statement = statement.where(DatedRule.code == code)
    if on is not None:
        statement = statement.where(
            DatedRule.valid_from <= on, or_(DatedRule.valid_to.is_(None), DatedRule.valid_to >= on)
        )
    return await paginate(session, statement, page, order_by=[DatedRule.subject, DatedRule.code, DatedRule.id])
