"""Every query on grading schemes."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.codes import SchemeState
from services.inspection.risk_grades.schemes.choosing import SchemesOfDay
from services.inspection.risk_grades.schemes.models import RiskScheme
from shared.contracts.inspection import BusinessKind
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor


async def get_version(session: AsyncSession, code: str, number: int, *, lock: bool = False) -> RiskScheme | None:
    """One version of a scheme; `lock` holds it for a change."""
    statement = select(RiskScheme).filter_by(code=code, number=number).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def versions_of(session: AsyncSession, code: str) -> Sequence[RiskScheme]:
    """All versions of one scheme by number. Whoever writes one waits for this transaction to end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"risk_scheme:{code}", 0))))
    return (await session.scalars(select(RiskScheme).filter_by(code=code).order_by(RiskScheme.number))).all()


async def list_schemes(
    session: AsyncSession, page: PageRequest, *, kind: BusinessKind | None, state: SchemeState | None
) -> tuple[list[RiskScheme], str | None]:
    """One page of versions by code and number."""
    statement = select(RiskScheme)
    if kind is not None:
        statement = statement.where(literal(kind.value) == any_(RiskScheme.kinds))
    if state is not None:
        statement = statement.where(RiskScheme.state == state)
    return await paginate(session, statement, page, order_by=[RiskScheme.code, RiskScheme.number])


async def schemes_of_day(session: AsyncSession, regions: Collection[str], on: date) -> SchemesOfDay:
    """What grades businesses of these regions on a day."""
    schemes = await session.scalars(
        select(RiskScheme).where(
            RiskScheme.state == SchemeState.PUBLISHED,
            RiskScheme.applies_from <= on,
            or_(RiskScheme.ends_on.is_(None), RiskScheme.ends_on > on),
        )
    )
    found = schemes.all()
    above: dict[str, dict[str, int]] = {}
    for row in await session.scalars(select(RegionAncestor).where(RegionAncestor.code.in_(set(regions)))):
        above.setdefault(row.code, {})[row.ancestor_code] = row.depth
    return SchemesOfDay(found, above)


async def rivals(session: AsyncSession, scheme: RiskScheme) -> Sequence[RiskScheme]:
    """Published schemes under other codes for the same place and variant, of which some kinds are the same."""
    statement = select(RiskScheme).where(
        RiskScheme.state == SchemeState.PUBLISHED,
        RiskScheme.code != scheme.code,
        RiskScheme.region_code.is_not_distinct_from(scheme.region_code),
        RiskScheme.variant.is_not_distinct_from(scheme.variant),
        RiskScheme.kinds.overlap(scheme.kinds),
    )
    return (await session.scalars(statement)).all()
