"""Every query on what businesses add to the figures of risk."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Movement
from services.inspection.risk_grades.coverage import CLOCK_CODE, Coverage
from services.inspection.risk_grades.standing.models import RiskFigureRow
from services.inspection.risk_grades.standing.rules import Contributions
from shared.clocks.repository import rules_in_force
from shared.contracts.inspection import BusinessKind


async def lock_standing(session: AsyncSession, business_id: UUID) -> None:
    """Let nobody else work out this business until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"standing:{business_id}", 0))))


async def movements_of(session: AsyncSession, business_id: UUID) -> Sequence[tuple[date, str, int, BusinessKind]]:
    """The comings and goings of a business: day, region, +1 or −1, as what."""
    movement = select(Movement.day, Movement.region_code, Movement.change, Movement.kind)
    rows = await session.execute(movement.where(Movement.business_id == business_id))
    return [(row.day, row.region_code, row.change, row.kind) for row in rows]


async def recorded_of(session: AsyncSession, business_id: UUID) -> Contributions:
    """What is recorded of a business, summed by figure, region and day."""
    row = RiskFigureRow
    rows = await session.execute(
        select(row.code, row.region_code, row.day, func.sum(row.numerator), func.sum(row.denominator))
        .where(row.business_id == business_id)
        .group_by(row.code, row.region_code, row.day)
    )
    return {(code, region, day): (numerator, denominator) for code, region, day, numerator, denominator in rows}


async def append_rows(session: AsyncSession, rows: Iterable[RiskFigureRow]) -> None:
    session.add_all(rows)
    await session.flush()


async def coverage_rule(session: AsyncSession) -> Coverage:
    """How long a full inspection covers a business, by the dated rows of the clock."""
    return Coverage([row.to_rule() for row in await rules_in_force(session, CLOCK_CODE)])
